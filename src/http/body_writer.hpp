// SPDX-License-Identifier: Apache-2.0
#pragma once

// For the files of this room only.
#include "http/message.hpp"

#include <optional>

namespace dfriends::http {

/// A body in chunks (RFC 9112 section 7.1).
class ChunkedWriter final : public BodyWriter {
  public:
    explicit ChunkedWriter(net::Stream& stream) : stream_(stream) {}
    net::Task<> write(std::string_view bytes) override;
    net::Task<> write_each(std::span<const std::string> pieces) override;
    net::Task<> send_file(int descriptor, std::uint64_t offset, std::uint64_t length) override;
    net::Task<> finish();
    std::uint64_t written() const { return written_; }

  private:
    net::Stream& stream_;
    std::uint64_t written_ = 0;
};

/// A body of a declared length, or (without one) up to the end of the connection. More or less than declared is a
/// fault.
class PlainWriter final : public BodyWriter {
  public:
    PlainWriter(net::Stream& stream, std::optional<std::uint64_t> length) : stream_(stream), length_(length) {}
    net::Task<> write(std::string_view bytes) override;
    net::Task<> send_file(int descriptor, std::uint64_t offset, std::uint64_t length) override;
    void finish() const;
    std::uint64_t written() const { return written_; }

  private:
    void count(std::uint64_t bytes);
    net::Stream& stream_;
    std::optional<std::uint64_t> length_;
    std::uint64_t written_ = 0;
};

} // namespace dfriends::http
