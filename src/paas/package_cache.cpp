// SPDX-License-Identifier: Apache-2.0
#include "paas/package_cache.hpp"

#include "paas/checks.hpp"

namespace dfriends::paas {

net::Task<std::string> find_package_cache(engine::Client& engine)
{
    constexpr std::uint16_t port = 3142;
    for (const auto& network : co_await engine.networks().list({{"name", {"bridge"}}}))
        for (const engine::AddressPool& pool : network.spec.pools) {
            if (pool.gateway.empty())
                continue;
            const Check check{.path = "/healthz", .timeout = std::chrono::milliseconds(500)};
            if (!co_await attempt(check, pool.gateway, port, ""))
                co_return "http://" + pool.gateway + ":" + std::to_string(port);
        }
    co_return std::string();
}

} // namespace dfriends::paas
