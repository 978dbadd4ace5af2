// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/message.hpp"
#include "kv/v2/api.hpp"

#include <string_view>

namespace dfriends::kv {

/// The discovery service of discovery.etcd.io: /new[?size=N] makes a token, /TOKEN… are keys below /_etcd/registry.
class Discovery {
  public:
    Discovery(v2::Keyspace& keyspace, v2::Api& api) : keyspace_(keyspace), api_(api) {}

    /// Whether a target is one of ours.
    static bool serves(std::string_view path);
    net::Task<http::Response> operator()(http::Request& request);

  private:
    net::Task<http::Response> make_token(const http::Request& request);

    v2::Keyspace& keyspace_;
    v2::Api& api_;
};

} // namespace dfriends::kv
