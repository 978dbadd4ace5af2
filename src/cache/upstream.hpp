// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/address_policy.hpp"
#include "cache/server_health.hpp"
#include "http/client.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::cache {

/// Whether a later or another try may have a better answer than this status.
bool is_transient(int status);

/// How long a request may take.
struct Patience {
    std::chrono::milliseconds connect{5'000};
    std::chrono::milliseconds head{10'000};
    std::chrono::milliseconds idle{8'000}; ///< of a body that stands still
};

/// Sends a request without body, as Upstream::send does, with what a server wants beside it.
using Sender = std::function<net::Task<http::Reply>(std::string method, http::Url url, http::Headers headers)>;

/// A proxy between the cache and all servers.
struct UpstreamProxy {
    http::Url url;             ///< without the user's name and password
    std::string authorization; ///< the value of Proxy-Authorization; empty: none
};
/// Nothing for an empty text. Throws Error(invalid) that does not show it: it may hold a password.
std::optional<UpstreamProxy> read_upstream_proxy(std::string_view text);

/// The package servers: every connection passes the address policy, redirects are followed up to ten hops.
class Upstream {
  public:
    explicit Upstream(AddressPolicy policy, std::optional<UpstreamProxy> proxy = {});

    /// Sends a request without body. The reply may have any status but a redirect that can be followed. Throws
    /// Error(denied) where the policy forbids an address, Error(invalid) for a redirect loop, Error(unavailable)
    /// otherwise.
    net::Task<http::Reply> send(std::string method, http::Url url, http::Headers headers, Patience patience);
    /// A raw connection for CONNECT, with what the other end has said already.
    net::Task<http::Upgraded> connect(std::string host, std::uint16_t port, std::string via);

    /// True where none of the servers could be reached within the last 20 s.
    bool are_down(const std::vector<http::Url>& urls) const;
    bool is_down(const http::Url& url) const;
    /// Counts a server as down although its silence has not lasted out yet.
    void suspect(const http::Url& url);
    /// What send() cannot know: how the body went.
    void completed(const http::Url& url);
    void failed(const http::Url& url, std::string why);
    /// The same sources, those first whose servers are well. A server that has rested is probed meanwhile.
    std::vector<http::Url> preferred(std::vector<http::Url> sources);
    ServerHealth::Report health(const http::Url& url) const;
    void on_health_change(std::function<void()> call) { on_health_change_ = std::move(call); }

    const AddressPolicy& policy() const { return policy_; }
    void replace_policy(AddressPolicy policy) { policy_ = std::move(policy); }
    void replace_proxy(std::optional<UpstreamProxy> proxy);

    /// Says that a request came from this very process: our name in Via.
    bool is_own(std::string_view via) const { return via.find(name_) != via.npos; }

  private:
    net::Task<net::StreamPointer> dial(std::string host, std::uint16_t port, std::chrono::milliseconds timeout);
    net::Task<net::StreamPointer> dial_url(http::Url url, std::optional<UpstreamProxy> proxy,
                                           std::chrono::milliseconds timeout);
    net::Task<net::StreamPointer> dial_proxy(UpstreamProxy proxy, std::chrono::milliseconds timeout);
    net::Task<http::Upgraded> open_tunnel(UpstreamProxy proxy, std::string host, std::uint16_t port, std::string via,
                                          std::chrono::milliseconds timeout);
    net::Task<net::StreamPointer> secure(net::StreamPointer stream, std::string host,
                                         std::chrono::milliseconds timeout);
    http::Client make_client();
    net::Task<http::Reply> send_once(http::Call call);
    net::Task<> probe(http::Url url);
    std::string with_name(std::string_view via) const;
    void note(const http::Url& url, const std::function<void(const std::string& origin)>& change);

    AddressPolicy policy_;
    std::string name_; ///< in Via
    std::optional<net::TlsContext> tls_;
    std::optional<UpstreamProxy> proxy_;
    http::Client client_;
    ServerHealth health_;
    std::function<void()> on_health_change_;
};

} // namespace dfriends::cache
