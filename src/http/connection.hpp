// SPDX-License-Identifier: Apache-2.0
#pragma once

// For the files of this room only.
#include "http/serve.hpp"

namespace dfriends::http {

/// What a server must know of a connection to drain it.
struct Connection {
    net::Stream* stream = nullptr;
    const bool* stopping = nullptr;
    bool busy = false;              ///< a request has begun and its answer is not out
    std::function<void()> on_drain; ///< of a connection that speaks another protocol
};

net::Task<> serve_connection(net::Stream& stream, const Handler& handler, const ServeOptions& options,
                             Connection& connection);

} // namespace dfriends::http
