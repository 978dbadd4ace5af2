// SPDX-License-Identifier: Apache-2.0
#include "applets/paas/session.hpp"

#include "base/error.hpp"
#include "git/repository.hpp"
#include "net/loop.hpp"
#include "paas/app_name.hpp"

#include <algorithm>
#include <cstdlib>

namespace dfriends::applets::paas {

namespace {

std::string variable(const char* name)
{
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

/// Root's first word here may have to make the state directory; all else is the user's.
core::Apps open_apps(Context& context)
{
    core::Apps apps(context.store());
    core::become_user(core::Installation(apps));
    return apps;
}

} // namespace

std::map<std::string, std::string> plugin_environment(const core::Apps& apps, const core::Installation& installation,
                                                      const std::string& app)
{
    const std::string user = variable("SSH_USER"), name = variable("SSH_NAME");
    return {{"DOKKU_ROOT", installation.home().string()},
            {"DOKKU_LIB_ROOT", apps.directory().string()},
            {"DOKKU_APP_NAME", app},
            {"DOKKU_API_VERSION", "1"},
            {"DOKKU_HOST_ROOT", installation.home().string()},
            {"SSH_USER", user.empty() ? os::user_name(::geteuid()) : user},
            {"SSH_NAME", name.empty() ? "default" : name}};
}

Session::Session(Context& of)
    : context(of), apps(open_apps(of)), installation(apps),
      plugins(installation.plugins(),
              plugin_environment(apps, installation, of.arguments.empty() ? "" : of.arguments.front())),
      banner([&of](std::string_view line) { of.write(line); })
{
}

std::string Session::take_app()
{
    rest_ = context.arguments;
    if (const std::string& given = context.settings.text("app"); !given.empty())
        rest_.insert(rest_.begin(), given);
    if (rest_.empty())
        throw Error(ErrorKind::usage, "Please specify an app to run the command on");
    const std::string app = core::parse_app_name(rest_.front());
    rest_.erase(rest_.begin());
    (void)apps.get(app);
    return app;
}

std::vector<core::App> Session::take_apps()
{
    if (context.arguments.empty() && context.settings.text("app").empty())
        return apps.list();
    return {apps.get(take_app())};
}

void Session::print_row(std::string_view label, std::string_view value) const
{
    banner.detail(fmt::format("{:<30} {}", std::string(label) + ":", value));
}

std::string Session::author() const
{
    const std::string name = variable("SSH_NAME");
    return name.empty() ? "default" : name;
}

void Session::create_app(const std::string& name)
{
    if (std::filesystem::exists(installation.repository(name)))
        throw Error(ErrorKind::conflict, "Name is already taken")
            .hint("there is a " + installation.repository(name).string() + " that belongs to no app");
    const auto names = core::default_domains(name, installation.vhost());
    for (const core::App& other : apps.list())
        for (const std::string& taken : installation.host_names(apps, other.name))
            if (std::ranges::find(names, taken) != names.end())
                throw Error(ErrorKind::conflict, "Name is already taken")
                    .hint(fmt::format("{} leads to app {}", taken, other.name));
    apps.create(name);
    os::make_directories(installation.home());
    git::Repository::initialize(installation.repository(name));
    plugins.trigger("post-create", {name}, [](std::string_view) {});
}

std::string Session::find_container(const std::string& app, const std::string& dyno)
{
    for (const core::Process& process : apps.processes(app))
        if (!process.retired && (dyno.empty() || process.dyno() == dyno || process.type == dyno))
            return process.container;
    if (apps.get(app).release == 0)
        throw Error(ErrorKind::failed, "App {} has not been deployed", app);
    throw Error(ErrorKind::not_found, "No containers found for {}", dyno.empty() ? app : app + " " + dyno);
}

void Session::redeploy(const std::string& app, const std::string& description)
{
    if (apps.get(app).release == 0)
        return;
    const os::FileLock lock = core::lock_app(apps, app, std::chrono::minutes(10));
    (void)net::run(core::redeploy(site(), app, description, author()));
}

void Session::print_urls(const std::string& app)
{
    for (const std::string& url : installation.urls(apps, apps.get(app)))
        context.print("{}\n", url);
}

} // namespace dfriends::applets::paas
