// SPDX-License-Identifier: Apache-2.0
#include "applets/configuration.hpp"
#include "applets/house/dashboard.hpp"
#include "applets/house/demo/demo.hpp"
#include "applets/house/demo/processes.hpp"
#include "applets/house/verbs.hpp"
#include "applets/prepare.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "service/daemon.hpp"
#include "service/ensemble.hpp"
#include "state/store.hpp"

#include <csignal>

namespace dfriends::applets::house {

namespace {

using namespace std::chrono_literals;

/// A long-running verb that the configuration asks for.
struct Service {
    const Applet* applet;
    const Verb* verb;
    std::string name() const { return fmt::format("{} {}", applet->name, verb->name); }
};

std::vector<Service> named_services(Context& context)
{
    std::vector<Service> found;
    for (const Applet& applet : table())
        for (const Verb& verb : applet.verbs)
            if (!applet.name.empty() && (verb.traits & long_running) != 0 &&
                names_service(context.configuration(), applet, verb))
                found.push_back({&applet, &verb});
    return found;
}

/// As if the verb had been typed alone, without options.
void run_service(const GlobalOptions& global, const Service& service)
{
    try {
        Context context(global, "dfriends " + std::string(service.applet->name));
        context.shares_process = true;
        prepare(context, *service.applet, *service.verb, {});
        (void)service.verb->run(context);
    } catch (Error& error) {
        throw error.during(fmt::format("serving '{}'", service.name()));
    }
}

std::vector<Link> read_links(const config::Settings& settings)
{
    std::vector<Link> links;
    for (const std::string& text : settings.list("link"))
        links.push_back(parse_link(text));
    return links;
}

/// The dashboard on this thread; once its loop runs, and hears signals, the services on theirs.
void serve_all(Context& context, const std::vector<Service>& services, service::Ensemble& ensemble)
{
    std::vector<std::string> names;
    for (const Service& one : services)
        names.push_back(one.name());
    Dashboard dashboard(context.global, names);
    dashboard.use(read_links(context.settings));
    service::Daemon daemon(context.log());
    const auto addresses = daemon.listen(context.settings.list("listen"),
                                         [&dashboard](http::Request& request) { return dashboard(request); });
    context.log().info(fmt::format("the dashboard is at http://{}/", addresses.front()));
    context.log().info(services.empty() ? "the configuration names no service: there is the dashboard alone"
                                        : "services: " + join(names, ", "));
    daemon.run_beside([](Context& of, const std::vector<Service>& all, service::Ensemble& group) -> net::Task<> {
        for (const Service& one : all)
            group.start([global = of.global, one] { run_service(global, one); });
        co_return;
    }(context, services, ensemble));
    daemon.on_reload([&] { dashboard.use(read_links(context.reread_settings())); });
    daemon.on_stop([&ensemble] { ensemble.stop(); });
    daemon.run();
}

} // namespace

int up(Context& context)
{
    context.expect_arguments(0, 0);
    if (context.settings.flag("demo"))
        return demo::show(context);
    const state::ServiceLock lock(context.state_directory(), "up");
    const std::vector<Service> services = named_services(context);
    service::Ensemble ensemble(services.size() + 1);
    ensemble.run([&] { serve_all(context, services, ensemble); });
    ensemble.wait();
    return 0;
}

int start_detached(Context& context)
{
    context.expect_arguments(2);
    const std::vector<std::string> words(context.arguments.begin() + 1, context.arguments.end());
    return demo::run_detached(context.arguments[0], words);
}

int down(Context& context)
{
    context.expect_arguments(0, 0);
    if (context.settings.flag("demo"))
        return demo::take_away(context);
    const auto find = [&context] { return state::ServiceLock::find_holder(context.state_directory(), "up"); };
    const auto process = find();
    if (!process) {
        context.say("nothing is up");
        return 0;
    }
    if (::kill(*process, SIGTERM) != 0)
        throw Error(kind_of_errno(errno), "cannot stop process {}: {}", *process, describe_errno(errno));
    for (const auto end = std::chrono::steady_clock::now() + 10s; find() == process;) {
        if (std::chrono::steady_clock::now() > end)
            throw Error(ErrorKind::failed, "process {} does not stop", *process)
                .hint(fmt::format("see what it says; 'kill -9 {}' ends it", *process));
        net::run(net::sleep(50ms));
    }
    context.say(fmt::format("stopped (process {})", *process));
    return 0;
}

} // namespace dfriends::applets::house
