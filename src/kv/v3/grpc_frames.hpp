// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http2/call.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

/// What gRPC adds to HTTP/2 (PROTOCOL-HTTP2.md of grpc): messages with a length before them, time-outs and escaped
/// texts.
namespace dfriends::kv::v3 {

inline constexpr std::size_t grpc_prefix = 5;
inline constexpr std::size_t largest_grpc_request = 2U << 20U; ///< etcd's 1.5 MiB and 512 KiB of overhead

/// The messages of a request's body.
class GrpcReader {
  public:
    explicit GrpcReader(http2::Call& stream) : stream_(stream) {}

    /// The next message's bytes, valid until the next call; nothing at the end. Throws Status.
    net::Task<std::optional<std::string_view>> next();

  private:
    /// False where the body ends before there are so many bytes.
    net::Task<bool> gather(std::size_t bytes);
    [[noreturn]] void refuse_compression() const;

    http2::Call& stream_;
    std::string buffer_;
    std::size_t place_ = 0; ///< what was handed out ends there
};

/// The five bytes before a message.
std::string grpc_frame(std::size_t message_size);
/// "100m" and its like; nothing where it is malformed.
std::optional<std::chrono::nanoseconds> parse_grpc_timeout(std::string_view text);
/// A text as the value of `grpc-message`: what is not printable ASCII is percent-encoded.
std::string escape_grpc_message(std::string_view text);

} // namespace dfriends::kv::v3
