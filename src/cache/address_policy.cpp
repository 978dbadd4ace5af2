// SPDX-License-Identifier: Apache-2.0
#include "cache/address_policy.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "os/interfaces.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace dfriends::cache {

namespace {

/// Ranges for examples in documents (RFC 5737, RFC 3849): nobody's private network, and what sealed-off machines give
/// to their mirrors.
bool is_example(std::string_view address)
{
    static const std::array<net::AddressRange, 4> ranges = {
        net::AddressRange("192.0.2.0/24"), net::AddressRange("198.51.100.0/24"), net::AddressRange("203.0.113.0/24"),
        net::AddressRange("2001:db8::/32")};
    return std::ranges::any_of(ranges, [address](const auto& range) { return range.contains(address); });
}

std::set<std::string> own_addresses()
{
    std::set<std::string> addresses;
    for (os::InterfaceAddress& one : os::interface_addresses())
        addresses.insert(std::move(one.address));
    return addresses;
}

} // namespace

AddressPolicy::AddressPolicy(const std::vector<std::string>& allowed, const Remap& remap,
                             const std::vector<std::string>& clients)
    : own_(own_addresses())
{
    for (const auto& range : clients)
        clients_.emplace_back(range);
    for (const auto& text : allowed)
        allow(text);
    for (const auto& [name, mirrors] : remap.names())
        for (const auto& mirror : mirrors)
            hosts_.push_back({mirror.host, mirror.port});
}

void AddressPolicy::allow(const std::string& text)
{
    if (text.find('/') != std::string::npos || net::is_address(text)) {
        ranges_.emplace_back(text);
        return;
    }
    const auto url = http::find_url("http://" + text + "/");
    if (!url || url->target != "/" || !url->user_info.empty() || url->host.find('*') != std::string::npos)
        throw Error(ErrorKind::invalid, "cannot allow the upstream '{}'", text)
            .hint("write HOST, HOST:PORT or an address range such as 10.0.0.0/8");
    // find_url says 80 both for "host" and for "host:80", so the text has to tell.
    const bool with_port =
        text.find("]:") != std::string::npos || (text.front() != '[' && text.find(':') != std::string::npos);
    hosts_.push_back({url->host, with_port ? std::optional(url->port) : std::nullopt});
}

bool AddressPolicy::is_allowed_host(const std::string& host, std::uint16_t port) const
{
    return std::ranges::any_of(hosts_, [&](const Host& allowed) {
        return equal_ignoring_case(allowed.name, host) && (!allowed.port || *allowed.port == port);
    });
}

void AddressPolicy::check_port(const std::string& host, std::uint16_t port) const
{
    const bool in_range =
        net::is_address(host) && std::ranges::any_of(ranges_, [&](const auto& range) { return range.contains(host); });
    if (port == 80 || port == 443 || in_range || is_allowed_host(host, port))
        return;
    throw Error(ErrorKind::denied, "port {} of '{}' is not among the ports of package servers (80, 443)", port, host)
        .hint(fmt::format("start the cache with --allow-upstream {}:{}", host, port));
}

void AddressPolicy::check_tunnel(const std::string& host, std::uint16_t port) const
{
    const bool named = std::ranges::any_of(
        hosts_, [&](const Host& allowed) { return equal_ignoring_case(allowed.name, host) && allowed.port == port; });
    if (port != 443 && !named)
        throw Error(ErrorKind::denied, "a tunnel to port {} of '{}' is not allowed, only to port 443", port, host)
            .hint(fmt::format("start the cache with --allow-upstream {}:{}", host, port));
}

std::vector<net::Endpoint> AddressPolicy::permitted(const std::string& host, std::vector<net::Endpoint> resolved) const
{
    if (resolved.empty())
        throw Error(ErrorKind::unavailable, "'{}' has no address", host);
    const std::uint16_t port = resolved.front().port;
    if (is_allowed_host(host, port))
        return resolved;
    const auto refused = resolved.front().address;
    std::erase_if(resolved, [&](const net::Endpoint& endpoint) {
        const bool refusable =
            (net::is_special(endpoint.address) && !is_example(endpoint.address)) || own_.contains(endpoint.address);
        return refusable &&
               std::ranges::none_of(ranges_, [&](const auto& range) { return range.contains(endpoint.address); });
    });
    if (resolved.empty())
        throw Error(ErrorKind::denied, "'{}' resolves to {}, which is not a public address", host, refused)
            .hint(fmt::format("start the cache with --allow-upstream {}", host));
    return resolved;
}

void AddressPolicy::check_unresolved(const std::string& host, std::uint16_t port) const
{
    const auto name = std::string_view(host).substr(0, host.find_last_not_of('.') + 1);
    const auto last = name.substr(name.rfind('.') == name.npos ? 0 : name.rfind('.') + 1);
    if (net::is_address(name))
        permitted(host, {{std::string(name), port}});
    else if (equal_ignoring_case(last, "localhost"))
        permitted(host, {{"127.0.0.1", port}});
    // "2130706433" and "0x7f.1" are 127.0.0.1 to those who read addresses as C's inet_aton() does.
    else if (last.empty() || std::isdigit(static_cast<unsigned char>(last.front())) != 0 || name.find(':') != name.npos)
        throw Error(ErrorKind::denied, "'{}' is neither a name nor a whole address", host);
}

bool AddressPolicy::may_ask(std::string_view client) const
{
    if (is_local_client(client))
        return true;
    if (client.starts_with("::ffff:"))
        client.remove_prefix(7);
    return std::ranges::any_of(clients_, [&](const auto& range) { return range.contains(client); });
}

bool AddressPolicy::is_local_client(std::string_view address)
{
    static const std::array<net::AddressRange, 6> local = {
        net::AddressRange("10.0.0.0/8"),     net::AddressRange("172.16.0.0/12"), net::AddressRange("192.168.0.0/16"),
        net::AddressRange("169.254.0.0/16"), net::AddressRange("fc00::/7"),      net::AddressRange("fe80::/10")};
    if (address.starts_with("::ffff:"))
        address.remove_prefix(7);
    return address.empty() || net::is_loopback(address) ||
           std::ranges::any_of(local, [&](const auto& range) { return range.contains(address); });
}

} // namespace dfriends::cache
