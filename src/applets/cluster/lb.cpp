// SPDX-License-Identifier: Apache-2.0
#include "applets/cluster/client.hpp"
#include "applets/cluster/verbs.hpp"
#include "base/error.hpp"
#include "net/tcp.hpp"
#include "router/forward.hpp"
#include "router/health.hpp"
#include "router/registrations.hpp"
#include "service/daemon.hpp"
#include "service/metrics.hpp"

#include <algorithm>

namespace dfriends::applets::cluster {

namespace {

/// Keeps the forwarder's table as the store has it.
class Routes {
  public:
    Routes(etcd::v3::ClientOptions store, router::Forwarder& forwarder, log::Logger& log)
        : registry_(std::move(store)), forwarder_(forwarder), log_(log)
    {
    }

    net::Task<> take(std::vector<router::Registration> registrations)
    {
        dfriends::cluster::Snapshot cluster;
        const auto is_name = [](const auto& registration) { return !is_address(registration.host); };
        if (std::ranges::any_of(registrations, is_name))
            cluster = co_await registry_.read();
        const auto before = forwarder_.table();
        auto table = std::make_shared<router::RouteTable>(before.get());
        for (const router::Registration& registration : registrations) {
            const std::string address = co_await find_address(cluster, registration.host);
            if (address.empty())
                continue;
            const net::Endpoint endpoint{address, registration.port};
            table->add(registration.name, endpoint);
            if (const std::string service = router::service_of(registration.name); !service.empty())
                table->add(service, endpoint);
        }
        table->finish();
        log_.info(fmt::format("routes: {} names, {} servers", table->routes().size(), table->backends().size()));
        forwarder_.use(std::move(table));
    }

  private:
    static bool is_address(const std::string& host)
    {
        return host.find_first_not_of("0123456789.") == std::string::npos;
    }

    /// A machine of the cluster by its name, else what the name resolves to; empty where it is nowhere.
    net::Task<std::string> find_address(const dfriends::cluster::Snapshot& cluster, std::string host)
    {
        if (is_address(host))
            co_return host;
        for (const auto& [id, member] : cluster.members)
            if (member.host_name == host && !member.public_ip.empty())
                co_return member.public_ip;
        try {
            const auto found = co_await net::resolve(host, 0);
            co_return found.front().address;
        } catch (const Error& error) {
            log_.warning(fmt::format("'{}' is left out: {}", host, error.message()));
            co_return std::string();
        }
    }

    dfriends::cluster::Registry registry_;
    router::Forwarder& forwarder_;
    log::Logger& log_;
};

void register_metrics(service::Metrics& metrics, const router::Forwarder& forwarder)
{
    const auto count = [&forwarder](auto value) {
        return [&forwarder, value] {
            double sum = 0;
            const auto table = forwarder.table();
            for (const auto& [address, backend] : table->backends())
                sum += value(*backend);
            return sum;
        };
    };
    metrics.gauge("dfriends_lb_servers", "Servers in the route table", count([](const auto&) { return 1.0; }));
    metrics.gauge("dfriends_lb_servers_healthy", "Servers that answer",
                  count([](const auto& backend) { return backend.is_healthy ? 1.0 : 0.0; }));
    metrics.gauge("dfriends_lb_requests_active", "Requests under way",
                  count([](const auto& backend) { return static_cast<double>(backend.active); }));
}

} // namespace

int lb(Context& context)
{
    context.expect_arguments(0, 0);
    const etcd::v3::ClientOptions store = store_options(context);
    std::string prefix = context.settings.text("prefix");
    while (prefix.ends_with('/'))
        prefix.pop_back();
    router::Forwarder forwarder({.fallback = context.settings.text("default")});
    Routes routes(store, forwarder, context.log());
    service::Metrics metrics;
    register_metrics(metrics, forwarder);
    service::Daemon daemon(context.log());
    http::ServeOptions options{.server_name = ""};
    if (context.log().enabled(log::Level::debug))
        options.on_exchange = [&context](const http::Exchange& exchange) {
            context.log().debug(fmt::format("{} {}{} {} {}", exchange.request.method,
                                            exchange.request.headers.get("Host"), exchange.request.target,
                                            exchange.status, exchange.request.note));
        };
    const auto handler = [&forwarder, &metrics](http::Request& request) -> net::Task<http::Response> {
        if (forwarder.table()->find(request.headers.get("Host")) == nullptr)
            if (auto answer = service::common_answer(request, &metrics)) // the path is no server's
                co_return std::move(*answer);
        co_return co_await forwarder(request);
    };
    daemon.listen_plainly(context.settings.list("listen"), handler, options);
    daemon.run_beside(router::follow_registrations(
        store, prefix.starts_with('/') ? prefix : "/" + prefix,
        [&routes](std::vector<router::Registration> all) { return routes.take(std::move(all)); },
        [&context](std::string_view failure) {
            if (failure.empty())
                context.log().info("the key-value store answers again");
            else
                context.log().warning(
                    fmt::format("the key-value store does not answer; routes stay as they are: {}", failure));
        }));
    daemon.run_beside(
        router::check_health([&forwarder] { return forwarder.table(); }, {.path = context.settings.text("health-path")},
                             [&context](const router::Backend& backend) {
                                 context.log().info(fmt::format("server {} {}", backend.address.text(),
                                                                backend.is_healthy ? "is well" : "does not answer"));
                             }));
    return daemon.run();
}

} // namespace dfriends::applets::cluster
