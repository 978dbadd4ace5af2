// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/message.hpp"
#include "kv/v2/auth.hpp"

#include <cstdint>

namespace dfriends::kv::v2 {

/// /v2/auth: users, roles, and whether they count.
class AuthApi {
  public:
    AuthApi(Auth& auth, std::uint64_t cluster_id) : auth_(auth), cluster_id_(cluster_id) {}

    /// `path` is the clean one, "/v2/auth/…".
    net::Task<http::Response> operator()(http::Request& request, std::string path);

  private:
    net::Task<http::Response> answer(http::Request& request, std::string path);
    net::Task<http::Response> change_enabled(std::string method);
    net::Task<http::Response> user(http::Request& request, std::string name);
    net::Task<http::Response> put_user(http::Request& request, std::string name);
    net::Task<http::Response> role(http::Request& request, std::string name);
    net::Task<http::Response> put_role(http::Request& request, std::string name);
    http::Response json(int status, std::string text) const;

    Auth& auth_;
    std::uint64_t cluster_id_;
};

} // namespace dfriends::kv::v2
