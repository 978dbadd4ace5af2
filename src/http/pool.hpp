// SPDX-License-Identifier: Apache-2.0
#pragma once

// For the files of this room only.
#include "http/client.hpp"
#include "net/loop.hpp"

#include <map>
#include <string>
#include <vector>

namespace dfriends::http {

/// A connection between two calls, with what was read beyond the last reply.
struct Kept {
    net::StreamPointer stream;
    std::string buffer;
    std::string key;
    std::chrono::steady_clock::time_point expiry;
    bool reused = false;
};

/// The idle connections of one client, by scheme, host and port.
struct Client::Pool : std::enable_shared_from_this<Client::Pool> {
    explicit Pool(ClientOptions given);

    /// The connection that was used last, where one is there and still open. For a repeatable call it may have closed
    /// within the last moment.
    std::optional<Kept> take(const Url& url, bool repeatable);
    net::Task<Kept> open(Url url, std::chrono::milliseconds timeout);
    void give_back(Kept kept);

    ClientOptions options;

  private:
    net::Task<net::StreamPointer> dial(const Url& url, std::chrono::milliseconds timeout);
    std::map<std::string, std::vector<Kept>> idle_;
    bool watches_loop_ = false; ///< the loop of the idle connections will tell when it ends
};

} // namespace dfriends::http
