// SPDX-License-Identifier: Apache-2.0
#include "converge/container_attributes.hpp"

#include "base/text.hpp"
#include "converge/container_values.hpp"
#include "converge/declared_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace dfriends::converge {

namespace {

// What a spec has of each attribute.
namespace facets {

using Spec = engine::ContainerSpec;
using Texts = std::vector<std::string>;
using enum Shape;

Texts text(const std::string& value)
{
    return value.empty() ? Texts{} : Texts{value};
}

template <class Number>
Texts number(Number value)
{
    return value == 0 ? Texts{} : Texts{std::to_string(value)};
}

Texts flag(bool value)
{
    return value ? Texts{"true"} : Texts{};
}

Texts flag(std::optional<bool> value)
{
    return flag(value.value_or(false));
}

Texts pairs(const std::map<std::string, std::string>& map, char between = '=')
{
    Texts texts;
    for (const auto& [name, value] : map)
        texts.push_back(value.empty() && between != '=' ? name : name + between + value);
    return texts;
}

/// "64m" rather than 67108864: what a flag takes and a person reads.
Texts size(std::int64_t bytes)
{
    if (bytes <= 0)
        return number(bytes);
    std::size_t unit = 0;
    for (; unit < 3 && bytes % 1024 == 0; ++unit)
        bytes /= 1024;
    return {fmt::format("{}{}", bytes, "bkmg"[unit])};
}

Texts cpus(const Spec& spec)
{
    constexpr std::int64_t billion = 1'000'000'000;
    if (spec.nano_cpus == 0)
        return {};
    std::string text = fmt::format("{}.{:09}", spec.nano_cpus / billion, spec.nano_cpus % billion);
    text.erase(text.find_last_not_of('0') + 1);
    return {text.ends_with('.') ? text.substr(0, text.size() - 1) : text};
}

Texts duration(std::chrono::nanoseconds time)
{
    if (time.count() == 0)
        return {};
    const std::int64_t milliseconds = time.count() / 1'000'000;
    return {milliseconds % 1000 == 0 ? fmt::format("{}s", milliseconds / 1000) : fmt::format("{}ms", milliseconds)};
}

/// Engines say NET_ADMIN or CAP_NET_ADMIN for the same.
Texts capabilities(const Texts& names)
{
    Texts texts;
    for (const std::string& name : names) {
        std::string upper = name;
        std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return std::toupper(c); });
        texts.push_back(upper.starts_with("CAP_") ? upper.substr(4) : upper);
    }
    return texts;
}

Texts devices(const Spec& spec)
{
    Texts texts;
    for (const engine::Device& device : spec.devices)
        texts.push_back(fmt::format("{}:{}:{}", device.host_path, device.container_path, device.permissions));
    return texts;
}

Texts gpus(const Spec& spec)
{
    Texts texts;
    for (const engine::DeviceRequest& request : spec.device_requests) {
        const std::string count = request.count == -1 ? "all" : std::to_string(request.count);
        std::string line = request.ids.empty() ? "count=" + count : "\"device=" + join(request.ids, ",") + "\"";
        if (!request.driver.empty())
            line += ",driver=" + request.driver;
        if (request.capabilities.size() > 1)
            line +=
                ",\"capabilities=" + join({request.capabilities.begin(), request.capabilities.end() - 1}, ",") + "\"";
        if (!request.options.empty())
            line += ",\"options=" + join(pairs(request.options), ",") + "\"";
        texts.push_back(std::move(line));
    }
    return texts;
}

Texts labels(const Spec& spec)
{
    engine::Labels others = spec.labels;
    std::erase_if(others, [](const auto& label) { return is_own_label(label.first); });
    return pairs(others);
}

/// Of a name that is given twice the last value counts, as a shell reads them.
Texts environment(const Spec& spec)
{
    std::map<std::string_view, std::string> last;
    for (const std::string& pair : spec.environment)
        last[split_once(pair, '=').first] = pair;
    Texts texts;
    for (auto& [name, pair] : last)
        texts.push_back(std::move(pair));
    return texts;
}

Texts links(const Spec& spec)
{
    Texts texts;
    for (const std::string& link : spec.links) {
        const std::string plain = plain_link(link);
        texts.push_back(plain.find(':') == std::string::npos ? plain + ":" + plain : plain);
    }
    return texts;
}

