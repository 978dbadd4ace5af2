// SPDX-License-Identifier: Apache-2.0
#include "paas/routes.hpp"

#include "base/error.hpp"
#include "paas/deploy.hpp"

#include <algorithm>
#include <chrono>
#include <set>

namespace dfriends::paas {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::chrono::seconds drain_limit{30};

/// The table's name of an app that has no host name; no Host header can be it.
std::string route_of_port(const std::string& app)
{
    return "\x01" + app;
}

} // namespace

struct Routes::Door {
    Door(http::Handler handler, std::uint16_t number) : server(std::move(handler), {.server_name = ""}), port(number) {}
    http::Server server;
    std::uint16_t port;
};

Routes::Routes(state::Store& store, engine::Client& engine, router::Forwarder& forwarder, log::Logger& log)
    : engine_(engine), forwarder_(forwarder), log_(log), apps_(store), watched_(store.reader())
{
}

Routes::~Routes() = default;

void Routes::refresh()
{
    auto row = watched_->prepare("pragma data_version");
    row.next();
    const std::int64_t version = row.integer(0);
    const Installation installation(apps_);
    if (!is_verified_)
        return; // an address of before may be another app's by now
    const bool tries_again = door_is_shut_ && steady_clock::now() > next_try_;
    if (version == version_ && installation.vhost() == vhost_ && !tries_again)
        return;
    const auto before = forwarder_.table();
    const auto counts = [this] {
        return std::pair(forwarder_.table()->routes().size(), forwarder_.table()->backends().size());
    };
    const auto counted = counts();
    auto table = std::make_shared<router::RouteTable>(before.get());
    std::map<std::string, std::string> owners; // a name is one app's, whatever the database says
    std::set<std::string> stopped;
    for (const App& app : apps_.list())
        if (app.stopped)
            stopped.insert(app.name);
    for (const Process& process : apps_.processes()) {
        if (process.retired || process.port == 0 || process.address.empty() || stopped.contains(process.app))
            continue;
        table->add(route_of_port(process.app), {process.address, process.port});
        for (const std::string& name : installation.host_names(apps_, process.app))
            if (owners.emplace(name, process.app).first->second == process.app)
                table->add(name, {process.address, process.port});
    }
    table->finish();
    std::erase_if(known_, [](const auto& entry) { return entry.second.expired(); });
    for (const auto& [address, backend] : table->backends())
        known_[address] = backend;
    forwarder_.use(std::move(table));
    open_ports(installation);
    version_ = version;
    vhost_ = installation.vhost();
    if (const auto [names, servers] = counts(); std::pair(names, servers) != counted)
        log_.info(fmt::format("routes: {} names and ports, {} servers", names, servers));
}

void Routes::open_ports(const Installation& installation)
{
    std::map<std::string, std::uint16_t> wanted;
    for (const App& app : apps_.list())
        if (app.port != 0 && installation.host_names(apps_, app.name).empty())
            wanted.emplace(app.name, app.port);
    for (auto door = doors_.begin(); door != doors_.end();) {
        const auto found = wanted.find(door->first);
        if (found != wanted.end() && found->second == door->second->port) {
            ++door;
            continue;
        }
        net::spawn([](std::unique_ptr<Door> old) -> net::Task<> {
            co_await old->server.drain(drain_limit);
        }(std::move(door->second)));
        door = doors_.erase(door);
    }
    door_is_shut_ = false;
    for (const auto& [app, port] : wanted) {
        if (doors_.contains(app))
            continue;
        try {
            net::Listener listener = net::Listener::tcp({"0.0.0.0", port});
            auto door =
                std::make_unique<Door>([this, route = route_of_port(app)](
                                           http::Request& request) { return forwarder_.send_to(request, route); },
                                       port);
            door->server.start(std::move(listener));
            doors_.emplace(app, std::move(door));
            log_.info(fmt::format("app {} is served on port {}", app, port));
        } catch (const Error& error) {
            log_.error(fmt::format("app {} cannot be served: {}", app, error.what()));
            door_is_shut_ = true;
            next_try_ = steady_clock::now() + std::chrono::seconds(5);
        }
    }
}

net::Task<> Routes::follow()
{
    bool silent = false;
    for (;;) {
        try {
            refresh();
            silent = false;
        } catch (const Error& error) { // a file VHOST that cannot be read, say
            if (!std::exchange(silent, true))
                log_.error(fmt::format("routes stay as they are: {}", error.what()));
        }
        co_await net::sleep(milliseconds(100));
    }
}

void Routes::withdraw(const std::string& container)
{
    for (const Process& process : apps_.processes())
        if (process.container == container && !process.retired && !process.address.empty()) {
            apps_.move_process(container, "");
            refresh();
        }
}

