// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "etcd/v2_types.hpp"
#include "http/client.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dfriends::etcd {

/// How long to live and what must hold for a key to be put or removed.
struct V2Condition {
    std::optional<bool> exists;
    std::string prev_value;       ///< empty: not compared
    std::uint64_t prev_index = 0; ///< 0: not compared
};

/// As whom a client asks, and through what.
struct V2Access {
    std::string user; ///< empty: nobody
    std::string password;
    std::optional<net::TlsContext> tls;                ///< for https; without it the system's trust
    std::function<void(const http::Call&)> on_request; ///< told of every request before it goes out
};

/// A client of etcd's v2 API, of a real etcd as well as of ours.
class V2Client {
  public:
    /// Endpoints are tried in turn; the one that answered last comes first. `timeout` is for one request.
    explicit V2Client(const std::vector<std::string>& endpoints,
                      std::chrono::milliseconds timeout = std::chrono::seconds(5), V2Access access = {});

    net::Task<V2Answer> get(std::string key, bool recursive = false, bool sorted = false, bool quorum = false);
    net::Task<V2Answer> put(std::string key, std::string value, std::optional<std::uint64_t> ttl,
                            V2Condition condition = {});
    net::Task<V2Answer> put_directory(std::string key, std::optional<std::uint64_t> ttl, V2Condition condition = {});
    net::Task<V2Answer> create_in_order(std::string directory, std::string value, std::optional<std::uint64_t> ttl);
    net::Task<V2Answer> remove(std::string key, bool dir, bool recursive, V2Condition condition = {});
    /// Waits for the first event with at least that index (0: the next one), as long as it takes. A server that stops
    /// makes it ask again elsewhere.
    net::Task<V2Answer> watch(std::string key, bool recursive, std::uint64_t index);

    net::Task<std::vector<V2Member>> members();
    /// Its id is empty while there is none.
    net::Task<V2Member> leader();
    /// The body of any other GET, from one endpoint.
    net::Task<std::string> fetch(std::string url);

    /// An answer of the other paths, such as /v2/auth: they are JSON both ways.
    struct Reply {
        int status;
        std::string body;
    };
    net::Task<Reply> exchange(std::string method, std::string target, std::string json);
    /// False where the endpoint that answers has no v2 API (etcd since 3.4 without --enable-v2, since 3.6 always).
    net::Task<bool> is_served();

  private:
    using Pairs = std::vector<std::pair<std::string, std::string>>;
    struct Text {
        int status;
        std::uint64_t index;
        std::string body;
    };
    net::Task<V2Answer> call(std::string method, std::string key, Pairs query, std::optional<Pairs> form);
    /// Sends to the first endpoint that answers; Error(unavailable) lists what each one said.
    net::Task<Text> send(std::string method, std::string target, std::optional<std::string> body,
                         std::chrono::milliseconds timeout, std::string type = "application/x-www-form-urlencoded");

    std::vector<http::Url> endpoints_;
    std::chrono::milliseconds timeout_;
    V2Access access_;
    http::Client client_;
};

} // namespace dfriends::etcd
