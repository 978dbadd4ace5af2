// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/stream.hpp"

#include <algorithm>
#include <cstring>
#include <string>

namespace dfriends {

/// A peer that says what it was told to, a few bytes at a time, and remembers what it heard.
class ScriptedStream final : public net::Stream {
  public:
    explicit ScriptedStream(std::string script, std::size_t step = 7) : script_(std::move(script)), step_(step) {}

    std::string said; ///< what was written to it
    bool closed = false;

    net::Task<std::size_t> read_some(std::span<char> into) override
    {
        const std::size_t count = closed ? 0 : std::min({step_, into.size(), script_.size() - place_});
        if (count != 0)
            std::memcpy(into.data(), script_.data() + place_, count);
        place_ += count;
        co_return count;
    }
    net::Task<> write_all(std::string_view bytes, std::string_view more = {}) override
    {
        said.append(bytes).append(more);
        co_return;
    }
    net::Task<> shutdown() override { co_return; }
    void close() noexcept override { closed = true; }
    bool has_peer_closed() noexcept override { return place_ == script_.size(); }

  private:
    std::string script_;
    std::size_t step_;
    std::size_t place_ = 0;
};

} // namespace dfriends
