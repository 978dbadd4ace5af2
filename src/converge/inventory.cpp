// SPDX-License-Identifier: Apache-2.0
#include "converge/inventory.hpp"

#include "base/text.hpp"
#include "converge/container_attributes.hpp"
#include "converge/container_spec.hpp"
#include "converge/schema.hpp"

#include <algorithm>
#include <array>

namespace dfriends::converge {

namespace {

using engine::ContainerSpec;

class Writer {
  public:
    explicit Writer(Resource& resource) : resource_(resource) {}

    void text(const char* name, const std::string& value, const std::string& usual = {})
    {
        if (value != usual)
            put(name, value);
    }
    void flag(const char* name, bool value)
    {
        if (value)
            put(name, true);
    }
    void list(std::string_view name, const std::vector<std::string>& texts)
    {
        if (texts.empty())
            return;
        Value::List list;
        for (const std::string& one : texts)
            list.push_back({.content = one, .position = {}});
        put(name, std::move(list));
    }
    template <class T>
    void put(std::string_view name, T value)
    {
        resource_.attributes[std::string(name)] = Value{.content = std::move(value), .position = {}};
    }

  private:
    Resource& resource_;
};

Value::Map map_of_pairs(const std::vector<std::string>& pairs)
{
    Value::Map map;
    for (const std::string& pair : pairs) {
        const auto [name, value] = split_once(pair, '=');
        map.push_back({std::string(name), Value{.content = std::string(value), .position = {}}});
    }
    return map;
}

void write_labels(Writer& writer, const engine::Labels& labels, const engine::Labels& usual)
{
    Value::Map map;
    for (const auto& [name, value] : labels) {
        const auto row = usual.find(name);
        if (!is_own_label(name) && (row == usual.end() || row->second != value))
            map.push_back({name, Value{.content = value, .position = {}}});
    }
    if (!map.empty())
        writer.put("labels", std::move(map));
}

std::string policy_of(const engine::RestartPolicy& policy)
{
    return policy.maximum_retries > 0 ? fmt::format("{}:{}", policy.name, policy.maximum_retries) : policy.name;
}

/// Attributes whose texts a flag takes as they are, and that an engine sets of itself for nobody.
constexpr auto plain_attributes = std::to_array<std::string_view>({"blkio_weight",
                                                                   "cap_add",
                                                                   "cap_drop",
                                                                   "cgroup_parent",
                                                                   "cpu_period",
                                                                   "cpu_quota",
                                                                   "cpus",
                                                                   "cpuset_cpus",
                                                                   "cpuset_mems",
                                                                   "devices",
                                                                   "dns_options",
                                                                   "dns_search",
                                                                   "domainname",
                                                                   "extra_hosts",
                                                                   "group_add",
                                                                   "init",
                                                                   "memory_reservation",
                                                                   "mounts",
                                                                   "oom_score_adj",
                                                                   "pid",
                                                                   "pids_limit",
                                                                   "publish_all",
                                                                   "security_options",
                                                                   "stop_signal",
                                                                   "storage_options",
                                                                   "sysctls",
                                                                   "tmpfs",
                                                                   "ulimits",
                                                                   "userns",
                                                                   "uts"});

void write_plain(Writer& writer, std::string_view name, const ContainerSpec& spec, const ContainerSpec& usual)
{
    const ContainerAttribute& attribute = *find_container_attribute(name);
    const auto values = without(comparable_values(attribute, spec), comparable_values(attribute, usual));
    if (values.empty())
        return;
    const auto& known = find_resource_type("docker_container")->attributes;
    const AttributeType type = std::ranges::find(known, name, &Attribute::name)->type;
    if (type == AttributeType::text)
        writer.put(name, values[0]);
    else if (type == AttributeType::number)
        writer.put(name, parse_signed(values[0]).value_or(0));
    else if (type == AttributeType::flag)
        writer.put(name, true);
    else if (type == AttributeType::text_list)
        writer.list(name, values);
    else
        writer.put(name, map_of_pairs(values));
}

/// User-defined networks with the addresses that were asked for; the names that the engine gives it are its own.
void write_networks(Writer& writer, const engine::ContainerDetails& container)
{
    std::vector<std::string> texts;
    for (const engine::NetworkAttachment& place : container.spec.networks) {
        if (place.network == "bridge" || place.network == "host" || place.network == "none")
            continue;
        std::string text = place.network;
        for (const std::string& alias : place.aliases)
            if (!container.id.starts_with(alias) && alias != container.name && alias != container.spec.host_name)
                text += ",alias=" + alias;
        if (!place.ipv4_address.empty())
            text += ",ip=" + place.ipv4_address;
        if (!place.ipv6_address.empty())
            text += ",ip6=" + place.ipv6_address;
        texts.push_back(text == place.network ? text : "name=" + text);
    }
    if (texts.size() == 1 && texts[0] == container.spec.network_mode)
        writer.put("network", texts[0]);
    else
        writer.list("networks", texts);
}

} // namespace

Resource declare_container(const engine::ContainerDetails& container, const std::optional<engine::ImageDetails>& image)
{
    const ContainerSpec& spec = container.spec;
    const ContainerSpec usual = image ? image->defaults : ContainerSpec{};
    Resource resource;
    resource.type = "docker_container";
    resource.name = container.name;
    if (!container.state.running)
        resource.actions = {"create"};
    Writer writer(resource);
    writer.put("image", spec.image);
    if (spec.command != usual.command)
        writer.list("command", spec.command);
    if (spec.entrypoint && spec.entrypoint != usual.entrypoint)
        writer.list("entrypoint", *spec.entrypoint);
    writer.list("env", without(spec.environment, usual.environment));
    std::vector<std::string> ports;
    for (const engine::PortBinding& port : spec.ports)
        ports.push_back(port_text(port));
    writer.list("ports", ports);
    std::vector<std::string> volumes = spec.binds;
    for (const engine::MountPoint& mount : container.mounts)
        if (mount.type == "volume" && std::ranges::none_of(volumes, [&](const std::string& bind) {
                return split_once(split_once(bind, ':').second, ':').first == mount.destination;
            }))
            if (std::ranges::find(usual.volumes, mount.destination) == usual.volumes.end())
                volumes.push_back(mount.destination);
    writer.list("volumes", volumes);
    writer.list("volumes_from", spec.volumes_from);
    std::vector<std::string> links;
    for (const std::string& link : spec.links)
        links.push_back(plain_link(link));
    writer.list("links", links);
    write_labels(writer, spec.labels, usual.labels);
    if (!container.id.starts_with(spec.host_name))
        writer.text("hostname", spec.host_name);
    if (spec.network_mode == "host" || spec.network_mode == "none" || spec.network_mode.starts_with("container:"))
        writer.put("network", spec.network_mode);
    else
        write_networks(writer, container);
    writer.list("dns", spec.dns);
    writer.text("user", spec.user, usual.user);
    writer.text("working_directory", spec.working_directory, usual.working_directory);
    writer.text("restart", policy_of(spec.restart), "no");
    write_plain(writer, "memory", spec, usual);
    if (spec.cpu_shares != 0)
        writer.put("cpu_shares", spec.cpu_shares);
    writer.flag("privileged", spec.privileged);
    writer.flag("tty", spec.tty);
    writer.flag("stdin", spec.open_stdin);
    writer.flag("read_only", spec.read_only);
    writer.flag("remove", spec.auto_remove);
    for (const std::string_view name : plain_attributes)
        write_plain(writer, name, spec, usual);
    return resource;
}

std::optional<Resource> declare_network(const engine::NetworkDetails& network)
{
    static constexpr std::array<std::string_view, 3> given{"bridge", "host", "none"};
    if (std::ranges::find(given, network.spec.name) != given.end() || network.scope == "swarm")
        return std::nullopt;
    Resource resource;
    resource.type = "docker_network";
    resource.name = network.spec.name;
    Writer writer(resource);
    writer.text("driver", network.spec.driver, "bridge");
    writer.flag("internal", network.spec.internal);
    return resource;
}

} // namespace dfriends::converge
