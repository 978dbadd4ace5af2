// SPDX-License-Identifier: Apache-2.0
#include "applets/house/status.hpp"

#include "applets/cluster/machines.hpp"
#include "applets/context.hpp"
#include "applets/house/verbs.hpp"
#include "applets/house/wire.hpp"
#include "base/size.hpp"
#include "cache/cache_index.hpp"
#include "cli/table_output.hpp"
#include "cluster/registry.hpp"
#include "converge/history.hpp"
#include "engine/client.hpp"
#include "kv/v2/rows.hpp"
#include "kv/v3/rows.hpp"
#include "net/loop.hpp"
#include "paas/installation.hpp"
#include "state/store.hpp"

#include <algorithm>

namespace dfriends::applets::house {

namespace {

Status::Engine ask_engine(Context& context)
{
    Status::Engine found;
    try {
        engine::Client& client = context.engine();
        found.host = client.host().text();
        found.api_version = net::run(client.ping());
        found.summary = net::run(client.info());
    } catch (const Error& error) {
        found.problem = error.what();
    }
    return found;
}

std::string_view state_of(const dfriends::paas::App& app)
{
    return app.stopped ? "stopped" : app.release == 0 ? "not deployed" : "running";
}

/// Reads the database, which must be there.
std::vector<Status::Paas::App> list_apps(state::Store& store)
{
    dfriends::paas::Apps apps(store);
    const dfriends::paas::Installation installation(apps);
    std::vector<Status::Paas::App> found;
    for (const dfriends::paas::App& app : apps.list()) {
        const auto urls = installation.urls(apps, app);
        found.push_back({app.name, urls.empty() ? "" : urls.front(), std::string(state_of(app))});
    }
    return found;
}

void read_state(Context& context, Status& status)
{
    state::Store& store = context.store();
    const auto totals = dfriends::cache::CacheIndex(store).totals();
    status.cache.files = totals.blobs;
    status.cache.bytes = totals.bytes;
    const auto database = store.reader();
    kv::v2::Rows rows(*database);
    kv::v3::Rows v3_rows(*database);
    status.kv.keys = rows.count_keys() + v3_rows.count_keys();
    status.kv.index = rows.number("index", 0);
    status.kv.revision = v3_rows.number("v3_revision", 1);
    status.paas.apps = list_apps(store);
    if (const auto run = dfriends::converge::last_run(store))
        status.converge = {.run = run->id,
                           .started = run->started,
                           .is_finished = !run->finished.empty(),
                           .changes = run->created + run->changed + run->removed,
                           .unchanged = run->unchanged,
                           .failed = run->failed};
}

std::vector<Status::Cluster::Unit> list_units(const std::string& store)
{
    dfriends::cluster::Registry registry({.endpoints = {store}});
    const dfriends::cluster::Snapshot snapshot = net::run(registry.read());
    std::vector<Status::Cluster::Unit> units;
    for (const auto& [name, job] : snapshot.jobs) {
        Status::Cluster::Unit& unit = units.emplace_back(Status::Cluster::Unit{.name = name, .machine = job.target});
        if (const auto member = snapshot.members.find(job.target); member != snapshot.members.end())
            unit.machine = member->second.public_ip;
        if (const auto* report = snapshot.find_report(job)) {
            unit.active = report->active;
            unit.sub = report->sub;
        }
    }
    return units;
}

Status::Cluster ask_cluster(Context& context)
{
    Status::Cluster found;
    try {
        const auto files = cluster::files_of(context);
        const auto local = files.read();
        if (!local)
            return found;
        for (const auto& machine : local->machines)
            found.machines.push_back({machine.name, machine.address, files.find_machine(machine.name).has_value()});
        if (found.count_up() > 0)
            found.units = list_units(dfriends::cluster::store_url(*local));
    } catch (const Error& error) {
        found.problem = error.what();
    }
    return found;
}

std::string render_paas(const Status::Paas& paas)
{
    const auto running = std::ranges::count(paas.apps, "running", &Status::Paas::App::state);
    return fmt::format("{} of {} apps running", running, paas.apps.size());
}

std::string render_service(const std::optional<pid_t>& process)
{
    return process ? fmt::format("serving (process {})", *process) : "not running";
}

std::string render_engine(const Status::Engine& engine)
{
    if (!engine.problem.empty())
        return engine.problem;
    return fmt::format("Docker {}, API {}, {} of {} containers running, {} images", engine.summary.server_version,
                       engine.api_version, engine.summary.running, engine.summary.containers, engine.summary.images);
}

std::string render_cluster(const Status::Cluster& cluster)
{
    if (!cluster.problem.empty())
        return cluster.problem;
    const auto active = std::ranges::count_if(cluster.units, [](const auto& unit) { return unit.active == "active"; });
    return fmt::format("{} of {} machines up, {} of {} units active", cluster.count_up(), cluster.machines.size(),
                       active, cluster.units.size());
}

std::string render_converge(const Status::Converge& converge)
{
    if (converge.run == 0)
        return "nothing applied yet";
    return fmt::format("run {} at {}: {}{} changed, {} unchanged, {} failed", converge.run, converge.started,
                       converge.is_finished ? "" : "not finished, ", converge.changes, converge.unchanged,
                       converge.failed);
}

} // namespace

std::size_t Status::Cluster::count_up() const
{
    return static_cast<std::size_t>(std::ranges::count_if(machines, &Machine::is_up));
}

Status find_status(Context& context)
{
    Status status;
    status.engine = ask_engine(context);
    const auto directory = context.state_directory();
    status.state.directory = directory.string();
    try {
        status.cache.process = state::ServiceLock::find_holder(directory, "cache");
        status.kv.process = state::ServiceLock::find_holder(directory, "kv");
        status.paas.process = state::ServiceLock::find_holder(directory, "paas");
        status.cluster = ask_cluster(context);
        if (const auto file = directory / "state.db"; std::filesystem::exists(file)) {
            status.state.bytes = std::filesystem::file_size(file);
            read_state(context, status);
        }
    } catch (const Error& error) {
        status.state.problem = error.what();
    } catch (const std::filesystem::filesystem_error& error) {
        status.state.problem = error.code().message();
    }
    return status;
}

int show_status(Context& context)
{
    context.expect_arguments(0, 0);
    const Status status = find_status(context);
    if (context.global.json) {
        context.write(encode_status(status));
        return 0;
    }
    const bool has_state = status.state.bytes && status.state.problem.empty();
    cli::TableOutput table({"PART", "STATE", "DETAILS"});
    table.row({"engine", status.engine.problem.empty() ? "answers" : "unavailable", render_engine(status.engine)});
    table.row({"cache", render_service(status.cache.process),
               has_state ? fmt::format("{} files, {}", status.cache.files,
                                       render_size(static_cast<std::uint64_t>(status.cache.bytes)))
                         : "-"});
    table.row({"kv", render_service(status.kv.process),
               has_state
                   ? fmt::format("{} keys, index {}, revision {}", status.kv.keys, status.kv.index, status.kv.revision)
                   : "-"});
    table.row({"paas", render_service(status.paas.process), has_state ? render_paas(status.paas) : "-"});
    table.row({"cluster", status.cluster.count_up() > 0 ? "up" : "not running",
               status.cluster.machines.empty() ? "-" : render_cluster(status.cluster)});
    table.row({"converge", "-", has_state ? render_converge(status.converge) : "-"});
    table.row({"state",
               !status.state.problem.empty() ? "unavailable"
               : has_state                   ? "good"
                                             : "none yet",
               !status.state.problem.empty() ? status.state.problem
               : has_state ? fmt::format("{}, {}", status.state.directory, render_size(*status.state.bytes))
                           : status.state.directory});
    context.write(table.render());
    return 0;
}

} // namespace dfriends::applets::house
