// SPDX-License-Identifier: Apache-2.0
#include "applets/paas/session.hpp"
#include "applets/paas/setup_token.hpp"
#include "applets/paas/verbs.hpp"
#include "base/error.hpp"
#include "net/loop.hpp"
#include "os/process.hpp"
#include "paas/app_name.hpp"

namespace dfriends::applets::paas {

namespace {

/// What a push needs of this host, said before it is missed.
void warn_of_missing_parts(Context& context)
{
    if (!os::find_program("git"))
        context.say("note: there is no 'git' here: pushes need it (on Debian: apt-get install git)");
    if (!os::find_program("sshd") && !std::filesystem::exists("/usr/sbin/sshd"))
        context.say("note: there is no 'sshd' here: pushes come by ssh (on Debian: apt-get install openssh-server)");
    try {
        (void)net::run(context.engine().ping());
    } catch (const Error& error) {
        context.say(fmt::format("note: {}", error.what()));
    }
}

} // namespace

int install(Context& context)
{
    context.expect_arguments(0, 0);
    core::Apps apps(context.store());
    core::InstallOptions options{.user = context.settings.text("user")};
    if (const std::string& domain = context.settings.text("domain"); !domain.empty())
        options.domain = core::parse_domain(domain);
    options.home = context.settings.text("home");
    if (const std::string& file = context.settings.text("ca-file"); !file.empty()) {
        (void)os::read_file(file, 8U << 20U); // said now, not by the first push
        apps.set_setting("ca_file", std::filesystem::absolute(file).string());
    }
    options.programs = std::filesystem::absolute(context.settings.text("bin-dir"));
    for (const std::string& line : core::install(apps, options))
        context.say(line);
    warn_of_missing_parts(context);
    const core::Installation installation(apps);
    context.print("Installed for the user {}, whose home is {}.\n", installation.user(), installation.home().string());
    if (!installation.keys().list().empty())
        return 0; // the setup is done
    context.print("Start the router with 'dfriends paas serve', then finish the setup at\n  http://{}/?token={}\n",
                  installation.hostname(), make_setup_token(apps));
    return 0;
}

int uninstall(Context& context)
{
    context.expect_arguments(0, 0);
    core::Apps apps(context.store());
    if (const std::string& user = context.settings.text("user"); !user.empty() && user != apps.setting("user"))
        throw Error(ErrorKind::not_found, "nothing is installed for the user '{}'", user);
    if (apps.setting("user").empty())
        throw Error(ErrorKind::not_found, "nothing is installed here");
    if (const auto process = state::ServiceLock::find_holder(apps.directory(), "paas"))
        throw Error(ErrorKind::conflict, "'dfriends paas serve' runs (process {})", *process).hint("stop it first");
    const auto all = apps.list();
    if (!all.empty() && !context.settings.flag("force"))
        throw Error(ErrorKind::conflict, "there are still {} apps", all.size())
            .hint("--force destroys them too; nothing of them is kept");
    for (const core::App& app : all) {
        net::run(core::remove_traces(context.engine(), app.name));
        apps.remove(app.name);
        context.say("destroyed the app " + app.name);
    }
    for (const char* name : {"dfriends/static", "dfriends/stack-npm", "dfriends/stack"})
        for (const auto& image : net::run(context.engine().images().list(false, {{"reference", {name}}})))
            for (const std::string& tag : image.tags) {
                (void)net::run(context.engine().images().remove(tag, true));
                context.say("removed the image " + tag);
            }
    for (const std::string& line : core::uninstall(apps))
        context.say(line);
    return 0;
}

} // namespace dfriends::applets::paas
