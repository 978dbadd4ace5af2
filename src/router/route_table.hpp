// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/endpoint.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::router {

/// A server behind the router. Lives as long as a table or a request holds it.
struct Backend {
    net::Endpoint address;
    std::size_t active = 0;       ///< requests under way
    bool is_reported_well = true; ///< as whoever watches was told last
    bool is_healthy = true;       ///< as last seen
    std::uint64_t requests = 0;   ///< that were sent to it
    std::uint64_t failures = 0;   ///< of these, without an answer
};
using BackendPointer = std::shared_ptr<Backend>;
using Backends = std::vector<BackendPointer>;

/// Who serves which host name. Belongs to one loop; never changes once it is in use.
class RouteTable {
  public:
    /// Takes a backend over from another table where that has the same address, with its health.
    explicit RouteTable(const RouteTable* before = nullptr) : before_(before) {}

    /// The same pair twice counts once.
    void add(std::string_view host, const net::Endpoint& address);
    /// To be called when the last one was added: the table before may go then.
    void finish() { before_ = nullptr; }

    /// The backends of a Host header: without its port and a dot at its end, in any case of letters. Null: no route.
    const Backends* find(std::string_view host) const;

    /// Every backend once, by address.
    const std::map<std::string, BackendPointer>& backends() const { return backends_; }
    const std::map<std::string, Backends, std::less<>>& routes() const { return routes_; }

  private:
    const RouteTable* before_;
    std::map<std::string, Backends, std::less<>> routes_;
    std::map<std::string, BackendPointer> backends_;
};

/// The one to send the next request to: the healthy one with the fewest requests under way, in turns where several have
/// as few; one that counts as ill only where all do. Null where all have been tried.
BackendPointer choose(const Backends& backends, const Backends& tried, std::size_t turn);

} // namespace dfriends::router
