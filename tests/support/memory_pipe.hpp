// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/loop.hpp"
#include "net/stream.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace dfriends {

/// Two ends of a connection in memory.
class MemoryPipe final : public net::Stream {
  public:
    static std::pair<std::unique_ptr<MemoryPipe>, std::unique_ptr<MemoryPipe>> make()
    {
        const auto there = std::make_shared<Half>();
        const auto back = std::make_shared<Half>();
        return {std::make_unique<MemoryPipe>(there, back), std::make_unique<MemoryPipe>(back, there)};
    }

    struct Half {
        std::string bytes;
        net::Event changed;
        bool ended = false;
    };
    MemoryPipe(std::shared_ptr<Half> in, std::shared_ptr<Half> out) : in_(std::move(in)), out_(std::move(out)) {}

    net::Task<std::size_t> read_some(std::span<char> into) override
    {
        while (in_->bytes.empty() && !in_->ended)
            co_await in_->changed.wait();
        const std::size_t count = in_->bytes.copy(into.data(), into.size());
        in_->bytes.erase(0, count);
        co_return count;
    }
    net::Task<> write_all(std::string_view bytes, std::string_view more = {}) override
    {
        out_->bytes.append(bytes).append(more);
        out_->changed.notify_all();
        co_return;
    }
    net::Task<> shutdown() override
    {
        end(*out_);
        co_return;
    }
    void close() noexcept override
    {
        end(*in_);
        end(*out_);
    }

  private:
    static void end(Half& half)
    {
        half.ended = true;
        half.changed.notify_all();
    }

    std::shared_ptr<Half> in_, out_;
};

} // namespace dfriends
