// SPDX-License-Identifier: Apache-2.0
#include "converge/inventory.hpp"

#include "base/text.hpp"
#include "converge/container_spec.hpp"

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
    void list(const char* name, const std::vector<std::string>& texts)
    {
        if (texts.empty())
            return;
        Value::List list;
        for (const std::string& one : texts)
            list.push_back({.content = one, .position = {}});
        put(name, std::move(list));
    }
    template <class T>
    void put(const char* name, T value)
    {
        resource_.attributes[name] = Value{.content = std::move(value), .position = {}};
    }

  private:
    Resource& resource_;
};

std::vector<std::string> without(std::vector<std::string> all, const std::vector<std::string>& some)
{
    std::erase_if(all, [&](const std::string& one) { return std::ranges::find(some, one) != some.end(); });
    return all;
}

/// "/db:/web/master" is "db:master".
std::string plain_link(const std::string& link)
{
    const auto [from, to] = split_once(link, ':');
    return fmt::format("{}:{}", from.substr(from.starts_with('/') ? 1 : 0), to.substr(to.rfind('/') + 1));
}

std::string port_text(const engine::PortBinding& port)
{
    std::string host = port.host_port == 0 ? "" : std::to_string(port.host_port);
    if (port.host_port_last > port.host_port)
        host += fmt::format("-{}", port.host_port_last);
    const std::string address =
        port.host_address.find(':') == std::string::npos ? port.host_address : "[" + port.host_address + "]";
    const std::string left = address.empty() ? host : address + ":" + host;
    return fmt::format("{}{}{}", left.empty() ? "" : left + ":", port.container_port,
                       port.protocol == "tcp" ? "" : "/" + port.protocol);
}

void write_labels(Writer& writer, const engine::Labels& labels, const engine::Labels& usual)
{
    Value::Map map;
    for (const auto& [name, value] : labels) {
        const auto row = usual.find(name);
        if (name != digest_label && name != state_label && (row == usual.end() || row->second != value))
            map.push_back({name, Value{.content = value, .position = {}}});
    }
    if (!map.empty())
        writer.put("labels", std::move(map));
}

std::string policy_of(const engine::RestartPolicy& policy)
{
    return policy.maximum_retries > 0 ? fmt::format("{}:{}", policy.name, policy.maximum_retries) : policy.name;
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
    if (spec.network_mode != "default" && spec.network_mode != "bridge")
        writer.text("network", spec.network_mode);
    writer.list("dns", spec.dns);
    writer.text("user", spec.user, usual.user);
    writer.text("working_directory", spec.working_directory, usual.working_directory);
    writer.text("restart", policy_of(spec.restart), "no");
    writer.text("memory", spec.memory == 0 ? "" : std::to_string(spec.memory));
    if (spec.cpu_shares != 0)
        writer.put("cpu_shares", spec.cpu_shares);
    writer.flag("privileged", spec.privileged);
    writer.flag("tty", spec.tty);
    writer.flag("stdin", spec.open_stdin);
    writer.flag("read_only", spec.read_only);
    writer.flag("remove", spec.auto_remove);
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
