// SPDX-License-Identifier: Apache-2.0
#include "router/health.hpp"

#include "base/error.hpp"
#include "http/client.hpp"
#include "net/loop.hpp"
#include "net/tcp.hpp"

namespace dfriends::router {

namespace {

net::Task<bool> is_there(net::Endpoint address, HealthOptions options)
{
    try {
        if (options.path.empty()) {
            const net::StreamPointer stream = co_await net::connect_tcp(address, options.timeout);
            co_return true;
        }
        http::Client client({.idle_connections = 0});
        http::Call call{.url = {.scheme = "http", .host = address.address, .port = address.port}};
        call.url.target = options.path;
        call.connect_timeout = call.head_timeout = options.timeout;
        const http::Reply reply = co_await client.send(std::move(call));
        co_return reply.status() < 500;
    } catch (const Error&) {
        co_return false;
    }
}

net::Task<> check(BackendPointer backend, HealthOptions options, std::function<void(const Backend&)> on_change)
{
    const bool well = backend->is_healthy = co_await is_there(backend->address, options);
    if (std::exchange(backend->is_reported_well, well) != well)
        on_change(*backend);
}

} // namespace

net::Task<> check_health(std::function<std::shared_ptr<const RouteTable>()> table, HealthOptions options,
                         std::function<void(const Backend&)> on_change)
{
    for (;;) {
        for (const auto& [address, backend] : table()->backends())
            net::spawn(check(backend, options, on_change)); // ends within its timeout
        co_await net::sleep(std::max(options.interval, options.timeout));
    }
}

} // namespace dfriends::router
