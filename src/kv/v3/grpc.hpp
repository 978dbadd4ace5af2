// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http2/call.hpp"
#include "kv/v3/service.hpp"

#include <functional>
#include <map>
#include <string>

namespace dfriends::kv::v3 {

/// The v3 API as gRPC over HTTP/2, which etcdctl and the client libraries speak.
class Grpc {
  public:
    explicit Grpc(Service& service);

    net::Task<> operator()(http2::Call& stream) const;

  private:
    struct Table;
    class Talk;
    using Method = std::function<net::Task<>(Talk&)>;

    const Method& find(std::string_view path) const;
    net::Task<> run(const Method& method, Talk& talk) const;

    std::map<std::string, Method, std::less<>> methods_; ///< by "package.Service/Method"
};

} // namespace dfriends::kv::v3
