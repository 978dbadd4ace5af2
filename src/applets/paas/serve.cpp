// SPDX-License-Identifier: Apache-2.0
#include "applets/paas/session.hpp"
#include "applets/paas/setup_token.hpp"
#include "applets/paas/verbs.hpp"
#include "base/error.hpp"
#include "net/endpoint.hpp"
#include "paas/routes.hpp"
#include "paas/static_site.hpp"
#include "router/health.hpp"
#include "service/daemon.hpp"
#include "service/metrics.hpp"

#include <chrono>
#include <optional>

namespace dfriends::applets::paas {

namespace {

/// Apps by their host names; until the setup is finished its page for every other name.
class Front {
  public:
    Front(core::Apps& apps, router::Forwarder& forwarder, const service::Metrics& metrics)
        : apps_(apps), forwarder_(forwarder), metrics_(metrics)
    {
    }

    void open_setup(std::uint16_t port)
    {
        const core::Installation installation(apps_);
        if (installation.keys().list().empty())
            page_ = make_setup_page(apps_, installation, port);
    }

    net::Task<http::Response> operator()(http::Request& request)
    {
        if (forwarder_.table()->find(request.headers.get("Host")) != nullptr)
            co_return co_await forwarder_(request);
        // What every service answers, where the path is no app's; the numbers are for this host alone.
        const bool is_local = request.connection->peer_address().starts_with("127.");
        if (auto answer = service::common_answer(request, is_local ? &metrics_ : nullptr))
            co_return std::move(*answer);
        if (page_)
            drop_page_when_done();
        if (const auto page = page_)
            co_return co_await (*page)(request);
        co_return co_await forwarder_(request);
    }

  private:
    /// The finished page stays long enough to say what comes next; where keys came by another way it is of no use.
    void drop_page_when_done()
    {
        const auto now = std::chrono::steady_clock::now();
        if (page_->is_finished() && !finished_)
            finished_ = now;
        if (finished_ ? now - *finished_ > std::chrono::minutes(10) : !core::Installation(apps_).keys().list().empty())
            page_.reset();
    }

    core::Apps& apps_;
    router::Forwarder& forwarder_;
    const service::Metrics& metrics_;
    std::shared_ptr<core::SetupPage> page_;
    std::optional<std::chrono::steady_clock::time_point> finished_;
};

void register_metrics(service::Metrics& metrics, const router::Forwarder& forwarder)
{
    metrics.gauge("dfriends_paas_routes", "Names and ports that lead to an app",
                  [&forwarder] { return static_cast<double>(forwarder.table()->routes().size()); });
    metrics.gauge("dfriends_paas_servers", "Containers that take requests",
                  [&forwarder] { return static_cast<double>(forwarder.table()->backends().size()); });
    metrics.gauge("dfriends_paas_requests_active", "Requests under way", [&forwarder] {
        double sum = 0;
        const auto table = forwarder.table();
        for (const auto& [address, backend] : table->backends())
            sum += static_cast<double>(backend->active);
        return sum;
    });
}

} // namespace

int serve(Context& context)
{
    context.expect_arguments(0, 0);
    const state::ServiceLock lock(context.state_directory(), "paas");
    core::Apps apps(context.store());
    const core::Installation installation(apps);
    router::Forwarder forwarder({.trusts_client = false});
    service::Metrics metrics;
    Front front(apps, forwarder, metrics);
    register_metrics(metrics, forwarder);
    service::Daemon daemon(context.log());
    const auto bound =
        daemon.listen_plainly(context.settings.list("listen"),
                              [&front](http::Request& request) { return front(request); }, {.server_name = ""});
    const std::uint16_t port = net::parse_endpoint(bound.front()).port;
    if (apps.setting("port") != std::to_string(port))
        apps.set_setting("port", std::to_string(port));
    front.open_setup(port);
    if (!context.shares_process)
        core::become_user(installation); // a port below 1024 is bound; nothing else needs root
    core::Routes routes(context.store(), context.engine(), forwarder, context.log());
    daemon.run_beside(routes.follow());
    daemon.run_beside(routes.supervise());
    daemon.run_beside(routes.watch_events());
    daemon.run_beside(routes.retire_all());
    daemon.run_beside(routes.answer_at(installation.socket()));
    daemon.run_beside(router::check_health([&forwarder] { return forwarder.table(); }, {},
                                           [&context](const router::Backend& backend) {
                                               context.log().info(fmt::format(
                                                   "container at {} {}", backend.address.text(),
                                                   backend.is_healthy ? "answers again" : "does not answer"));
                                           }));
    return daemon.run();
}

} // namespace dfriends::applets::paas
