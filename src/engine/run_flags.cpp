// SPDX-License-Identifier: Apache-2.0
#include "engine/run_flags.hpp"

#include "base/duration.hpp"
#include "base/error.hpp"
#include "base/size.hpp"
#include "base/text.hpp"
#include "net/endpoint.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace dfriends::engine {

namespace {

/// What the flags add up to before the rules between them are applied.
struct Draft {
    RunRequest& request;
    const RunSources& sources;
    std::vector<std::string> file_environment; ///< of --env-file; comes before that of -e, wherever it stood
    std::vector<std::string> environment;
    Labels file_labels;
    Labels labels;
    NetworkAttachment first_network; ///< --ip, --network-alias, …: of the first network
    bool has_health = false;
    bool without_health = false;
    bool interactive = false;
    ContainerSpec& spec() { return request.spec; }
    Health& health()
    {
        has_health = true;
        if (!spec().health)
            spec().health.emplace();
        return *spec().health;
    }
};

using Text = const std::string&;

bool is_true(Text value)
{
    return value == "true";
}

std::int64_t integer(Text value)
{
    const auto number = parse_signed(value);
    if (!number)
        throw Error(ErrorKind::usage, "'{}' is not a number", printable(value));
    return *number;
}

int small_integer(Text value)
{
    const std::int64_t number = integer(value);
    if (number < -1'000'000'000 || number > 1'000'000'000)
        throw Error(ErrorKind::usage, "'{}' is out of range", printable(value));
    return static_cast<int>(number);
}

std::int64_t bytes(Text value)
{
    if (value == "-1")
        return -1;
    const auto size = parse_size(value);
    if (!size || *size > static_cast<std::uint64_t>(INT64_MAX))
        throw Error(ErrorKind::usage, "invalid size: '{}'", printable(value));
    return static_cast<std::int64_t>(*size);
}

/// Go's: "1.5h", "300ms", "10us", one after the other.
std::optional<std::chrono::nanoseconds> parse_go_duration(std::string_view text)
{
    static constexpr auto units = std::to_array<std::pair<std::string_view, std::int64_t>>({{"ns", 1},
                                                                                            {"us", 1'000},
                                                                                            {"ms", 1'000'000},
                                                                                            {"s", 1'000'000'000},
                                                                                            {"m", 60'000'000'000},
                                                                                            {"h", 3'600'000'000'000}});
    constexpr double longest = 9e18;
    double total = 0;
    while (!text.empty()) {
        const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
        const std::size_t letters = std::min(text.find_first_of("0123456789.", digits), text.size());
        const auto [whole, fraction] = split_once(text.substr(0, digits), '.');
        const auto unit = std::ranges::find(units, text.substr(digits, letters - digits),
                                            &std::pair<std::string_view, std::int64_t>::first);
        const auto number = whole.empty() ? std::optional<std::uint64_t>(0) : parse_unsigned(whole);
        const auto part = fraction.empty() ? std::optional<std::uint64_t>(0) : parse_unsigned(fraction);
        if (unit == units.end() || !number || !part || (whole.empty() && fraction.empty()) || fraction.size() > 18)
            return std::nullopt;
        const double scale = std::pow(10.0, static_cast<double>(fraction.size()));
        total +=
            (static_cast<double>(*number) + static_cast<double>(*part) / scale) * static_cast<double>(unit->second);
        if (total > longest)
            return std::nullopt;
        text.remove_prefix(letters);
    }
    return std::chrono::nanoseconds(static_cast<std::int64_t>(std::llround(total)));
}

std::chrono::nanoseconds duration(Text value)
{
    if (const auto read = value.empty() ? std::nullopt : parse_go_duration(value))
        return *read;
    const auto read = parse_duration(value); // also "1d", and seconds without a unit
    if (!read)
        throw Error(ErrorKind::usage, "invalid duration \"{}\"", printable(value));
    return *read;
}

/// "1.5" as 1500000000, without a detour over binary fractions.
std::int64_t nano_cpus(Text value)
{
    const auto [whole, fraction] = split_once(value, '.');
    const auto units = whole.empty() && !fraction.empty() ? std::optional<std::uint64_t>(0) : parse_unsigned(whole);
    std::string digits(fraction);
    digits.resize(std::max<std::size_t>(digits.size(), 9), '0');
    const auto parts = parse_unsigned(std::string_view(digits).substr(0, 9));
    if (!units || !parts || *units > 1'000'000 || digits.find_first_not_of("0123456789") != std::string::npos ||
        digits.find_first_not_of('0', 9) != std::string::npos)
        throw Error(ErrorKind::usage, "failed to parse {} as a rational number", printable(value));
    return static_cast<std::int64_t>(*units * 1'000'000'000 + *parts);
}

std::pair<std::string, std::string> pair_of(Text value)
{
    const auto [key, content] = split_once(value, '=');
    return {std::string(key), std::string(content)};
}

std::string read_text(const RunSources& sources, const std::string& path)
{
    return sources.read_file ? sources.read_file(path) : os::read_file(path, 8U << 20U);
}

void add_environment(Draft& draft, Text value)
{
    if (value.empty() || value.front() == '=')
        throw Error(ErrorKind::usage, "invalid environment variable: {}", printable(value));
    if (value.find('=') != std::string::npos) {
        draft.environment.push_back(value);
        return;
    }
    // A bare name takes the value from here; where it has none the variable is left out.
    if (const char* const found =
            draft.sources.environment ? draft.sources.environment(value.c_str()) : std::getenv(value.c_str()))
        draft.environment.push_back(value + "=" + found);
}

void add_environment_file(Draft& draft, Text value)
{
    for (std::string& entry : parse_environment_file(read_text(draft.sources, value), value, draft.sources))
        draft.file_environment.push_back(std::move(entry));
}

void add_label(Draft& draft, Text value)
{
    const auto [key, content] = pair_of(value);
    if (key.empty())
        throw Error(ErrorKind::usage, "invalid label: '{}'", printable(value));
    draft.labels[key] = content;
}

void add_label_file(Draft& draft, Text value)
{
    for (const std::string& entry : parse_environment_file(read_text(draft.sources, value), value, draft.sources)) {
        const auto [key, content] = pair_of(entry);
        draft.file_labels[key] = content;
    }
}

void add_network(Draft& draft, Text value)
{
    NetworkAttachment attachment;
    attachment.network = value;
    if (value.find('=') != std::string::npos) { // "name=web,alias=a,ip=10.0.0.2"
        attachment.network.clear();
        for (const std::string_view field : split(value, ',')) {
            const auto [key, content] = split_once(field, '=');
            if (key == "name")
                attachment.network = std::string(content);
            else if (key == "alias")
                attachment.aliases.emplace_back(content);
            else if (key == "ip")
                attachment.ipv4_address = std::string(content);
            else if (key == "ip6")
                attachment.ipv6_address = std::string(content);
            else if (key == "mac-address")
                attachment.mac_address = std::string(content);
            else
                throw Error(ErrorKind::usage, "invalid field key {}", printable(key));
        }
    }
    if (attachment.network.empty())
        throw Error(ErrorKind::usage, "a network's name is missing in '{}'", printable(value));
    draft.spec().networks.push_back(std::move(attachment));
}

void add_security_option(Draft& draft, Text value)
{
    // The engine wants the profile itself, not the name of a file on this side.
    const auto [key, content] = pair_of(value);
    const bool is_file = key == "seccomp" && !content.empty() && content != "unconfined" && content != "builtin";
    draft.spec().security_options.push_back(is_file ? "seccomp=" + read_text(draft.sources, content) : value);
}

void set_attached(Draft& draft, Text value)
{
    const std::string stream = to_lower(value);
    if (stream != "stdin" && stream != "stdout" && stream != "stderr")
        throw Error(ErrorKind::usage, "valid streams are STDIN, STDOUT and STDERR");
    draft.request.attached.push_back(stream);
}

void set_pull(Draft& draft, Text value)
{
    if (value != "always" && value != "missing" && value != "never")
        throw Error(ErrorKind::usage, "invalid pull option: '{}': must be one of \"always\", \"missing\" or \"never\"",
                    printable(value));
    draft.request.pull = value;
}

void set_address(std::string& into, Text value)
{
    if (!net::is_address(value))
        throw Error(ErrorKind::usage, "invalid IP address: {}", printable(value));
    into = value;
}

void add_publish(Draft& draft, Text value)
{
    for (PortBinding& binding : parse_publish(value))
        draft.spec().ports.push_back(std::move(binding));
}

void add_expose(Draft& draft, Text value)
{
    for (std::string& key : parse_expose(value))
        draft.spec().exposed_ports.push_back(std::move(key));
}

void add_tmpfs(Draft& draft, Text value)
{
    const auto [path, options] = split_once(value, ':');
    if (!path.starts_with('/'))
        throw Error(ErrorKind::usage, "invalid tmpfs path: '{}' must be absolute", printable(path));
    draft.spec().tmpfs[std::string(path)] = std::string(options);
}

void add_dns(Draft& draft, Text value)
{
    std::string address;
    set_address(address, value);
    draft.spec().dns.push_back(address);
}

void set_stop_signal(Draft& draft, Text value)
{
    draft.spec().stop_signal = value;
}

struct Row {
    Flag flag;
    void (*apply)(Draft& draft, Text value);
};

// clang-format off
const std::vector<Row>& rows()
{
    static const std::vector<Row> table{
        {{"add-host", 0, true, "HOST:IP", "Add a line to /etc/hosts"}, [](Draft& d, Text v) { d.spec().extra_hosts.push_back(parse_extra_host(v)); }},
        {{"attach", 'a', true, "STREAM", "Attach to stdin, stdout or stderr"}, set_attached},
        {{"blkio-weight", 0, true, "N", "Relative weight of block I/O, 10 to 1000"}, [](Draft& d, Text v) { d.spec().blkio_weight = integer(v); }},
        {{"cap-add", 0, true, "CAPABILITY", "Add a Linux capability"}, [](Draft& d, Text v) { d.spec().cap_add.push_back(v); }},
        {{"cap-drop", 0, true, "CAPABILITY", "Drop a Linux capability"}, [](Draft& d, Text v) { d.spec().cap_drop.push_back(v); }},
        {{"cgroup-parent", 0, true, "CGROUP", "Parent control group"}, [](Draft& d, Text v) { d.spec().cgroup_parent = v; }},
        {{"cgroupns", 0, true, "MODE", "Control group namespace: host or private"}, [](Draft& d, Text v) { d.spec().cgroupns_mode = v; }},
        {{"cidfile", 0, true, "FILE", "Write the container's id to a file"}, [](Draft& d, Text v) { d.request.id_file = v; }},
        {{"cpu-period", 0, true, "MICROSECONDS", "Period of the CPU quota"}, [](Draft& d, Text v) { d.spec().cpu_period = integer(v); }},
        {{"cpu-quota", 0, true, "MICROSECONDS", "CPU time in each period"}, [](Draft& d, Text v) { d.spec().cpu_quota = integer(v); }},
        {{"cpu-shares", 'c', true, "N", "Relative weight of CPU time"}, [](Draft& d, Text v) { d.spec().cpu_shares = integer(v); }},
        {{"cpus", 0, true, "NUMBER", "Number of CPUs, such as 1.5"}, [](Draft& d, Text v) { d.spec().nano_cpus = nano_cpus(v); }},
        {{"cpuset-cpus", 0, true, "LIST", "CPUs to run on (0-3, 0,1)"}, [](Draft& d, Text v) { d.spec().cpuset_cpus = v; }},
        {{"cpuset-mems", 0, true, "LIST", "Memory nodes to use"}, [](Draft& d, Text v) { d.spec().cpuset_mems = v; }},
        {{"detach", 'd', false, "", "Run in the background and print the container's id"}, [](Draft& d, Text v) { d.request.detach = is_true(v); }},
        {{"detach-keys", 0, true, "KEYS", "Keys that detach from the container"}, [](Draft& d, Text v) { d.request.detach_keys = v; }},
        {{"device", 0, true, "DEVICE", "Add a device of the host"}, [](Draft& d, Text v) { d.spec().devices.push_back(parse_device(v)); }},
        {{"device-cgroup-rule", 0, true, "RULE", "Add a rule to the list of allowed devices"}, [](Draft& d, Text v) { d.spec().device_cgroup_rules.push_back(v); }},
        {{"disable-content-trust", 0, false, "", "Accepted for compatibility; images are never verified"}, [](Draft&, Text) {}},
        {{"dns", 0, true, "IP", "Set a DNS server"}, add_dns},
        {{"dns-opt", 0, true, "OPTION", "The same as --dns-option"}, [](Draft& d, Text v) { d.spec().dns_options.push_back(v); }},
        {{"dns-option", 0, true, "OPTION", "Set a DNS option"}, [](Draft& d, Text v) { d.spec().dns_options.push_back(v); }},
        {{"dns-search", 0, true, "DOMAIN", "Set a DNS search domain"}, [](Draft& d, Text v) { d.spec().dns_search.push_back(v); }},
        {{"domainname", 0, true, "NAME", "Domain name of the container"}, [](Draft& d, Text v) { d.spec().domain_name = v; }},
        {{"entrypoint", 0, true, "PROGRAM", "Replace the image's entrypoint"}, [](Draft& d, Text v) { d.spec().entrypoint = std::vector<std::string>{v}; }},
        {{"env", 'e', true, "NAME[=VALUE]", "Set an environment variable"}, add_environment},
        {{"env-file", 0, true, "FILE", "Read environment variables from a file"}, add_environment_file},
        {{"expose", 0, true, "PORT", "Expose a port or a range of them"}, add_expose},
        {{"gpus", 0, true, "GPUS", "GPUs to use: all, a number, or device=ID"}, [](Draft& d, Text v) { d.spec().device_requests.push_back(parse_gpus(v)); }},
        {{"group-add", 0, true, "GROUP", "Add a group to the process"}, [](Draft& d, Text v) { d.spec().group_add.push_back(v); }},
        {{"health-cmd", 0, true, "COMMAND", "Command that checks the container's health"}, [](Draft& d, Text v) { d.health().test = {"CMD-SHELL", v}; }},
        {{"health-interval", 0, true, "DURATION", "Time between two checks"}, [](Draft& d, Text v) { d.health().interval = duration(v); }},
        {{"health-retries", 0, true, "N", "Failures in a row that mean unhealthy"}, [](Draft& d, Text v) { d.health().retries = small_integer(v); }},
        {{"health-start-period", 0, true, "DURATION", "Time before failures count"}, [](Draft& d, Text v) { d.health().start_period = duration(v); }},
        {{"health-timeout", 0, true, "DURATION", "Longest time of one check"}, [](Draft& d, Text v) { d.health().timeout = duration(v); }},
        {{"hostname", 'h', true, "NAME", "Host name of the container"}, [](Draft& d, Text v) { d.spec().host_name = v; }},
        {{"init", 0, false, "", "Run an init that forwards signals and reaps processes"}, [](Draft& d, Text v) { d.spec().init = is_true(v); }},
        {{"interactive", 'i', false, "", "Keep stdin open"}, [](Draft& d, Text v) { d.interactive = is_true(v); }},
        {{"ip", 0, true, "IP", "IPv4 address in the first network"}, [](Draft& d, Text v) { set_address(d.first_network.ipv4_address, v); }},
        {{"ip6", 0, true, "IP", "IPv6 address in the first network"}, [](Draft& d, Text v) { set_address(d.first_network.ipv6_address, v); }},
        {{"ipc", 0, true, "MODE", "IPC namespace"}, [](Draft& d, Text v) { d.spec().ipc_mode = v; }},
        {{"kernel-memory", 0, true, "SIZE", "Limit of kernel memory"}, [](Draft& d, Text v) { d.spec().kernel_memory = bytes(v); }},
        {{"label", 'l', true, "KEY[=VALUE]", "Set a label"}, add_label},
        {{"label-file", 0, true, "FILE", "Read labels from a file"}, add_label_file},
        {{"link", 0, true, "CONTAINER[:ALIAS]", "Link to another container"}, [](Draft& d, Text v) { d.spec().links.push_back(v); }},
        {{"log-driver", 0, true, "DRIVER", "Log driver"}, [](Draft& d, Text v) { d.spec().log_driver = v; }},
        {{"log-opt", 0, true, "KEY=VALUE", "Option of the log driver"}, [](Draft& d, Text v) { d.spec().log_options.insert_or_assign(pair_of(v).first, pair_of(v).second); }},
        {{"mac-address", 0, true, "ADDRESS", "MAC address"}, [](Draft& d, Text v) { d.spec().mac_address = v; }},
        {{"memory", 'm', true, "SIZE", "Limit of memory"}, [](Draft& d, Text v) { d.spec().memory = bytes(v); }},
        {{"memory-reservation", 0, true, "SIZE", "Soft limit of memory"}, [](Draft& d, Text v) { d.spec().memory_reservation = bytes(v); }},
        {{"memory-swap", 0, true, "SIZE", "Limit of memory and swap; -1 for unlimited swap"}, [](Draft& d, Text v) { d.spec().memory_swap = bytes(v); }},
        {{"memory-swappiness", 0, true, "N", "Swappiness, 0 to 100"}, [](Draft& d, Text v) { const std::int64_t n = integer(v); if (n != -1) d.spec().memory_swappiness = n; }},
        {{"mount", 0, true, "MOUNT", "Attach a file system: type=bind|volume|tmpfs,source=SOURCE,target=PATH"}, [](Draft& d, Text v) { d.spec().mounts.push_back(parse_mount(v)); }},
        {{"name", 0, true, "NAME", "Name of the container"}, [](Draft& d, Text v) { d.spec().name = v; }},
        {{"net", 0, true, "NETWORK", "The same as --network"}, add_network},
        {{"net-alias", 0, true, "ALIAS", "The same as --network-alias"}, [](Draft& d, Text v) { d.first_network.aliases.push_back(v); }},
        {{"network", 0, true, "NETWORK", "Connect to a network"}, add_network},
        {{"network-alias", 0, true, "ALIAS", "Further name in the first network"}, [](Draft& d, Text v) { d.first_network.aliases.push_back(v); }},
        {{"no-healthcheck", 0, false, "", "Disable the image's health check"}, [](Draft& d, Text v) { d.without_health = is_true(v); }},
        {{"oom-kill-disable", 0, false, "", "Disable the out-of-memory killer"}, [](Draft& d, Text v) { d.spec().oom_kill_disable = is_true(v); }},
        {{"oom-score-adj", 0, true, "N", "Preference of the out-of-memory killer, -1000 to 1000"}, [](Draft& d, Text v) { d.spec().oom_score_adjust = small_integer(v); }},
        {{"pid", 0, true, "MODE", "PID namespace"}, [](Draft& d, Text v) { d.spec().pid_mode = v; }},
        {{"pids-limit", 0, true, "N", "Limit of processes; -1 for none"}, [](Draft& d, Text v) { d.spec().pids_limit = integer(v); }},
        {{"platform", 0, true, "PLATFORM", "Platform of the image"}, [](Draft& d, Text v) { d.spec().platform = v; }},
        {{"privileged", 0, false, "", "Give extended privileges"}, [](Draft& d, Text v) { d.spec().privileged = is_true(v); }},
        {{"publish", 'p', true, "[[IP:]HOST:]PORT[/PROTO]", "Publish a port or a range of them"}, add_publish},
        {{"publish-all", 'P', false, "", "Publish all exposed ports to random ones"}, [](Draft& d, Text v) { d.spec().publish_all_ports = is_true(v); }},
        {{"pull", 0, true, "WHEN", "Pull the image first: always, missing or never"}, set_pull},
        {{"quiet", 'q', false, "", "Do not show the progress of a pull"}, [](Draft& d, Text v) { d.request.quiet = is_true(v); }},
        {{"read-only", 0, false, "", "Mount the root file system read-only"}, [](Draft& d, Text v) { d.spec().read_only = is_true(v); }},
        {{"restart", 0, true, "POLICY", "Restart policy: no, always, unless-stopped, on-failure[:N]"}, [](Draft& d, Text v) { d.spec().restart = parse_restart(v); }},
        {{"rm", 0, false, "", "Remove the container when it ends"}, [](Draft& d, Text v) { d.spec().auto_remove = is_true(v); }},
        {{"runtime", 0, true, "NAME", "Runtime of the container"}, [](Draft& d, Text v) { d.spec().runtime = v; }},
        {{"security-opt", 0, true, "OPTION", "Security option"}, add_security_option},
        {{"shm-size", 0, true, "SIZE", "Size of /dev/shm"}, [](Draft& d, Text v) { d.spec().shm_size = bytes(v); }},
        {{"sig-proxy", 0, false, "", "Pass signals on to the process (the default)"}, [](Draft& d, Text v) { d.request.proxy_signals = is_true(v); }},
        {{"stop-signal", 0, true, "SIGNAL", "Signal that stops the container"}, set_stop_signal},
        {{"stop-timeout", 0, true, "SECONDS", "Time to stop before it is killed"}, [](Draft& d, Text v) { d.spec().stop_timeout = small_integer(v); }},
        {{"storage-opt", 0, true, "KEY=VALUE", "Option of the storage driver"}, [](Draft& d, Text v) { d.spec().storage_options.insert_or_assign(pair_of(v).first, pair_of(v).second); }},
        {{"sysctl", 0, true, "KEY=VALUE", "Kernel parameter of the namespaces"}, [](Draft& d, Text v) { d.spec().sysctls.insert_or_assign(pair_of(v).first, pair_of(v).second); }},
        {{"tmpfs", 0, true, "PATH[:OPTIONS]", "Mount a tmpfs"}, add_tmpfs},
        {{"tty", 't', false, "", "Allocate a terminal"}, [](Draft& d, Text v) { d.spec().tty = is_true(v); }},
        {{"ulimit", 0, true, "NAME=SOFT[:HARD]", "Limit of resources"}, [](Draft& d, Text v) { d.spec().ulimits.push_back(parse_ulimit(v)); }},
        {{"user", 'u', true, "USER[:GROUP]", "User name or id"}, [](Draft& d, Text v) { d.spec().user = v; }},
        {{"userns", 0, true, "MODE", "User namespace"}, [](Draft& d, Text v) { d.spec().userns_mode = v; }},
        {{"uts", 0, true, "MODE", "UTS namespace"}, [](Draft& d, Text v) { d.spec().uts_mode = v; }},
        {{"volume", 'v', true, "[SOURCE:]PATH[:MODE]", "Mount a volume or a path of the host"}, [](Draft& d, Text v) { apply_volume(d.spec(), v); }},
        {{"volume-driver", 0, true, "DRIVER", "Driver of the container's volumes"}, [](Draft& d, Text v) { d.spec().volume_driver = v; }},
        {{"volumes-from", 0, true, "CONTAINER", "Mount the volumes of another container"}, [](Draft& d, Text v) { d.spec().volumes_from.push_back(v); }},
        {{"workdir", 'w', true, "DIR", "Working directory"}, [](Draft& d, Text v) { d.spec().working_directory = v; }},
    };
    return table;
}
// clang-format on

void apply_flag(Draft& draft, const Flag& flag, const std::string& value)
{
    const auto row =
        std::ranges::find_if(rows(), [&](const Row& candidate) { return candidate.flag.name == flag.name; });
    try {
        row->apply(draft, value);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::usage || error.position().line != 0)
            throw;
        Error told(ErrorKind::usage, "invalid argument \"{}\" for \"{}\" flag: {}", printable(value), flag_title(flag),
                   error.message());
        if (!error.hint().empty())
            told.hint(error.hint());
        throw told;
    }
}

void join_networks(Draft& draft)
{
    ContainerSpec& spec = draft.spec();
    NetworkAttachment& own = draft.first_network;
    const bool has_own = !own.aliases.empty() || !own.ipv4_address.empty() || !own.ipv6_address.empty();
    if (spec.networks.empty() && !has_own)
        return;
    if (spec.networks.empty())
        spec.networks.push_back({.network = "default"});
    NetworkAttachment& first = spec.networks.front();
    spec.network_mode = first.network;
    first.aliases.insert(first.aliases.end(), own.aliases.begin(), own.aliases.end());
    if (!own.ipv4_address.empty())
        first.ipv4_address = own.ipv4_address;
    if (!own.ipv6_address.empty())
        first.ipv6_address = own.ipv6_address;
    const bool is_user_defined = first.network != "default" && first.network != "bridge" && first.network != "host" &&
                                 first.network != "none" && !first.network.starts_with("container:");
    if (is_user_defined)
        first.links = spec.links;
    const bool joins_by_mode_only =
        first.network == "host" || first.network == "none" || first.network.starts_with("container:");
    if (joins_by_mode_only && spec.networks.size() > 1)
        throw Error(ErrorKind::usage,
                    "conflicting options: cannot attach both user-defined and non-user-defined network-modes");
    if (joins_by_mode_only || (!is_user_defined && !has_own))
        spec.networks.erase(spec.networks.begin());
}

void settle_streams(Draft& draft)
{
    ContainerSpec& spec = draft.spec();
    const auto attached = [&](std::string_view stream) {
        return std::ranges::find(draft.request.attached, stream) != draft.request.attached.end();
    };
    if (draft.request.detach && !draft.request.attached.empty())
        throw Error(ErrorKind::usage, "conflicting options: -a and -d");
    spec.open_stdin = draft.interactive;
    const bool listed = !draft.request.attached.empty();
    spec.attach_stdin = !draft.request.detach && (listed ? attached("stdin") : draft.interactive);
    spec.attach_stdout = !draft.request.detach && (!listed || attached("stdout"));
    spec.attach_stderr = !draft.request.detach && (!listed || attached("stderr"));
    spec.stdin_once = spec.open_stdin && spec.attach_stdin;
    if (spec.tty)
        draft.request.proxy_signals = false; // the terminal itself makes signals of keys
}

void settle(Draft& draft)
{
    ContainerSpec& spec = draft.spec();
    spec.environment.insert(spec.environment.end(), draft.file_environment.begin(), draft.file_environment.end());
    spec.environment.insert(spec.environment.end(), draft.environment.begin(), draft.environment.end());
    for (const auto& [key, value] : draft.file_labels)
        spec.labels[key] = value;
    for (const auto& [key, value] : draft.labels)
        spec.labels[key] = value;
    if (draft.without_health && draft.has_health)
        throw Error(ErrorKind::usage, "--no-healthcheck conflicts with --health-* options");
    if (draft.without_health)
        spec.health = Health{.test = {"NONE"}};
    if (spec.auto_remove && spec.restart.name != "no")
        throw Error(ErrorKind::usage, "conflicting options: cannot specify both --restart and --rm");
    if (spec.nano_cpus != 0 && (spec.cpu_period != 0 || spec.cpu_quota != 0))
        throw Error(ErrorKind::usage, "conflicting options: --cpus and --cpu-period or --cpu-quota");
    join_networks(draft);
    settle_streams(draft);
}

void apply_words(RunRequest& request, const ParsedFlags& parsed, const RunSources& sources)
{
    Draft draft{.request = request,
                .sources = sources,
                .file_environment = {},
                .environment = {},
                .file_labels = {},
                .labels = {},
                .first_network = {}};
    draft.interactive = request.spec.open_stdin;
    for (const auto& [flag, value] : parsed.flags)
        apply_flag(draft, *flag, value);
    settle(draft);
}

} // namespace

std::span<const Flag> run_flags()
{
    static const std::vector<Flag> flags = [] {
        std::vector<Flag> list;
        for (const Row& row : rows())
            list.push_back(row.flag);
        return list;
    }();
    return flags;
}

RunRequest parse_run(const std::vector<std::string>& words, const RunSources& sources)
{
    const ParsedFlags parsed = parse_flags(run_flags(), words, false);
    RunRequest request;
    if (parsed.wants_help) {
        request.wants_help = true;
        return request;
    }
    if (parsed.arguments.empty() || parsed.arguments.front().empty())
        throw Error(ErrorKind::usage, "an image is required");
    apply_words(request, parsed, sources);
    request.spec.image = parsed.arguments.front();
    request.spec.command.assign(parsed.arguments.begin() + 1, parsed.arguments.end());
    return request;
}

void apply_run_flags(RunRequest& request, const std::vector<std::string>& words, const RunSources& sources)
{
    const ParsedFlags parsed = parse_flags(run_flags(), words, true);
    if (!parsed.arguments.empty())
        throw Error(ErrorKind::usage, "'{}' is not a flag of docker run", printable(parsed.arguments.front()));
    apply_words(request, parsed, sources);
}

} // namespace dfriends::engine
