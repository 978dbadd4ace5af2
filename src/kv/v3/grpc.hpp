// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http2/session.hpp"
#include "kv/v3/service.hpp"

#include <functional>
#include <map>
#include <string>

namespace dfriends::kv::v3 {

/// The v3 API over gRPC (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md), without compression.
class Grpc {
  public:
    /// `is_secure`: the connections that it serves are TLS.
    Grpc(Service& service, bool is_secure);

    net::Task<> operator()(http2::Exchange& exchange) const;

  private:
    struct Table;
    using Method = std::function<net::Task<>(class GrpcCall&)>;
    std::map<std::string, Method, std::less<>> methods_;
    bool is_secure_;
};

} // namespace dfriends::kv::v3