Texts mounts(const Spec& spec)
{
    Texts texts;
    for (const engine::Mount& mount : spec.mounts) {
        std::string line = fmt::format("type={},target={}", mount.type, mount.target);
        const auto add = [&](std::string_view name, const std::string& value) {
            if (!value.empty())
                line += fmt::format(",{}={}", name, value);
        };
        add("source", mount.source);
        add("readonly", mount.read_only ? "true" : "");
        add("bind-propagation", mount.propagation);
        add("volume-driver", mount.volume_driver);
        add("volume-nocopy", mount.no_copy ? "true" : "");
        add("tmpfs-size", mount.tmpfs_size == 0 ? "" : std::to_string(mount.tmpfs_size));
        add("tmpfs-mode", mount.tmpfs_mode == 0 ? "" : fmt::format("{:o}", mount.tmpfs_mode));
        texts.push_back(std::move(line));
    }
    return texts;
}

bool is_user_defined(std::string_view mode)
{
    return !mode.empty() && mode != "default" && mode != "bridge" && mode != "host" && mode != "none" &&
           !mode.starts_with("container:");
}

/// The mode of its network; user-defined networks are in `networks`, where they can be joined and left.
Texts network(const Spec& spec)
{
    const std::string& mode = spec.network_mode;
    return mode == "default" || mode == "bridge" || is_user_defined(mode) ? Texts{} : text(mode);
}

Texts networks(const Spec& spec)
{
    Texts texts;
    for (const engine::NetworkAttachment& place : spec.networks) {
        std::string line = "name=" + (place.network == "default" ? "bridge" : place.network);
        Texts aliases = place.aliases;
        std::ranges::sort(aliases);
        for (const std::string& alias : aliases)
            line += ",alias=" + alias;
        if (!place.ipv4_address.empty())
            line += ",ip=" + place.ipv4_address;
        if (!place.ipv6_address.empty())
            line += ",ip6=" + plain_address(place.ipv6_address);
        texts.push_back(std::move(line));
    }
    return texts;
}

Texts ports(const Spec& spec)
{
    Texts texts;
    for (engine::PortBinding port : spec.ports) {
        port.host_address = port.host_address == "0.0.0.0" ? "" : plain_address(port.host_address);
        texts.push_back(port_text(port));
    }
    return texts;
}

Texts restart(const Spec& spec)
{
    const engine::RestartPolicy& policy = spec.restart;
    if (policy.name.empty() || policy.name == "no")
        return {};
    return {policy.maximum_retries > 0 ? fmt::format("{}:{}", policy.name, policy.maximum_retries) : policy.name};
}

Texts ulimits(const Spec& spec)
{
    Texts texts;
    for (const engine::Ulimit& limit : spec.ulimits)
        texts.push_back(fmt::format("{}={}:{}", limit.name, limit.soft, limit.hard));
    return texts;
}

/// Anonymous volumes by their path alone.
Texts volumes(const Spec& spec)
{
    Texts texts = spec.binds;
    texts.insert(texts.end(), spec.volumes.begin(), spec.volumes.end());
    return texts;
}

Texts health_command(const Spec& spec)
{
    if (!spec.health || spec.health->test.empty() || spec.health->test[0] == "NONE")
        return {};
    return spec.health->test;
}

