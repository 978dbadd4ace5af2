// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/remap.hpp"
#include "net/endpoint.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::cache {

/// Where the cache may connect to, and who may use it: it must not become an open proxy, nor a way from a container
/// into the host's private networks.
class AddressPolicy {
  public:
    /// `allowed`: HOST, HOST:PORT or an address range each. Remapped mirrors count as allowed. `clients`: address
    /// ranges. Throws Error(invalid).
    AddressPolicy(const std::vector<std::string>& allowed, const Remap& remap,
                  const std::vector<std::string>& clients = {});

    /// Throws Error(denied) for a port that is neither 80 nor 443 unless the host was allowed with it.
    void check_port(const std::string& host, std::uint16_t port) const;
    /// The addresses of a host that may be connected to. Throws Error(denied) where none is left.
    std::vector<net::Endpoint> permitted(const std::string& host, std::vector<net::Endpoint> resolved) const;
    /// What can be said of a host that a proxy resolves for us: throws Error(denied) for an address that is not public,
    /// however it is written, and for names of the host itself.
    void check_unresolved(const std::string& host, std::uint16_t port) const;
    /// CONNECT: 443, or a host that was allowed with its port.
    void check_tunnel(const std::string& host, std::uint16_t port) const;

    /// Local clients, and those of the allowed ranges.
    bool may_ask(std::string_view client) const;
    /// Loopback and private networks; an empty address (a Unix socket) is local too.
    static bool is_local_client(std::string_view address);

  private:
    struct Host {
        std::string name;
        std::optional<std::uint16_t> port; ///< nothing: any
    };
    bool is_allowed_host(const std::string& host, std::uint16_t port) const;
    void allow(const std::string& text);

    std::set<std::string> own_; ///< this host's addresses: what listens there may mean to be reached only from here
    std::vector<Host> hosts_;
    std::vector<net::AddressRange> ranges_;
    std::vector<net::AddressRange> clients_;
};

} // namespace dfriends::cache
