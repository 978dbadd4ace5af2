// SPDX-License-Identifier: Apache-2.0
// network and volume.
#include "applets/docker/each.hpp"
#include "applets/docker/format.hpp"
#include "applets/docker/list.hpp"
#include "applets/docker/verbs.hpp"
#include "base/text.hpp"
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

std::string labels_of(const engine::Labels& labels)
{
    std::vector<std::string> texts;
    for (const auto& [name, value] : labels)
        texts.push_back(name + "=" + value);
    return join(texts, ",");
}

/// "2026-11-27T05:41:40.2Z" as Go prints it.
std::string render_created(const std::string& created)
{
    if (!created.ends_with('Z'))
        return created;
    return replace_all(created.substr(0, created.size() - 1), "T", " ") + " +0000 UTC";
}

Fields fields_of(const engine::NetworkDetails& network, bool whole)
{
    const auto flag = [](bool value) -> std::string { return value ? "true" : "false"; };
    return {{"ID", whole ? network.id : short_id(network.id)},
            {"Name", network.spec.name},
            {"Driver", network.spec.driver},
            {"Scope", network.scope},
            {"CreatedAt", render_created(network.created)},
            {"IPv6", flag(network.spec.ipv6)},
            {"Internal", flag(network.spec.internal)},
            {"Labels", labels_of(network.spec.labels)}};
}

const Fields network_headings{
    {"ID", "NETWORK ID"},        {"Name", "NAME"}, {"Driver", "DRIVER"},     {"Scope", "SCOPE"},
    {"CreatedAt", "CREATED AT"}, {"IPv6", "IPV6"}, {"Internal", "INTERNAL"}, {"Labels", "LABELS"}};

Fields fields_of(const engine::VolumeDetails& volume)
{
    return {{"Name", volume.spec.name},
            {"Driver", volume.spec.driver},
            {"Scope", volume.scope},
            {"Mountpoint", volume.mount_point},
            {"Labels", labels_of(volume.spec.labels)},
            {"Availability", "N/A"},
            {"Group", "N/A"},
            {"Links", "N/A"},
            {"Size", "N/A"},
            {"Status", "N/A"}};
}

const Fields volume_headings{{"Name", "VOLUME NAME"},      {"Driver", "DRIVER"}, {"Scope", "SCOPE"},
                             {"Mountpoint", "MOUNTPOINT"}, {"Labels", "LABELS"}, {"Availability", "AVAILABILITY"},
                             {"Group", "GROUP"},           {"Links", "LINKS"},   {"Size", "SIZE"},
                             {"Status", "STATUS"}};

} // namespace

int network_ls(Context& context)
{
    context.expect_arguments(0, 0);
    auto networks = net::run(context.engine().networks().list(parse_filters(context.settings.list("filter"))));
    std::ranges::sort(networks, {}, [](const auto& network) { return std::tie(network.spec.name, network.id); });
    List list{.type = "*network.networkContext",
              .table = "table {{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}",
              .headings = network_headings};
    for (const auto& network : networks) {
        list.rows.push_back(fields_of(network, context.settings.flag("no-trunc")));
        list.labels.push_back(network.spec.labels);
    }
    print_list(context, list, "ID");
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
    auto volumes = net::run(context.engine().volumes().list(parse_filters(context.settings.list("filter"))));
    std::ranges::sort(volumes, {}, [](const auto& volume) -> const std::string& { return volume.spec.name; });
    List list{.type = "*formatter.volumeContext", .table = "table {{.Driver}}\t{{.Name}}", .headings = volume_headings};
    for (const auto& volume : volumes) {
        list.rows.push_back(fields_of(volume));
        list.labels.push_back(volume.spec.labels);
    }
    print_list(context, list, "Name");
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
