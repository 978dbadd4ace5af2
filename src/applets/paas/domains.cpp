// SPDX-License-Identifier: Apache-2.0
#include "applets/paas/session.hpp"
#include "applets/paas/verbs.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "net/loop.hpp"
#include "paas/app_name.hpp"
#include "paas/control.hpp"

#include <algorithm>

namespace dfriends::applets::paas {

namespace {

void changed(Session& session, const std::string& app, const std::string& action, const std::string& domain)
{
    (void)net::run(core::sync_router(session.installation.socket()));
    session.plugins.trigger("post-domains-update", {app, action, domain}, [](std::string_view) {});
}

std::vector<std::string> take_domains(const Session& session)
{
    if (session.rest().empty())
        throw Error(ErrorKind::usage, "Must specify a domain");
    std::vector<std::string> domains;
    for (const std::string& domain : session.rest())
        domains.push_back(core::parse_domain(domain));
    return domains;
}

} // namespace

int domains_add(Context& context)
{
    Session session(context);
    const std::string app = session.take_app();
    for (const std::string& domain : take_domains(session)) {
        for (const core::App& other : session.apps.list())
            if (const auto names = core::default_domains(other.name, session.installation.vhost());
                other.name != app && std::ranges::find(names, domain) != names.end())
                throw Error(ErrorKind::conflict, "{} is the name of app {}", domain, other.name);
        const bool added = session.apps.add_domain(app, domain);
        if (!added) {
            session.banner.step(fmt::format("Skipping: {} already added to {}", domain, app));
            continue;
        }
        session.banner.step(fmt::format("Added {} to {}", domain, app));
        changed(session, app, "add", domain);
    }
    return 0;
}

int domains_remove(Context& context)
{
    Session session(context);
    const std::string app = session.take_app();
    for (const std::string& domain : take_domains(session)) {
        if (!session.apps.remove_domain(app, domain))
            throw Error(ErrorKind::not_found, "{} is no domain of {}", domain, app);
        session.banner.step(fmt::format("Removed {} from {}", domain, app));
        changed(session, app, "remove", domain);
    }
    return 0;
}

int domains_report(Context& context)
{
    Session session(context);
    const std::string vhost = session.installation.vhost();
    for (const core::App& app : session.take_apps()) {
        const std::vector<std::string> names = session.installation.host_names(session.apps, app.name);
        session.banner.section(app.name + " domains information");
        session.print_row("Domains app enabled", names.empty() ? "false" : "true");
        session.print_row("Domains app vhosts", join(names, " "));
        session.print_row("Domains global enabled", vhost.empty() ? "false" : "true");
        session.print_row("Domains global vhosts", vhost);
    }
    return 0;
}

int domains_set_global(Context& context)
{
    context.expect_arguments(1, 1);
    Session session(context);
    const std::string domain = core::parse_domain(context.arguments[0]);
    session.installation.write_vhost(domain);
    session.banner.step("Set " + domain);
    changed(session, "", "set-global", domain);
    return 0;
}

int domains_clear_global(Context& context)
{
    context.expect_arguments(0, 0);
    Session session(context);
    session.installation.write_vhost("");
    session.banner.step("Cleared global domains");
    for (const core::App& app : session.apps.list())
        if (app.release != 0 && app.port == 0 && session.installation.host_names(session.apps, app.name).empty())
            session.apps.set_port(app.name, core::choose_port());
    changed(session, "", "clear-global", "");
    return 0;
}

} // namespace dfriends::applets::paas
