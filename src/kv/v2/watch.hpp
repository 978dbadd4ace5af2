// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/message.hpp"
#include "kv/v2/history.hpp"

#include <cstdint>

namespace dfriends::kv::v2 {

/// One client's wait for events.
struct Watch {
    Watched watched;
    std::uint64_t next;  ///< the first index that may be told
    bool stream = false; ///< go on after the first event
    net::Stream* connection = nullptr;
};

/// Writes the events as they come. Ends after the first one unless streaming; throws where the client is gone, where
/// the server stops and where a stream has fallen out of the history, all of which end the connection.
net::Task<> run_watch(History& history, Watch watch, http::BodyWriter& writer);

} // namespace dfriends::kv::v2
