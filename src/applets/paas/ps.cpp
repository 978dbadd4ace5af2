// SPDX-License-Identifier: Apache-2.0
#include "applets/paas/session.hpp"
#include "applets/paas/verbs.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/table_output.hpp"
#include "net/loop.hpp"

namespace dfriends::applets::paas {

namespace {

std::string state_of(engine::Client& engine, const core::Process& process)
{
    const auto details = net::run(engine.containers().find(process.container));
    if (!details)
        return "missing";
    return details->state.running ? "running" : details->state.status;
}

/// The app named, or all with --all.
std::vector<std::string> take_apps(Session& session)
{
    if (!session.context.settings.flag("all"))
        return {session.take_app()};
    std::vector<std::string> names;
    for (const core::App& app : session.apps.list())
        if (app.release != 0)
            names.push_back(app.name);
    return names;
}

std::map<std::string, std::int64_t> quantities(const Session& session, const std::string& app)
{
    auto wanted = session.apps.scale(app);
    if (const auto release = session.apps.find_release(app, session.apps.get(app).release))
        for (const auto& [type, command] : release->commands)
            if (type != "release")
                wanted.emplace(type, type == "web" ? 1 : 0);
    wanted.emplace("web", 1);
    return wanted;
}

std::map<std::string, std::int64_t> read_quantities(const Session& session, const std::string& app,
                                                    const std::vector<std::string>& words)
{
    constexpr std::uint64_t most = 100;
    const auto known = quantities(session, app);
    std::map<std::string, std::int64_t> wanted;
    for (const std::string& word : words) {
        const auto [type, number] = split_once(word, '=');
        const auto quantity = parse_unsigned(number);
        if (!quantity || *quantity > most)
            throw Error(ErrorKind::usage, "'{}' is not of the form TYPE=QUANTITY", printable(word));
        if (!known.contains(std::string(type)) && session.apps.get(app).release != 0)
            throw Error(ErrorKind::not_found, "{} is no process type of {}", printable(type), app)
                .hint("its Procfile declares them");
        wanted[std::string(type)] = static_cast<std::int64_t>(*quantity);
    }
    return wanted;
}

} // namespace

int ps(Context& context)
{
    Session session(context);
    const std::string app = session.take_app();
    cli::TableOutput table({"DYNO", "STATE", "RELEASE", "CONTAINER", "ADDRESS"});
    for (const core::Process& process : session.apps.processes(app))
        table.row({process.dyno(), state_of(context.engine(), process) + (process.retired ? ", retired" : ""),
                   process.retired ? "" : fmt::format("v{}", session.apps.get(app).release),
                   process.container.substr(0, 12),
                   process.port == 0 ? "-" : fmt::format("{}:{}", process.address, process.port)});
    context.write(table.render());
    return 0;
}

int ps_scale(Context& context)
{
    Session session(context);
    const std::string app = session.take_app();
    if (session.rest().empty()) {
        session.banner.step("Scaling for " + app);
        context.write("proctype: qty\n--------: ---\n");
        for (const auto& [type, quantity] : quantities(session, app))
            context.print("{}:  {}\n", type, quantity);
        return 0;
    }
    const auto wanted = read_quantities(session, app, session.rest());
    session.banner.step(fmt::format("Scaling {} processes: {}", app, join(session.rest(), " ")));
    session.apps.set_scale(app, wanted);
    if (!context.settings.flag("skip-deploy"))
        session.redeploy(app, "ps:scale " + join(session.rest(), " "));
    return 0;
}

int ps_restart(Context& context)
{
    Session session(context);
    for (const std::string& app : take_apps(session)) {
        if (session.apps.get(app).release == 0)
            throw Error(ErrorKind::failed, "App {} has not been deployed", app);
        session.redeploy(app, "ps:restart");
    }
    return 0;
}

int ps_stop(Context& context)
{
    Session session(context);
    for (const std::string& app : take_apps(session)) {
        const os::FileLock lock = core::lock_app(session.apps, app, std::chrono::minutes(1));
        session.banner.step("Stopping " + app);
        net::run(core::stop(session.site(), app));
    }
    return 0;
}

int ps_start(Context& context)
{
    Session session(context);
    for (const std::string& app : take_apps(session)) {
        if (session.apps.get(app).release == 0)
            throw Error(ErrorKind::failed, "App {} has not been deployed", app);
        const os::FileLock lock = core::lock_app(session.apps, app, std::chrono::minutes(1));
        session.banner.step("Starting " + app);
        net::run(core::start(session.site(), app));
    }
    return 0;
}

} // namespace dfriends::applets::paas