// clang-format off
constexpr auto rows = std::to_array<ContainerAttribute>({
    {"blkio_weight", "blkio-weight", scalar, true, [](const Spec& s) { return number(s.blkio_weight); }},
    {"cap_add", "cap-add", set, false, [](const Spec& s) { return capabilities(s.cap_add); }},
    {"cap_drop", "cap-drop", set, false, [](const Spec& s) { return capabilities(s.cap_drop); }},
    {"cgroup_parent", "cgroup-parent", scalar, false, [](const Spec& s) { return text(s.cgroup_parent); }},
    {"cgroupns", "cgroupns", scalar, false, [](const Spec& s) { return text(s.cgroupns_mode); }},
    {"cpu_period", "cpu-period", scalar, true, [](const Spec& s) { return number(s.cpu_period); }},
    {"cpu_quota", "cpu-quota", scalar, true, [](const Spec& s) { return number(s.cpu_quota); }},
    {"cpu_shares", "cpu-shares", scalar, true, [](const Spec& s) { return number(s.cpu_shares); }},
    {"cpus", "cpus", scalar, true, cpus},
    {"cpuset_cpus", "cpuset-cpus", scalar, true, [](const Spec& s) { return text(s.cpuset_cpus); }, plain_cpu_set},
    {"cpuset_mems", "cpuset-mems", scalar, true, [](const Spec& s) { return text(s.cpuset_mems); }, plain_cpu_set},
    {"device_cgroup_rules", "device-cgroup-rule", set, false, [](const Spec& s) { return s.device_cgroup_rules; }},
    {"devices", "device", set, false, devices},
    {"dns", "dns", list, false, [](const Spec& s) { return s.dns; }, plain_address},
    {"dns_options", "dns-option", list, false, [](const Spec& s) { return s.dns_options; }},
    {"dns_search", "dns-search", list, false, [](const Spec& s) { return s.dns_search; }},
    {"domainname", "domainname", scalar, false, [](const Spec& s) { return text(s.domain_name); }},
    {"env", "env", set, false, environment},
    {"env_file", "env-file", list, false, nullptr},
    {"expose", "expose", set, false, [](const Spec& s) { return s.exposed_ports; }},
    {"extra_hosts", "add-host", set, false, [](const Spec& s) { return s.extra_hosts; }, plain_host_line},
    {"gpus", "gpus", set, false, gpus},
    {"group_add", "group-add", set, false, [](const Spec& s) { return s.group_add; }},
    {"health_cmd", "health-cmd", list, false, health_command},
    {"health_interval", "health-interval", scalar, false, [](const Spec& s) { return s.health ? duration(s.health->interval) : Texts{}; }},
    {"health_retries", "health-retries", scalar, false, [](const Spec& s) { return s.health ? number(s.health->retries) : Texts{}; }},
    {"health_start_period", "health-start-period", scalar, false, [](const Spec& s) { return s.health ? duration(s.health->start_period) : Texts{}; }},
    {"health_timeout", "health-timeout", scalar, false, [](const Spec& s) { return s.health ? duration(s.health->timeout) : Texts{}; }},
    {"hostname", "hostname", scalar, false, [](const Spec& s) { return text(s.host_name); }},
    {"init", "init", scalar, false, [](const Spec& s) { return flag(s.init); }},
    {"ip", "ip", scalar, false, nullptr},
    {"ip6", "ip6", scalar, false, nullptr},
    {"ipc", "ipc", scalar, false, [](const Spec& s) { return text(s.ipc_mode); }},
    {"kernel_memory", "kernel-memory", scalar, false, [](const Spec& s) { return size(s.kernel_memory); }},
    {"labels", "label", set, false, labels},
    {"links", "link", set, false, links},
    {"log_driver", "log-driver", scalar, false, [](const Spec& s) { return text(s.log_driver); }},
    {"log_options", "log-opt", set, false, [](const Spec& s) { return pairs(s.log_options); }},
    {"mac_address", "mac-address", scalar, false, [](const Spec& s) { return text(to_lower(s.mac_address)); }},
    {"memory", "memory", scalar, true, [](const Spec& s) { return size(s.memory); }},
    {"memory_reservation", "memory-reservation", scalar, true, [](const Spec& s) { return size(s.memory_reservation); }},
    {"memory_swap", "memory-swap", scalar, true, [](const Spec& s) { return size(s.memory_swap); }},
    {"memory_swappiness", "memory-swappiness", scalar, false, [](const Spec& s) { return s.memory_swappiness ? Texts{std::to_string(*s.memory_swappiness)} : Texts{}; }},
    {"mounts", "mount", set, false, mounts},
    {"network", "network", scalar, false, network},
    {"network_aliases", "network-alias", set, false, nullptr},
    {"networks", "network", list, true, networks},
    {"no_healthcheck", "no-healthcheck", scalar, false, [](const Spec& s) { return flag(s.health && s.health->test == Texts{"NONE"}); }},
    {"oom_kill_disable", "oom-kill-disable", scalar, false, [](const Spec& s) { return flag(s.oom_kill_disable); }},
    {"oom_score_adj", "oom-score-adj", scalar, false, [](const Spec& s) { return number(s.oom_score_adjust); }},
    {"pid", "pid", scalar, false, [](const Spec& s) { return text(s.pid_mode); }},
    {"pids_limit", "pids-limit", scalar, true, [](const Spec& s) { return number(s.pids_limit); }},
    {"platform", "platform", scalar, false, [](const Spec& s) { return text(s.platform); }},
    {"ports", "publish", set, false, ports},
    {"privileged", "privileged", scalar, false, [](const Spec& s) { return flag(s.privileged); }},
    {"publish_all", "publish-all", scalar, false, [](const Spec& s) { return flag(s.publish_all_ports); }},
    {"read_only", "read-only", scalar, false, [](const Spec& s) { return flag(s.read_only); }},
    {"remove", "rm", scalar, false, [](const Spec& s) { return flag(s.auto_remove); }},
    {"restart", "restart", scalar, true, restart},
    {"runtime", "runtime", scalar, false, [](const Spec& s) { return text(s.runtime); }},
    {"security_options", "security-opt", set, false, [](const Spec& s) { return s.security_options; }, plain_security_option},
    {"shm_size", "shm-size", scalar, false, [](const Spec& s) { return size(s.shm_size); }},
    {"stdin", "interactive", scalar, false, [](const Spec& s) { return flag(s.open_stdin); }},
    {"stop_signal", "stop-signal", scalar, false, [](const Spec& s) { return text(s.stop_signal); }, plain_signal},
    {"stop_timeout", "stop-timeout", scalar, false, nullptr}, // a stop of ours says it anew
    {"storage_options", "storage-opt", set, false, [](const Spec& s) { return pairs(s.storage_options); }},
    {"sysctls", "sysctl", set, false, [](const Spec& s) { return pairs(s.sysctls); }},
    {"tmpfs", "tmpfs", set, false, [](const Spec& s) { return pairs(s.tmpfs, ':'); }, plain_tmpfs},
    {"tty", "tty", scalar, false, [](const Spec& s) { return flag(s.tty); }},
    {"ulimits", "ulimit", set, false, ulimits},
    {"user", "user", scalar, false, [](const Spec& s) { return text(s.user); }},
    {"userns", "userns", scalar, false, [](const Spec& s) { return text(s.userns_mode); }},
    {"uts", "uts", scalar, false, [](const Spec& s) { return text(s.uts_mode); }},
    {"volume_driver", "volume-driver", scalar, false, [](const Spec& s) { return text(s.volume_driver); }},
    {"volumes", "volume", set, false, volumes, plain_volume},
    {"volumes_from", "volumes-from", set, false, [](const Spec& s) { return s.volumes_from; }},
    {"working_directory", "workdir", scalar, false, [](const Spec& s) { return text(s.working_directory); }},
});
// clang-format on
static_assert(std::ranges::is_sorted(rows, {}, &ContainerAttribute::name));

} // namespace facets

} // namespace

