// SPDX-License-Identifier: Apache-2.0
// network and volume.
#include "applets/docker/each.hpp"
#include "applets/docker/format.hpp"
#include "applets/docker/verbs.hpp"
#include "cli/table_output.hpp"
#include "engine/client.hpp"
#include "net/loop.hpp"

#include <algorithm>
#include <tuple>

namespace dfriends::applets::docker {

namespace {

std::map<std::string, std::string> parse_pairs(const std::vector<std::string>& texts)
{
    std::map<std::string, std::string> pairs;
    for (const std::string& text : texts)
        pairs.emplace(split_once(text, '=').first, split_once(text, '=').second);
    return pairs;
}

} // namespace

int network_ls(Context& context)
{
    context.expect_arguments(0, 0);
    cli::TableOutput table({"NETWORK ID", "NAME", "DRIVER", "SCOPE"}, 3, 10);
    auto networks = net::run(context.engine().networks().list(parse_filters(context.settings.list("filter"))));
    std::ranges::sort(networks, {}, [](const auto& network) { return std::tie(network.spec.name, network.id); });
    for (const auto& network : networks) {
        if (context.settings.flag("quiet"))
            context.print("{}\n", short_id(network.id));
        else
            table.row({short_id(network.id), network.spec.name, network.spec.driver, network.scope});
    }
    if (!context.settings.flag("quiet"))
        context.write(table.render());
    return 0;
}

int network_create(Context& context)
{
    context.expect_arguments(1, 1);
    const auto& settings = context.settings;
    engine::NetworkSpec spec{.name = context.arguments.front(),
                             .options = parse_pairs(settings.list("opt")),
                             .labels = parse_pairs(settings.list("label")),
                             .internal = settings.flag("internal"),
                             .attachable = settings.flag("attachable"),
                             .ipv6 = settings.flag("ipv6")};
    if (const auto driver = settings.find("driver"))
        spec.driver = *driver;
    if (const auto subnet = settings.find("subnet"))
        spec.pools.push_back({.subnet = *subnet, .gateway = settings.text("gateway")});
    context.print("{}\n", net::run(context.engine().networks().create(std::move(spec))).id);
    return 0;
}

int network_connect(Context& context)
{
    context.expect_arguments(2, 2);
    const auto& settings = context.settings;
    net::run(context.engine().networks().connect(context.arguments[1], {.network = context.arguments[0],
                                                                        .aliases = settings.list("alias"),
                                                                        .ipv4_address = settings.text("ip"),
                                                                        .ipv6_address = settings.text("ip6")}));
    return 0;
}

int network_disconnect(Context& context)
{
    context.expect_arguments(2, 2);
    net::run(context.engine().networks().disconnect(context.arguments[0], context.arguments[1],
                                                    context.settings.flag("force")));
    return 0;
}

int network_rm(Context& context)
{
    return for_each_argument(
        context, [&context](const std::string& name) { net::run(context.engine().networks().remove(name)); });
}

int network_inspect(Context& context)
{
    return inspect_each(context, [&context](const std::string& name) {
        return net::run(context.engine().networks().inspect(name)).document;
    });
}

int volume_ls(Context& context)
{
    context.expect_arguments(0, 0);
    cli::TableOutput table({"DRIVER", "VOLUME NAME"}, 3, 10);
    auto volumes = net::run(context.engine().volumes().list(parse_filters(context.settings.list("filter"))));
    std::ranges::sort(volumes, {}, [](const auto& volume) -> const std::string& { return volume.spec.name; });
    for (const auto& volume : volumes) {
        if (context.settings.flag("quiet"))
            context.print("{}\n", volume.spec.name);
        else
            table.row({volume.spec.driver, volume.spec.name});
    }
    if (!context.settings.flag("quiet"))
        context.write(table.render());
    return 0;
}

int volume_create(Context& context)
{
    context.expect_arguments(0, 1);
    const auto& settings = context.settings;
    engine::VolumeSpec spec{.options = parse_pairs(settings.list("opt")),
                            .labels = parse_pairs(settings.list("label"))};
    if (!context.arguments.empty())
        spec.name = context.arguments.front();
    if (const auto driver = settings.find("driver"))
        spec.driver = *driver;
    context.print("{}\n", net::run(context.engine().volumes().create(std::move(spec))).spec.name);
    return 0;
}

int volume_rm(Context& context)
{
    return for_each_argument(context, [&context](const std::string& name) {
        net::run(context.engine().volumes().remove(name, context.settings.flag("force")));
    });
}

int volume_inspect(Context& context)
{
    return inspect_each(context, [&context](const std::string& name) {
        return net::run(context.engine().volumes().inspect(name)).document;
    });
}

} // namespace dfriends::applets::docker
