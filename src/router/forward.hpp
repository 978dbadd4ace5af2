// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/client.hpp"
#include "http/message.hpp"
#include "router/route_table.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace dfriends::router {

struct ForwardOptions {
    std::chrono::milliseconds connect_timeout{2'000};
    std::chrono::milliseconds head_timeout{60'000}; ///< until a backend's answer begins; then 504
    std::string scheme = "http";                    ///< what X-Forwarded-Proto says
    bool trusts_client = true;                      ///< X-Forwarded-* of a client count: it is a proxy of ours
    std::string fallback;                           ///< the host name that stands for one without a route; may be empty
};

/// Sends each request to a backend of its Host, over kept connections, and its answer back as it comes; a WebSocket's
/// connection (RFC 6455, any Upgrade) becomes a tunnel. Belongs to one loop.
class Forwarder {
  public:
    explicit Forwarder(ForwardOptions options = {});

    /// Requests that begin from now on go by that table.
    void use(std::shared_ptr<const RouteTable> table) { table_ = std::move(table); }
    std::shared_ptr<const RouteTable> table() const { return table_; }

    /// 404 without a route, 502 and 503 where no backend answers, 504 where one is too slow.
    net::Task<http::Response> operator()(http::Request& request);
    /// The same by a name of the table, whatever the request's Host says.
    net::Task<http::Response> send_to(http::Request& request, std::string name);

  private:
    net::Task<http::Response> send(http::Request& request, const Backends& backends, std::string target);
    net::Task<http::Response> try_backend(http::Request& request, const BackendPointer& backend, std::string target);

    ForwardOptions options_;
    http::Client client_;
    std::shared_ptr<const RouteTable> table_ = std::make_shared<RouteTable>();
    std::size_t turn_ = 0;
};

} // namespace dfriends::router
