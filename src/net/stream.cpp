// SPDX-License-Identifier: Apache-2.0
#include "net/stream.hpp"

#include "base/error.hpp"
#include "net/loop.hpp"

#include <cerrno>
#include <exception>
#include <unistd.h>
#include <vector>

namespace dfriends::net {

namespace {

constexpr std::size_t piece_size = 65536;

} // namespace

Task<> Stream::send_file(int descriptor, std::uint64_t offset, std::uint64_t length, std::string_view before)
{
    if (!before.empty())
        co_await write_all(before);
    std::vector<char> piece(std::min<std::uint64_t>(piece_size, length));
    while (length > 0) {
        const ssize_t count = ::pread(descriptor, piece.data(), std::min<std::uint64_t>(piece.size(), length),
                                      static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            throw Error(ErrorKind::unavailable, "a file ended {} bytes too early while it was sent", length);
        co_await write_all({piece.data(), static_cast<std::size_t>(count)});
        offset += static_cast<std::uint64_t>(count);
        length -= static_cast<std::uint64_t>(count);
    }
}

namespace {

/// One direction of a relay; a failure closes both sides, which ends the other direction.
Task<> pump(Stream& from, Stream& to)
{
    std::vector<char> piece(piece_size);
    try {
        while (const std::size_t count = co_await from.read_some(piece))
            co_await to.write_all({piece.data(), count});
        co_await to.shutdown();
    } catch (const Error&) {
        from.close();
        to.close();
    }
}

struct Relay {
    Event ended;
    bool done = false;
};

Task<> pump_back(Stream& from, Stream& to, std::shared_ptr<Relay> relay)
{
    co_await pump(from, to);
    relay->done = true;
    relay->ended.notify_all();
}

} // namespace

Task<> relay(Stream& a, Stream& b)
{
    const auto back = std::make_shared<Relay>();
    spawn(pump_back(b, a, back));
    co_await pump(a, b);
    while (!back->done)
        co_await back->ended.wait();
}

} // namespace dfriends::net
