// SPDX-License-Identifier: Apache-2.0
#include "applets/paas/session.hpp"
#include "applets/paas/verbs.hpp"
#include "applets/paas/wire.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "net/loop.hpp"
#include "paas/app_name.hpp"

#include <iostream>

namespace dfriends::applets::paas {

namespace {

/// dokku's question before what cannot be taken back.
void confirm(Context& context, const std::string& app)
{
    if (context.settings.flag("force"))
        return;
    context.write_error(" !     WARNING: Potentially Destructive Action\n");
    context.write_error(fmt::format(" !     This command will destroy app {}.\n", app));
    context.write_error(fmt::format(" !     To proceed, type \"{}\"\n\n> ", app));
    std::string typed;
    std::getline(std::cin, typed);
    if (trim(typed) != app)
        throw Error(ErrorKind::failed, "Confirmation did not match {}. Aborted.", app);
}

} // namespace

int apps_create(Context& context)
{
    Session session(context);
    std::vector<std::string> arguments = context.arguments;
    if (const std::string& given = context.settings.text("app"); !given.empty())
        arguments.insert(arguments.begin(), given);
    if (arguments.size() != 1)
        throw Error(ErrorKind::usage, "Please specify an app to run the command on");
    const std::string app = core::parse_app_name(arguments.front());
    if (session.apps.find(app))
        throw Error(ErrorKind::conflict, "Name is already taken");
    session.banner.step("Creating " + app + "...");
    session.create_app(app);
    return 0;
}

int apps_destroy(Context& context)
{
    Session session(context);
    const std::string app = session.take_app();
    confirm(context, app);
    const os::FileLock lock = core::lock_app(session.apps, app, std::chrono::minutes(1));
    session.banner.step("Destroying " + app + " (including all add-ons)");
    const auto line = [&session](std::string_view text) { session.banner.detail(text); };
    session.plugins.trigger("pre-delete", {app, "latest"}, line);
    session.apps.set_stopped(app, true); // no request goes to it from now on
    net::run(core::remove_traces(context.engine(), app));
    std::error_code ignored;
    std::filesystem::remove_all(session.installation.repository(app), ignored);
    session.apps.remove(app);
    session.plugins.trigger("post-delete", {app, "latest"}, line);
    return 0;
}

int apps_exists(Context& context)
{
    Session session(context);
    (void)session.take_app();
    return 0;
}

int apps_list(Context& context)
{
    context.expect_arguments(0, 0);
    Session session(context);
    if (context.global.json) {
        context.write(encode_apps(session.apps, session.installation));
        return 0;
    }
    if (!context.settings.flag("quiet"))
        session.banner.section("My Apps");
    for (const core::App& app : session.apps.list())
        context.print("{}\n", app.name);
    return 0;
}

int apps_locked(Context& context)
{
    Session session(context);
    const std::string app = session.take_app();
    if (!os::FileLock::find_holder(session.apps.directory() / "paas-locks" / app))
        throw Error(ErrorKind::failed, "Deploy lock does not exist");
    context.write("Deploy lock exists\n");
    return 0;
}

int apps_report(Context& context)
{
    Session session(context);
    for (const core::App& app : session.take_apps()) {
        session.banner.section(app.name + " app information");
        const bool locked = os::FileLock::find_holder(session.apps.directory() / "paas-locks" / app.name).has_value();
        session.print_row("App created at", app.created);
        session.print_row("App deploy branch", app.deploy_branch);
        session.print_row("App dir", session.installation.repository(app.name).string());
        session.print_row("App locked", locked ? "true" : "false");
        session.print_row("App release", app.release == 0 ? "" : fmt::format("v{}", app.release));
        session.print_row("App running", app.release != 0 && !app.stopped ? "true" : "false");
    }
    return 0;
}

int urls(Context& context)
{
    Session session(context);
    session.print_urls(session.take_app());
    return 0;
}

int git_set(Context& context)
{
    Session session(context);
    const std::string app = session.take_app();
    if (session.rest().empty() || session.rest().size() > 2 || session.rest()[0] != "deploy-branch")
        throw Error(ErrorKind::usage, "git:set knows the property deploy-branch");
    const std::string branch = session.rest().size() == 2 ? session.rest()[1] : "";
    session.apps.set_deploy_branch(app, branch);
    session.banner.section(branch.empty() ? "Unsetting deploy-branch" : "Setting deploy-branch to " + branch);
    return 0;
}

} // namespace dfriends::applets::paas
