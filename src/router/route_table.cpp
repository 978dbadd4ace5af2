// SPDX-License-Identifier: Apache-2.0
#include "router/route_table.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace dfriends::router {

namespace {

/// A host name as the table has it.
std::string normalise(std::string_view host)
{
    if (host.starts_with('[')) // an IPv6 address
        host = host.substr(0, host.find(']') + 1);
    else
        host = host.substr(0, host.find(':'));
    if (host.ends_with('.'))
        host.remove_suffix(1);
    return to_lower(host);
}

} // namespace

void RouteTable::add(std::string_view host, const net::Endpoint& address)
{
    BackendPointer& backend = backends_[address.text()];
    if (!backend && before_ != nullptr)
        if (const auto known = before_->backends_.find(address.text()); known != before_->backends_.end())
            backend = known->second;
    if (!backend)
        backend = std::make_shared<Backend>(Backend{.address = address});
    Backends& route = routes_[normalise(host)];
    if (std::ranges::find(route, backend) == route.end())
        route.push_back(backend);
}

const Backends* RouteTable::find(std::string_view host) const
{
    const auto found = routes_.find(normalise(host));
    return found == routes_.end() ? nullptr : &found->second;
}

BackendPointer choose(const Backends& backends, const Backends& tried, std::size_t turn)
{
    BackendPointer best;
    for (std::size_t step = 0; step < backends.size(); ++step) {
        const BackendPointer& candidate = backends[(turn + step) % backends.size()];
        if (std::ranges::find(tried, candidate) != tried.end())
            continue;
        const bool better = !best || (candidate->is_healthy && !best->is_healthy) ||
                            (candidate->is_healthy == best->is_healthy && candidate->active < best->active);
        if (better)
            best = candidate;
    }
    return best;
}

} // namespace dfriends::router
