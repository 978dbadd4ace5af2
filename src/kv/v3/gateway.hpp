// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/message.hpp"
#include "kv/v3/service.hpp"

#include <functional>
#include <map>
#include <string>

namespace dfriends::kv::v3 {

/// The v3 API as JSON over HTTP/1, as etcd's gateway speaks it below /v3/ (and /v3beta/, /v3alpha/ for older clients).
class Gateway {
  public:
    explicit Gateway(Service& service);

    static bool serves(std::string_view path);
    net::Task<http::Response> operator()(http::Request& request) const;

  private:
    struct Table;
    using Method = std::function<net::Task<http::Response>(http::Request&)>;
    std::map<std::string, Method, std::less<>> methods_;
};

} // namespace dfriends::kv::v3
