// SPDX-License-Identifier: Apache-2.0
#include "kv/v3/grpc_frames.hpp"

#include "base/text.hpp"
#include "etcd/quote.hpp"
#include "etcd/v3/status.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dfriends::kv::v3 {

using etcd::v3::Code;
using etcd::v3::Status;

net::Task<bool> GrpcReader::gather(std::size_t bytes)
{
    while (buffer_.size() - place_ < bytes) {
        std::string more = co_await stream_.read();
        if (more.empty())
            co_return false;
        buffer_.erase(0, std::exchange(place_, 0));
        if (buffer_.empty())
            buffer_ = std::move(more);
        else
            buffer_.append(more);
    }
    co_return true;
}

net::Task<std::optional<std::string_view>> GrpcReader::next()
{
    if (!co_await gather(grpc_prefix)) {
        if (buffer_.size() != place_)
            throw Status(Code::internal, "unexpected EOF");
        co_return std::nullopt;
    }
    const auto byte = [this](std::size_t at) { return static_cast<unsigned char>(buffer_[place_ + at]); };
    const std::size_t size =
        std::size_t{byte(1)} << 24U | std::size_t{byte(2)} << 16U | std::size_t{byte(3)} << 8U | std::size_t{byte(4)};
    if (byte(0) != 0)
        refuse_compression();
    if (size > largest_grpc_request)
        throw Status(Code::resource_exhausted,
                     fmt::format("grpc: received message larger than max ({} vs. {})", size, largest_grpc_request));
    if (!co_await gather(grpc_prefix + size))
        throw Status(Code::internal, "unexpected EOF");
    const std::string_view message = std::string_view(buffer_).substr(place_ + grpc_prefix, size);
    place_ += grpc_prefix + size;
    co_return message;
}

void GrpcReader::refuse_compression() const
{
    const std::string_view encoding = stream_.header("grpc-encoding");
    if (encoding.empty() || encoding == "identity")
        throw Status(Code::internal, "grpc: compressed flag set with identity or empty encoding");
    throw Status(Code::unsupported,
                 fmt::format("grpc: Decompressor is not installed for grpc-encoding {}", etcd::quote(encoding)));
}

std::string grpc_frame(std::size_t message_size)
{
    std::string prefix(grpc_prefix, '\0');
    for (std::size_t i = 0; i < 4; ++i)
        prefix[1 + i] = static_cast<char>(message_size >> (24 - 8 * i));
    return prefix;
}

std::optional<std::chrono::nanoseconds> parse_grpc_timeout(std::string_view text)
{
    if (text.size() < 2 || text.size() > 9)
        return std::nullopt;
    const auto number = parse_unsigned(text.substr(0, text.size() - 1));
    if (!number)
        return std::nullopt;
    // Eight digits of hours do not fit into nanoseconds: what is longer than a century is a century.
    const auto scale = [&](std::int64_t unit) {
        constexpr std::int64_t century = 100LL * 365 * 24 * 3600 * 1'000'000'000;
        const auto count = static_cast<std::int64_t>(*number);
        return std::chrono::nanoseconds(count > century / unit ? century : count * unit);
    };
    switch (text.back()) {
    case 'H':
        return scale(3'600'000'000'000);
    case 'M':
        return scale(60'000'000'000);
    case 'S':
        return scale(1'000'000'000);
    case 'm':
        return scale(1'000'000);
    case 'u':
        return scale(1'000);
    case 'n':
        return scale(1);
    default:
        return std::nullopt;
    }
}

std::string escape_grpc_message(std::string_view text)
{
    std::string escaped;
    for (const char c : text) {
        if (c >= ' ' && c <= '~' && c != '%')
            escaped += c;
        else
            fmt::format_to(std::back_inserter(escaped), "%{:02X}", static_cast<unsigned char>(c));
    }
    return escaped;
}

} // namespace dfriends::kv::v3
