// SPDX-License-Identifier: Apache-2.0
#include "paas/package_cache.hpp"

#include "paas/checks.hpp"

namespace dfriends::paas {

net::Task<std::string> find_package_cache(engine::Client& engine)
{
    constexpr std::uint16_t port = 3142;
    for (const auto& network : co_await engine.networks().list({{"name", {"bridge"}}}))
        for (const engine::AddressPool& pool : network.spec.pools) {
            // Engines do not always say it: then it is the first address.
            const std::string host =
                pool.gateway.empty() ? pool.subnet.substr(0, pool.subnet.rfind('.')) + ".1" : pool.gateway;
            const Check check{.path = "/healthz", .timeout = std::chrono::milliseconds(500)};
            if (!co_await attempt(check, host, port, ""))
                co_return "http://" + host + ":" + std::to_string(port);
        }
    co_return std::string();
}

} // namespace dfriends::paas
