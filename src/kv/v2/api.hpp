// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/message.hpp"
#include "kv/v2/auth_api.hpp"
#include "kv/v2/keyspace.hpp"

#include <string>

namespace dfriends::kv::v2 {

/// etcd's v2 HTTP API over a keyspace.
class Api {
  public:
    /// `name`: of the only member, as lists of members show it.
    Api(Keyspace& keyspace, Auth& auth, Clock clock, std::string name)
        : keyspace_(keyspace), auth_(auth), auth_api_(auth, keyspace.cluster_id()), clock_(std::move(clock)),
          name_(std::move(name))
    {
    }

    /// Answers any request: /v2/…, /version, /health; others 404.
    net::Task<http::Response> operator()(http::Request& request);
    /// A keys request on a key that the target does not name by itself (discovery).
    net::Task<http::Response> keys(http::Request& request, std::string key);

  private:
    net::Task<http::Response> route(http::Request& request);
    net::Task<bool> is_allowed(const http::Request& request, std::string key, bool recursive);
    net::Task<http::Response> change(const http::Request& request, const struct Parameters& parameters,
                                     std::string key);
    net::Task<http::Response> get(const http::Request& request, std::string key, const struct Parameters& parameters);
    net::Task<http::Response> watch(http::Request& request, std::string key, const struct Parameters& parameters);
    http::Response refuse(const Refusal& refusal) const;
    void add_headers(http::Response& response, std::uint64_t index) const;
    http::Response machines(const http::Request& request) const;
    http::Response members(const http::Request& request, bool leader_only) const;
    http::Response statistics(std::string_view which) const;

    Keyspace& keyspace_;
    Auth& auth_;
    AuthApi auth_api_;
    Clock clock_;
    std::string name_;
};

} // namespace dfriends::kv::v2