net::Task<> Routes::watch_events()
{
    for (;;) {
        container_changed_.notify_all(); // what happened while nobody listened
        try {
            co_await engine_.events({{"type", {"container"}}, {"event", {"die", "start"}}}, "", "",
                                    [this](const engine::Event& event) {
                                        if (event.action == "die")
                                            withdraw(event.id);
                                        container_changed_.notify_all();
                                    });
        } catch (const Error&) { // supervise() tells of an engine that does not answer
        }
        co_await net::sleep(std::chrono::seconds(1));
    }
}

net::Task<> Routes::revive(const Process& process, int exit_code)
{
    constexpr std::chrono::seconds longest_pause{60};
    Revival& revival = revivals_[process.container];
    const auto app = apps_.find(process.app); // as it is now: it may have been stopped meanwhile
    if (steady_clock::now() < revival.next || !app || app->stopped)
        co_return;
    revival.next = steady_clock::now() + revival.pause;
    revival.pause = std::min(revival.pause * 2, longest_pause);
    log_.warning(fmt::format("{}.{} does not run (status {}): starting it", process.app, process.dyno(), exit_code));
    (void)co_await engine_.containers().start(process.container);
}

net::Task<> Routes::supervise_once()
{
    std::map<std::string, bool> stopped;
    for (const App& app : apps_.list())
        stopped[app.name] = app.stopped;
    std::vector<std::pair<Process, int>> ended; // with their exit codes
    for (const Process& process : apps_.processes()) {
        if (process.retired)
            continue;
        const auto details = co_await engine_.containers().find(process.container);
        if (!details || !details->state.running) {
            withdraw(process.container);
            if (details && !details->state.restarting && !stopped[process.app])
                ended.emplace_back(process, details->state.exit_code);
            continue; // one that somebody removed comes back with the next deploy
        }
        note_address(process, *details);
    }
    // Only now is every address that was known right or withdrawn: what starts from here on may get any of them.
    is_verified_ = true;
    for (const auto& [process, exit_code] : ended)
        co_await revive(process, exit_code);
}

void Routes::note_address(const Process& process, const engine::ContainerDetails& details)
{
    std::string first;
    for (const engine::NetworkAddress& network : details.networks) {
        if (network.ipv4_address == process.address && !process.address.empty())
            return; // also where it is in several networks
        if (first.empty())
            first = network.ipv4_address;
    }
    if (!first.empty())
        apps_.move_process(process.container, first);
}

net::Task<> Routes::supervise()
{
    bool silent = false;
    for (;;) {
        try {
            co_await supervise_once();
            silent = false;
        } catch (const Error& error) {
            if (!std::exchange(silent, true))
                log_.warning(fmt::format("the engine does not answer; routes stay as they are: {}", error.what()));
        }
        (void)co_await container_changed_.wait(std::chrono::seconds(2));
    }
}

bool Routes::has_requests(const Process& process) const
{
    const auto found = known_.find(net::Endpoint{process.address, process.port}.text());
    const auto backend = found == known_.end() ? nullptr : found->second.lock();
    return backend && backend->active > 0;
}

net::Task<> Routes::retire_app(std::string app)
{
    refresh(); // from now on no request goes to what is retired
    const auto end = steady_clock::now() + drain_limit;
    for (;;) {
        const std::vector<Process> processes = apps_.processes(app);
        const bool busy = std::ranges::any_of(
            processes, [this](const Process& process) { return process.retired && has_requests(process); });
        if (!busy || steady_clock::now() > end)
            break;
        co_await net::sleep(milliseconds(200));
    }
    for (const Process& process : apps_.processes(app)) {
        if (!process.retired)
            continue;
        try {
            (void)co_await engine_.containers().stop(process.container, 10);
            co_await engine_.containers().remove(process.container, true, true);
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::not_found)
                throw;
        }
        apps_.forget_process(process.container);
        revivals_.erase(process.container);
        log_.info(fmt::format("{}.{} before this release has ended", app, process.dyno()));
    }
}

net::Task<> Routes::retire_all()
{
    for (;;) {
        try {
            std::set<std::string> apps;
            for (const Process& process : apps_.processes())
                if (process.retired)
                    apps.insert(process.app);
            for (const std::string& app : apps)
                co_await retire_app(app);
        } catch (const Error& error) {
            log_.warning(fmt::format("what ran before cannot be ended yet: {}", error.what()));
        }
        co_await net::sleep(milliseconds(500));
    }
}

net::Task<http::Response> Routes::answer(http::Request& request)
{
    if (request.method != "POST" || request.path() != "/sync")
        co_return http::text_response(404, "only POST /sync is known here\n");
    refresh();
    co_return http::text_response(200, "ok\n");
}

net::Task<> Routes::answer_at(os::Path socket)
{
    http::Server server([this](http::Request& request) { return answer(request); });
    server.start(net::Listener::unix_socket(socket, 0660));
    for (;;)
        co_await net::sleep(std::chrono::hours(1));
}

} // namespace dfriends::paas