std::span<const ContainerAttribute> container_attributes()
{
    return facets::rows;
}

const ContainerAttribute* find_container_attribute(std::string_view name)
{
    const auto* row = std::ranges::lower_bound(facets::rows, name, {}, &ContainerAttribute::name);
    return row == facets::rows.end() || row->name != name ? nullptr : row;
}

const engine::ContainerSpec& values_of_engine()
{
    static const engine::ContainerSpec values = [] {
        engine::ContainerSpec spec;
        spec.shm_size = 64 << 20U;
        spec.stop_signal = "SIGTERM";
        spec.log_driver = "json-file";
        spec.ipc_mode = "private";
        spec.runtime = "runc";
        return spec;
    }();
    return values;
}

std::vector<std::string> comparable_values(const ContainerAttribute& attribute, const engine::ContainerSpec& spec)
{
    std::vector<std::string> values;
    if (attribute.values != nullptr)
        values = attribute.values(spec);
    if (attribute.plain != nullptr)
        std::ranges::transform(values, values.begin(), attribute.plain);
    if (attribute.shape == Shape::set)
        std::ranges::sort(values);
    return values;
}

std::vector<std::string> without(std::vector<std::string> values, const std::vector<std::string>& others)
{
    std::erase_if(values, [&](const std::string& value) { return std::ranges::find(others, value) != others.end(); });
    return values;
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

std::string plain_link(const std::string& link)
{
    const auto [from, to] = split_once(link, ':');
    const std::string_view name = from.starts_with('/') ? from.substr(1) : from;
    return to.empty() ? std::string(name) : fmt::format("{}:{}", name, to.substr(to.rfind('/') + 1));
}

} // namespace dfriends::converge
