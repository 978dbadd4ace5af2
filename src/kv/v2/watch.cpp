// SPDX-License-Identifier: Apache-2.0
#include "kv/v2/watch.hpp"

#include "base/error.hpp"

namespace dfriends::kv::v2 {

namespace {

/// How long a client that went away may hold its watch.
constexpr std::chrono::milliseconds patience{10'000};

} // namespace

net::Task<> run_watch(History& history, Watch watch, http::BodyWriter& writer)
{
    for (;;) {
        if (const auto event = history.find(watch.watched, watch.next)) {
            watch.next = event->index + 1;
            co_await writer.write(event->body + "\n");
            if (!watch.stream)
                co_return;
            continue;
        }
        if (history.floor() > watch.next)
            throw Error(ErrorKind::unavailable, "a slow watch fell out of the history");
        if (history.is_stopped())
            throw Error(ErrorKind::unavailable, "the server stops");
        if (watch.connection->has_peer_closed())
            throw Error(ErrorKind::unavailable, "the client of a watch went away");
        // What has been looked at need not be looked at again.
        watch.next = std::max(watch.next, history.newest() + 1);
        co_await history.wait(watch.watched, patience);
    }
}

} // namespace dfriends::kv::v2
