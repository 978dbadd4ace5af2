// SPDX-License-Identifier: Apache-2.0
#include "applets/house/demo/scenes.hpp"
#include "base/text.hpp"
#include "state/store.hpp"

#include <csignal>

namespace dfriends::applets::house::demo {

namespace {

std::vector<Step> make_steps()
{
    std::vector<Step> all{
        {"dashboard", "The dashboard", {}, show_dashboard, false},
        {"cache", "The package cache: an image with the executable and nothing else", {}, show_cache, false},
        {"debian", "A base image: Debian's packages, taken through the cache", {"cache"}, make_debian},
        {"code.it", "The example application", {"debian"}, make_code_it},
        {"builds", "Two image builds; the second finds its packages in the cache", {"debian"}, show_cached_builds},
        {"converge", "A Chef recipe and a Puppet manifest, as their users have them", {"code.it"}, show_converge},
        {"kv", "A key-value store under etcd's words, and its discovery service", {}, show_kv, false},
        {"machines", "Three machines on this host", {"kv"}, show_machines},
        {"units", "A highly available service: one unit on each machine", {"machines", "code.it"}, show_units},
        {"balancer", "A load balancer, and a power failure", {"units"}, show_balancer},
        {"paas", "A mini-Heroku: git push makes an application", {"debian"}, show_paas},
    };
    std::vector<std::string_view> names;
    for (const Step& step : all)
        names.push_back(step.name);
    all.push_back({"glance", "All of it at a glance", std::move(names), show_glance, false});
    return all;
}

} // namespace

std::span<const Step> steps()
{
    static const std::vector<Step> all = make_steps();
    return all;
}

std::string label_line(const Ledger& ledger)
{
    return fmt::format("LABEL {}={}\n", label, ledger.mark());
}

std::string local_url(std::uint16_t port)
{
    return fmt::format("http://127.0.0.1:{}", port);
}

namespace {

/// The configuration of `up`: where its dashboard listens, and what it links to.
std::string render_configuration(const Scene& scene, const std::vector<Ledger::Line>& addresses)
{
    std::string text = fmt::format("up:\n  listen: 127.0.0.1:{}\n{}", scene.stage.ports.dashboard,
                                   addresses.empty() ? "" : "  link:\n");
    for (const Ledger::Line& line : addresses)
        text += fmt::format("    - \"{}={}\"\n", line.before, line.name);
    return text;
}

} // namespace

void show_dashboard(Scene& scene)
{
    scene.write_file("dfriends.yaml", render_configuration(scene, {}), true);
    scene.serve("up", {"dfriends", "up"});
    scene.note_address("Dashboard", local_url(scene.stage.ports.dashboard) + "/");
    scene.say(fmt::format("Open {}/ and watch.\n", local_url(scene.stage.ports.dashboard)));
}

void show_glance(Scene& scene)
{
    auto addresses = scene.ledger().lines(Ledger::Kind::address);
    std::erase_if(addresses, [](const Ledger::Line& line) { return line.before == "Dashboard"; });
    scene.write_file("dfriends.yaml", render_configuration(scene, addresses));
    if (const auto process = state::ServiceLock::find_holder(scene.ledger().state(), "up"))
        ::kill(*process, SIGHUP); // so that it shows the links
    scene.show({"dfriends", "status"});
}

} // namespace dfriends::applets::house::demo
