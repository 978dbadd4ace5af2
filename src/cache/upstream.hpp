// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/address_policy.hpp"
#include "http/client.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace dfriends::cache {

/// How long a request may take.
struct Patience {
    std::chrono::milliseconds connect{5'000};
    std::chrono::milliseconds head{10'000};
    std::chrono::milliseconds idle{8'000}; ///< of a body that stands still
};

/// Sends a request without body, as Upstream::send does, with what a server wants beside it.
using Sender = std::function<net::Task<http::Reply>(std::string method, http::Url url, http::Headers headers)>;

/// The package servers: every connection passes the address policy, redirects are followed up to ten hops.
class Upstream {
  public:
    explicit Upstream(AddressPolicy policy);

    /// Sends a request without body. The reply may have any status but a redirect that can be followed. Throws
    /// Error(denied) where the policy forbids an address, Error(invalid) for a redirect loop, Error(unavailable)
    /// otherwise.
    net::Task<http::Reply> send(std::string method, http::Url url, http::Headers headers, Patience patience);
    /// A raw connection for CONNECT.
    net::Task<net::StreamPointer> connect(std::string host, std::uint16_t port);

    /// True for 20 s after a server could not be reached at all: a second client need not wait for the same silence.
    bool is_down(const http::Url& url) const;
    /// Counts a server as down although its silence has not lasted out yet.
    void suspect(const http::Url& url);

    const AddressPolicy& policy() const { return policy_; }
    void replace_policy(AddressPolicy policy) { policy_ = std::move(policy); }

    /// Says that a request came from this very process: our name in Via.
    bool is_own(const http::Headers& headers) const;

  private:
    net::Task<net::StreamPointer> dial(std::string host, std::uint16_t port, std::chrono::milliseconds timeout);
    net::Task<net::StreamPointer> dial_url(http::Url url, std::chrono::milliseconds timeout);

    AddressPolicy policy_;
    std::string name_; ///< in Via
    std::optional<net::TlsContext> tls_;
    http::Client client_;
    std::map<std::string, std::chrono::steady_clock::time_point> down_until_;
};

} // namespace dfriends::cache
