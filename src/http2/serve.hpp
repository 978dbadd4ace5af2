// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http2/call.hpp"
#include "net/stream.hpp"

#include <chrono>
#include <cstdint>
#include <functional>

namespace dfriends::http2 {

/// Answers one call. A handler that returns or throws before finish() has its stream reset.
using Handler = std::function<net::Task<>(Call&)>;

struct ServeOptions {
    std::uint32_t streams = 1000;                ///< at once, and handlers that run
    std::uint32_t header_list = 64 * 1024;       ///< bytes of a request's fields
    std::int32_t stream_window = 256 * 1024;     ///< bytes of a body that wait for its handler
    std::int32_t connection_window = 4 << 20;    ///< the same of all streams together
    std::size_t unsent = 64 * 1024;              ///< bytes of an answer above which wait_for_room() waits
    std::chrono::milliseconds silence{60'000};   ///< after which a client with open streams gets a PING
    std::chrono::milliseconds ping{20'000};      ///< within which it must say something
    std::chrono::milliseconds idle{600'000};     ///< without streams
    std::chrono::milliseconds transfer{120'000}; ///< a single write that does not move
};

/// Serves one connection until it ends and every handler has returned. `begun` is what was read of it already; the
/// client's preface comes first. `on_drain` gets a function that makes it take no new streams, end when the open ones
/// have, and may be called once.
net::Task<> serve(net::Stream& stream, std::string begun, const Handler& handler, const ServeOptions& options,
                  std::function<void()>& on_drain);

} // namespace dfriends::http2
