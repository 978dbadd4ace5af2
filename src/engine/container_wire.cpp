// SPDX-License-Identifier: Apache-2.0
#include "engine/container_wire.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "engine/read_wire.hpp"
#include "engine/wire.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

namespace dfriends::engine {

namespace {

template <class Value>
void put(Json& object, const char* name, const Value& value)
{
    if (value != Value{})
        object[name] = value;
}

template <class Value>
void put(Json& object, const char* name, const std::optional<Value>& value)
{
    if (value)
        object[name] = *value;
}

Json encode_health(const Health& health)
{
    Json object = Json::object();
    put(object, "Test", health.test);
    put(object, "Interval", health.interval.count());
    put(object, "Timeout", health.timeout.count());
    put(object, "StartPeriod", health.start_period.count());
    put(object, "Retries", health.retries);
    return object;
}

Json encode_mount(const Mount& mount)
{
    Json object{{"Type", mount.type}, {"Target", mount.target}};
    put(object, "Source", mount.source);
    put(object, "ReadOnly", mount.read_only);
    put(object, "Consistency", mount.consistency);
    if (mount.type == "bind") {
        Json bind = Json::object();
        put(bind, "Propagation", mount.propagation);
        put(bind, "CreateMountpoint", mount.create_source);
        put(object, "BindOptions", bind);
    } else if (mount.type == "volume") {
        Json volume = Json::object();
        put(volume, "NoCopy", mount.no_copy);
        put(volume, "Labels", mount.volume_labels);
        if (!mount.volume_driver.empty() || !mount.volume_options.empty())
            volume["DriverConfig"] = {{"Name", mount.volume_driver}, {"Options", mount.volume_options}};
        if (!volume.empty())
            object["VolumeOptions"] = volume;
    } else if (mount.tmpfs_size != 0 || mount.tmpfs_mode != 0) {
        object["TmpfsOptions"] = {{"SizeBytes", mount.tmpfs_size}, {"Mode", mount.tmpfs_mode}};
    }
    if (object.contains("BindOptions") && object["BindOptions"].empty())
        object.erase("BindOptions");
    return object;
}

Json encode_ports(const std::vector<PortBinding>& ports)
{
    Json bindings = Json::object();
    for (const PortBinding& port : ports) {
        std::string host = port.host_port == 0 ? "" : std::to_string(port.host_port);
        if (port.host_port_last > port.host_port)
            host += "-" + std::to_string(port.host_port_last);
        bindings[port_key(port.container_port, port.protocol)].push_back(
            {{"HostIp", port.host_address}, {"HostPort", host}});
    }
    return bindings;
}

void encode_resources(const ContainerSpec& spec, Json& host)
{
    put(host, "Memory", spec.memory);
    put(host, "MemorySwap", spec.memory_swap);
    put(host, "MemoryReservation", spec.memory_reservation);
    put(host, "KernelMemory", spec.kernel_memory);
    put(host, "MemorySwappiness", spec.memory_swappiness);
    put(host, "NanoCpus", spec.nano_cpus);
    put(host, "CpuShares", spec.cpu_shares);
    put(host, "CpuPeriod", spec.cpu_period);
    put(host, "CpuQuota", spec.cpu_quota);
    put(host, "CpusetCpus", spec.cpuset_cpus);
    put(host, "CpusetMems", spec.cpuset_mems);
    put(host, "PidsLimit", spec.pids_limit);
    put(host, "ShmSize", spec.shm_size);
    put(host, "BlkioWeight", spec.blkio_weight);
    put(host, "OomKillDisable", spec.oom_kill_disable);
    put(host, "OomScoreAdj", spec.oom_score_adjust);
    for (const Ulimit& limit : spec.ulimits)
        host["Ulimits"].push_back({{"Name", limit.name}, {"Soft", limit.soft}, {"Hard", limit.hard}});
    for (const Device& device : spec.devices)
        host["Devices"].push_back({{"PathOnHost", device.host_path},
                                   {"PathInContainer", device.container_path},
                                   {"CgroupPermissions", device.permissions}});
    put(host, "DeviceCgroupRules", spec.device_cgroup_rules);
    for (const DeviceRequest& request : spec.device_requests)
        host["DeviceRequests"].push_back({{"Driver", request.driver},
                                          {"Count", request.count},
                                          {"DeviceIDs", request.ids},
                                          {"Capabilities", Json::array({request.capabilities})},
                                          {"Options", request.options}});
}

void encode_isolation(const ContainerSpec& spec, Json& host)
{
    put(host, "Privileged", spec.privileged);
    put(host, "ReadonlyRootfs", spec.read_only);
    put(host, "CapAdd", spec.cap_add);
    put(host, "CapDrop", spec.cap_drop);
    put(host, "SecurityOpt", spec.security_options);
    put(host, "GroupAdd", spec.group_add);
    put(host, "Sysctls", spec.sysctls);
    put(host, "StorageOpt", spec.storage_options);
    put(host, "PidMode", spec.pid_mode);
    put(host, "IpcMode", spec.ipc_mode);
    put(host, "UTSMode", spec.uts_mode);
    put(host, "UsernsMode", spec.userns_mode);
    put(host, "CgroupnsMode", spec.cgroupns_mode);
    put(host, "CgroupParent", spec.cgroup_parent);
    put(host, "Runtime", spec.runtime);
    put(host, "Init", spec.init);
}

Json encode_host(const ContainerSpec& spec)
{
    Json host = Json::object();
    put(host, "Binds", spec.binds);
    for (const Mount& mount : spec.mounts)
        host["Mounts"].push_back(encode_mount(mount));
    put(host, "Tmpfs", spec.tmpfs);
    put(host, "VolumesFrom", spec.volumes_from);
    put(host, "VolumeDriver", spec.volume_driver);
    if (!spec.ports.empty())
        host["PortBindings"] = encode_ports(spec.ports);
    put(host, "PublishAllPorts", spec.publish_all_ports);
    std::string mode = spec.network_mode;
    if (mode.empty() && !spec.networks.empty())
        mode = spec.networks.front().network;
    host["NetworkMode"] = mode.empty() ? "default" : mode;
    put(host, "Links", spec.links);
    put(host, "Dns", spec.dns);
    put(host, "DnsOptions", spec.dns_options);
    put(host, "DnsSearch", spec.dns_search);
    put(host, "ExtraHosts", spec.extra_hosts);
    host["RestartPolicy"] = {{"Name", spec.restart.name.empty() ? "no" : spec.restart.name},
                             {"MaximumRetryCount", spec.restart.maximum_retries}};
    put(host, "AutoRemove", spec.auto_remove);
    if (!spec.log_driver.empty() || !spec.log_options.empty())
        host["LogConfig"] = {{"Type", spec.log_driver}, {"Config", spec.log_options}};
    encode_isolation(spec, host);
    encode_resources(spec, host);
    return host;
}

template <class Names>
Json encode_set(const Names& names)
{
    Json set = Json::object();
    for (const auto& name : names)
        set[name] = Json::object();
    return set;
}

Json encode_exposed(const ContainerSpec& spec)
{
    Json exposed = encode_set(spec.exposed_ports);
    for (const PortBinding& port : spec.ports)
        exposed[port_key(port.container_port, port.protocol)] = Json::object();
    return exposed;
}

} // namespace

Json encode_attachment(const NetworkAttachment& attachment)
{
    Json object = Json::object();
    put(object, "Aliases", attachment.aliases);
    put(object, "Links", attachment.links);
    put(object, "MacAddress", attachment.mac_address);
    put(object, "DriverOpts", attachment.driver_options);
    Json ipam = Json::object();
    put(ipam, "IPv4Address", attachment.ipv4_address);
    put(ipam, "IPv6Address", attachment.ipv6_address);
    if (!ipam.empty())
        object["IPAMConfig"] = ipam;
    return object;
}

std::string encode_container(const ContainerSpec& spec)
{
    Json object{
        {"Image", spec.image}, {"Tty", spec.tty}, {"OpenStdin", spec.open_stdin}, {"StdinOnce", spec.stdin_once}};
    object["AttachStdin"] = spec.attach_stdin;
    object["AttachStdout"] = spec.attach_stdout;
    object["AttachStderr"] = spec.attach_stderr;
    put(object, "Cmd", spec.command);
    put(object, "Entrypoint", spec.entrypoint);
    put(object, "Env", spec.environment);
    put(object, "Labels", spec.labels);
    put(object, "Hostname", spec.host_name);
    put(object, "Domainname", spec.domain_name);
    put(object, "User", spec.user);
    put(object, "WorkingDir", spec.working_directory);
    put(object, "MacAddress", spec.mac_address);
    put(object, "StopSignal", spec.stop_signal);
    put(object, "StopTimeout", spec.stop_timeout);
    put(object, "NetworkDisabled", spec.network_disabled);
    if (!spec.exposed_ports.empty() || !spec.ports.empty())
        object["ExposedPorts"] = encode_exposed(spec);
    if (!spec.volumes.empty())
        object["Volumes"] = encode_set(spec.volumes);
    if (spec.health)
        object["Healthcheck"] = encode_health(*spec.health);
    object["HostConfig"] = encode_host(spec);
    if (!spec.networks.empty())
        object["NetworkingConfig"]["EndpointsConfig"][spec.networks.front().network] =
            encode_attachment(spec.networks.front());
    return dump_json(object);
}

namespace {

/// "80/tcp" or "80"; 0 where it is no port.
PortBinding decode_port_key(std::string_view key)
{
    const auto [number, protocol] = split_once(key, '/');
    const std::uint64_t port = parse_unsigned(number).value_or(0);
    PortBinding binding;
    binding.container_port = port <= 65535 ? static_cast<std::uint16_t>(port) : std::uint16_t{0};
    if (!protocol.empty())
        binding.protocol = std::string(protocol);
    return binding;
}

std::uint16_t decode_port(std::string_view text)
{
    const std::uint64_t port = parse_unsigned(text).value_or(0);
    return port <= 65535 ? static_cast<std::uint16_t>(port) : std::uint16_t{0};
}

std::vector<PortBinding> decode_ports(const Json& object)
{
    std::vector<PortBinding> ports;
    if (!object.is_object())
        return ports;
    for (const auto& [key, bindings] : object.items()) {
        for (const Json& entry : bindings) {
            PortBinding binding = decode_port_key(key);
            binding.host_address = text_of(entry, "HostIp");
            const std::string host = text_of(entry, "HostPort");
            const auto [first, last] = split_once(host, '-');
            binding.host_port = decode_port(first);
            binding.host_port_last = decode_port(last);
            ports.push_back(std::move(binding));
        }
    }
    return ports;
}

Health decode_health(const Json& object)
{
    Health health;
    health.test = texts_of(object, "Test");
    health.interval = std::chrono::nanoseconds(number_of(object, "Interval"));
    health.timeout = std::chrono::nanoseconds(number_of(object, "Timeout"));
    health.start_period = std::chrono::nanoseconds(number_of(object, "StartPeriod"));
    health.retries = static_cast<int>(number_of(object, "Retries"));
    return health;
}

Mount decode_mount(const Json& object)
{
    Mount mount;
    mount.type = text_of(object, "Type");
    mount.source = text_of(object, "Source");
    mount.target = text_of(object, "Target");
    mount.read_only = flag_of(object, "ReadOnly");
    mount.consistency = text_of(object, "Consistency");
    const Json& bind = member_of(object, "BindOptions");
    mount.propagation = text_of(bind, "Propagation");
    mount.create_source = flag_of(bind, "CreateMountpoint");
    const Json& volume = member_of(object, "VolumeOptions");
    mount.no_copy = flag_of(volume, "NoCopy");
    mount.volume_labels = map_of(volume, "Labels");
    mount.volume_driver = text_of(member_of(volume, "DriverConfig"), "Name");
    mount.volume_options = map_of(member_of(volume, "DriverConfig"), "Options");
    const Json& tmpfs = member_of(object, "TmpfsOptions");
    mount.tmpfs_size = number_of(tmpfs, "SizeBytes");
    mount.tmpfs_mode = static_cast<unsigned>(number_of(tmpfs, "Mode"));
    return mount;
}

std::optional<bool> maybe_flag(const Json& object, std::string_view member)
{
    const Json& value = member_of(object, member);
    return value.is_boolean() ? std::optional<bool>(value.get<bool>()) : std::nullopt;
}

void decode_resources(const Json& host, ContainerSpec& spec)
{
    spec.memory = number_of(host, "Memory");
    spec.memory_swap = number_of(host, "MemorySwap");
    spec.memory_reservation = number_of(host, "MemoryReservation");
    spec.kernel_memory = number_of(host, "KernelMemory");
    if (member_of(host, "MemorySwappiness").is_number_integer())
        spec.memory_swappiness = number_of(host, "MemorySwappiness");
    spec.nano_cpus = number_of(host, "NanoCpus");
    spec.cpu_shares = number_of(host, "CpuShares");
    spec.cpu_period = number_of(host, "CpuPeriod");
    spec.cpu_quota = number_of(host, "CpuQuota");
    spec.cpuset_cpus = text_of(host, "CpusetCpus");
    spec.cpuset_mems = text_of(host, "CpusetMems");
    spec.pids_limit = number_of(host, "PidsLimit");
    spec.shm_size = number_of(host, "ShmSize");
    spec.blkio_weight = number_of(host, "BlkioWeight");
    spec.oom_kill_disable = maybe_flag(host, "OomKillDisable");
    spec.oom_score_adjust = static_cast<int>(number_of(host, "OomScoreAdj"));
    for (const Json& entry : member_of(host, "Ulimits"))
        spec.ulimits.push_back({text_of(entry, "Name"), number_of(entry, "Soft"), number_of(entry, "Hard")});
    for (const Json& entry : member_of(host, "Devices"))
        spec.devices.push_back(
            {text_of(entry, "PathOnHost"), text_of(entry, "PathInContainer"), text_of(entry, "CgroupPermissions")});
    spec.device_cgroup_rules = texts_of(host, "DeviceCgroupRules");
    for (const Json& entry : member_of(host, "DeviceRequests")) {
        DeviceRequest request{.driver = text_of(entry, "Driver"),
                              .count = number_of(entry, "Count"),
                              .ids = texts_of(entry, "DeviceIDs"),
                              .capabilities = {},
                              .options = map_of(entry, "Options")};
        for (const Json& set : member_of(entry, "Capabilities"))
            for (const Json& capability : set)
                if (capability.is_string())
                    request.capabilities.push_back(capability.get<std::string>());
        spec.device_requests.push_back(std::move(request));
    }
}

void decode_isolation(const Json& host, ContainerSpec& spec)
{
    spec.privileged = flag_of(host, "Privileged");
    spec.read_only = flag_of(host, "ReadonlyRootfs");
    spec.cap_add = texts_of(host, "CapAdd");
    spec.cap_drop = texts_of(host, "CapDrop");
    spec.security_options = texts_of(host, "SecurityOpt");
    spec.group_add = texts_of(host, "GroupAdd");
    spec.sysctls = map_of(host, "Sysctls");
    spec.storage_options = map_of(host, "StorageOpt");
    spec.pid_mode = text_of(host, "PidMode");
    spec.ipc_mode = text_of(host, "IpcMode");
    spec.uts_mode = text_of(host, "UTSMode");
    spec.userns_mode = text_of(host, "UsernsMode");
    spec.cgroupns_mode = text_of(host, "CgroupnsMode");
    spec.cgroup_parent = text_of(host, "CgroupParent");
    spec.runtime = text_of(host, "Runtime");
    spec.init = maybe_flag(host, "Init");
}

void decode_host(const Json& host, ContainerSpec& spec)
{
    spec.binds = texts_of(host, "Binds");
    for (const Json& entry : member_of(host, "Mounts"))
        spec.mounts.push_back(decode_mount(entry));
    spec.tmpfs = map_of(host, "Tmpfs");
    spec.volumes_from = texts_of(host, "VolumesFrom");
    spec.volume_driver = text_of(host, "VolumeDriver");
    spec.ports = decode_ports(member_of(host, "PortBindings"));
    spec.publish_all_ports = flag_of(host, "PublishAllPorts");
    spec.network_mode = text_of(host, "NetworkMode");
    spec.links = texts_of(host, "Links");
    spec.dns = texts_of(host, "Dns");
    spec.dns_options = texts_of(host, "DnsOptions");
    spec.dns_search = texts_of(host, "DnsSearch");
    spec.extra_hosts = texts_of(host, "ExtraHosts");
    const Json& restart = member_of(host, "RestartPolicy");
    spec.restart.name = text_of(restart, "Name", "no");
    if (spec.restart.name.empty())
        spec.restart.name = "no";
    spec.restart.maximum_retries = static_cast<int>(number_of(restart, "MaximumRetryCount"));
    spec.auto_remove = flag_of(host, "AutoRemove");
    const Json& log = member_of(host, "LogConfig");
    spec.log_driver = text_of(log, "Type");
    spec.log_options = map_of(log, "Config");
    decode_isolation(host, spec);
    decode_resources(host, spec);
}

ContainerState decode_state(const Json& object)
{
    ContainerState state;
    state.status = text_of(object, "Status");
    state.running = flag_of(object, "Running");
    state.paused = flag_of(object, "Paused");
    state.restarting = flag_of(object, "Restarting");
    state.oom_killed = flag_of(object, "OOMKilled");
    state.exit_code = static_cast<int>(number_of(object, "ExitCode"));
    state.pid = number_of(object, "Pid");
    state.error = text_of(object, "Error");
    state.started_at = text_of(object, "StartedAt");
    state.finished_at = text_of(object, "FinishedAt");
    state.health = text_of(member_of(object, "Health"), "Status");
    if (state.health == "none")
        state.health.clear();
    return state;
}

void decode_networks(const Json& networks, ContainerDetails& details)
{
    if (!networks.is_object())
        return;
    for (const auto& [name, entry] : networks.items()) {
        NetworkAddress address{name,
                               text_of(entry, "NetworkID"),
                               text_of(entry, "IPAddress"),
                               text_of(entry, "GlobalIPv6Address"),
                               text_of(entry, "Gateway"),
                               text_of(entry, "MacAddress"),
                               texts_of(entry, "Aliases")};
        const Json& ipam = member_of(entry, "IPAMConfig");
        details.spec.networks.push_back({name,
                                         address.aliases,
                                         texts_of(entry, "Links"),
                                         text_of(ipam, "IPv4Address"),
                                         text_of(ipam, "IPv6Address"),
                                         {},
                                         map_of(entry, "DriverOpts")});
        // In a network that a user made, links are of the place in it: the container itself shows none.
        if (details.spec.links.empty())
            details.spec.links = details.spec.networks.back().links;
        details.networks.push_back(std::move(address));
    }
}

std::string without_slash(std::string name)
{
    if (name.starts_with('/'))
        name.erase(0, 1);
    return name;
}

} // namespace

void decode_config(const Json& config, ContainerSpec& spec)
{
    spec.command = texts_of(config, "Cmd");
    if (member_of(config, "Entrypoint").is_array())
        spec.entrypoint = texts_of(config, "Entrypoint");
    spec.environment = texts_of(config, "Env");
    spec.labels = map_of(config, "Labels");
    spec.host_name = text_of(config, "Hostname");
    spec.domain_name = text_of(config, "Domainname");
    spec.user = text_of(config, "User");
    spec.working_directory = text_of(config, "WorkingDir");
    spec.mac_address = text_of(config, "MacAddress");
    spec.stop_signal = text_of(config, "StopSignal");
    if (member_of(config, "StopTimeout").is_number_integer())
        spec.stop_timeout = static_cast<int>(number_of(config, "StopTimeout"));
    spec.tty = flag_of(config, "Tty");
    spec.open_stdin = flag_of(config, "OpenStdin");
    spec.stdin_once = flag_of(config, "StdinOnce");
    spec.attach_stdin = flag_of(config, "AttachStdin");
    spec.attach_stdout = flag_of(config, "AttachStdout");
    spec.attach_stderr = flag_of(config, "AttachStderr");
    spec.network_disabled = flag_of(config, "NetworkDisabled");
    spec.exposed_ports = keys_of(config, "ExposedPorts");
    spec.volumes = keys_of(config, "Volumes");
    if (member_of(config, "Healthcheck").is_object())
        spec.health = decode_health(member_of(config, "Healthcheck"));
}

ContainerDetails decode_container(std::string document)
{
    const Json object = parse_json(document, "the engine's answer about a container");
    ContainerDetails details;
    details.id = text_of(object, "Id");
    details.name = without_slash(text_of(object, "Name"));
    details.created = text_of(object, "Created");
    details.image_id = text_of(object, "Image");
    details.path = text_of(object, "Path");
    details.arguments = texts_of(object, "Args");
    details.restart_count = static_cast<int>(number_of(object, "RestartCount"));
    details.state = decode_state(member_of(object, "State"));
    const Json& config = member_of(object, "Config");
    decode_config(config, details.spec);
    decode_host(member_of(object, "HostConfig"), details.spec);
    details.spec.name = details.name;
    details.spec.image = text_of(config, "Image");
    for (const Json& entry : member_of(object, "Mounts"))
        details.mounts.push_back({text_of(entry, "Type"), text_of(entry, "Name"), text_of(entry, "Source"),
                                  text_of(entry, "Destination"), text_of(entry, "Mode"), flag_of(entry, "RW", true)});
    const Json& settings = member_of(object, "NetworkSettings");
    decode_networks(member_of(settings, "Networks"), details);
    details.published = decode_ports(member_of(settings, "Ports"));
    details.document = std::move(document);
    return details;
}

std::vector<ContainerSummary> decode_container_list(std::string_view document)
{
    std::vector<ContainerSummary> list;
    for (const Json& entry : parse_json(document, "the engine's list of containers")) {
        ContainerSummary row;
        row.id = text_of(entry, "Id");
        for (std::string& name : texts_of(entry, "Names"))
            row.names.push_back(without_slash(std::move(name)));
        row.image = text_of(entry, "Image");
        row.image_id = text_of(entry, "ImageID");
        row.command = text_of(entry, "Command");
        row.created = number_of(entry, "Created");
        for (const Json& port : member_of(entry, "Ports"))
            row.ports.push_back({text_of(port, "IP"), static_cast<std::uint16_t>(number_of(port, "PrivatePort")),
                                 static_cast<std::uint16_t>(number_of(port, "PublicPort")), text_of(port, "Type")});
        row.labels = map_of(entry, "Labels");
        row.state = text_of(entry, "State");
        row.status = text_of(entry, "Status");
        row.networks = keys_of(member_of(entry, "NetworkSettings"), "Networks");
        for (const Json& mount : member_of(entry, "Mounts")) {
            row.mounts.push_back(text_of(mount, text_of(mount, "Name").empty() ? "Source" : "Name"));
            row.local_volumes += text_of(mount, "Driver") == "local";
        }
        row.size_written = number_of(entry, "SizeRw");
        row.size_root = number_of(entry, "SizeRootFs");
        list.push_back(std::move(row));
    }
    return list;
}

Created decode_created(std::string_view document)
{
    const Json object = parse_json(document, "the engine's answer");
    Created created{text_of(object, "Id"), texts_of(object, "Warnings")};
    if (const std::string warning = text_of(object, "Warning"); !warning.empty())
        created.warnings.push_back(warning);
    return created;
}

int decode_wait(std::string_view document)
{
    const Json object = parse_json(document, "the engine's answer about an end");
    if (const std::string message = text_of(member_of(object, "Error"), "Message"); !message.empty())
        throw Error(ErrorKind::failed, "{}", message);
    return static_cast<int>(number_of(object, "StatusCode"));
}

std::vector<std::vector<std::string>> decode_top(std::string_view document)
{
    const Json object = parse_json(document, "the engine's list of processes");
    std::vector<std::vector<std::string>> rows{texts_of(object, "Titles")};
    for (const Json& entry : member_of(object, "Processes"))
        rows.push_back(texts_of(Json{{"row", entry}}, "row"));
    return rows;
}

std::optional<Containers::PathStat> decode_path_stat(std::string_view header)
{
    const auto text = decode_base64(header);
    if (!text)
        return std::nullopt;
    const Json object = parse_json(*text, "the engine's answer about a path");
    return Containers::PathStat{text_of(object, "name"), number_of(object, "size"),
                                static_cast<std::uint32_t>(number_of(object, "mode")), text_of(object, "linkTarget")};
}

} // namespace dfriends::engine
