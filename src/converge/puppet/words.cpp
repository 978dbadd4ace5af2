// SPDX-License-Identifier: Apache-2.0
#include "converge/puppet/words.hpp"

#include <algorithm>
#include <array>

namespace dfriends::converge::puppet {

namespace {

using enum Conversion;

constexpr std::string_view by_exec = "use the resource type exec, before or after this one";
constexpr std::string_view by_daemon_json =
    "write its key under 'daemon' of docker_engine in a native manifest, or into /etc/docker/daemon.json";
constexpr std::string_view by_network_options = "make the network with an exec, guarded by 'unless'";

constexpr auto docker_class = std::to_array<ParameterRow>({
    {"bip", "bip", daemon},
    {"bridge", "bridge", daemon},
    {"default_gateway", "default-gateway", daemon},
    {"dm_basesize", by_daemon_json, refused},
    {"dns", "dns", daemon_list},
    {"dns_search", "dns-search", daemon_list},
    {"docker_ce_package_name", "", ignored},
    {"docker_command", "", ignored},
    {"docker_group", "", ignored},
    {"docker_users", "name them as members of a group resource", refused},
    {"ensure", "", apart},
    {"execdriver", "", ignored},
    {"extra_parameters", by_daemon_json, refused},
    {"fixed_cidr", "fixed-cidr", daemon},
    {"icc", "icc", daemon},
    {"ip_forward", "ip-forward", daemon},
    {"ip_masq", "ip-masq", daemon},
    {"iptables", "iptables", daemon},
    {"labels", "labels", daemon_list},
    {"log_driver", "log-driver", daemon},
    {"log_level", "log-level", daemon},
    {"log_opt", "log-opts", daemon_map},
    {"manage_kernel", "", ignored},
    {"manage_package", "", ignored},
    {"manage_service", "", ignored},
    {"mtu", "mtu", daemon_number},
    {"no_proxy", by_daemon_json, refused},
    {"overlay2_override_kernel_check", "", ignored},
    {"package_location", "", ignored},
    {"package_name", "package"},
    {"package_source", "", ignored},
    {"package_source_location", "", ignored},
    {"prerequired_packages", "", ignored},
    {"proxy", by_daemon_json, refused},
    {"registry_mirror", "registry-mirrors", daemon_list},
    {"root_dir", "data-root", daemon},
    {"selinux_enabled", "selinux-enabled", daemon},
    {"service_enable", "", ignored},
    {"service_name", "", ignored},
    {"service_state", "", ignored},
    {"socket_bind", "", ignored},
    {"socket_group", "group", daemon},
    {"storage_driver", "storage-driver", daemon},
    {"tcp_bind", by_daemon_json, refused},
    {"tmp_dir", "", ignored},
    {"use_upstream_package_source", "", ignored},
    {"version", "", apart},
});

constexpr auto image = std::to_array<ParameterRow>({
    {"builder", "builder"},
    {"docker_dir", "source"},
    {"docker_file", "", apart},
    {"docker_tar", "archive"},
    {"ensure", "", apart},
    {"force", "", apart},
    {"image", "image"},
    {"image_digest", "", apart},
    {"image_tag", "tag"},
});

constexpr auto run = std::to_array<ParameterRow>({
    {"after", "", apart},
    {"after_create", "", apart},
    {"after_start", "", apart},
    {"after_stop", "", apart},
    {"before_start", "", apart},
    {"before_stop", "", apart},
    {"command", "", apart},
    {"cpuset", "cpuset_cpus", joined},
    {"custom_unless", "", apart},
    {"depend_services", "", ignored},
    {"depends", "", apart},
    {"detach", "", ignored},
    {"disable_network", "", apart},
    {"dns", "dns", list},
    {"dns_search", "dns_search", list},
    {"docker_service", "", ignored},
    {"ensure", "", apart},
    {"env", "env", list},
    {"env_file", "env_file", list},
    {"expose", "expose", list},
    {"extra_parameters", "extra_parameters", list},
    {"extra_systemd_parameters", "", ignored},
    {"health_check_cmd", "health_cmd"},
    {"health_check_interval", "", apart},
    {"hostentries", "extra_hosts", list},
    {"hostname", "hostname"},
    {"image", "image"},
    {"labels", "labels", map},
    {"links", "links", list},
    {"lxc_conf", "engines have had no LXC driver since 2016", refused},
    {"manage_service", "", ignored},
    {"memory_limit", "", apart},
    {"net", "", apart},
    {"ports", "ports", list},
    {"prepare_service_only", "", ignored},
    {"privileged", "privileged"},
    {"pull_on_start", "pull_on_start"},
    {"read_only", "read_only"},
    {"remain_after_exit", "", ignored},
    {"remove_container_on_start", "", apart},
    {"remove_container_on_stop", "", apart},
    {"remove_volume_on_start", "", apart},
    {"remove_volume_on_stop", "", apart},
    {"restart", "restart"},
    {"restart_on_unhealthy", "restart_unhealthy"},
    {"restart_service", "", apart},
    {"restart_service_on_docker_refresh", "", ignored},
    {"running", "", apart},
    {"service_prefix", "", ignored},
    {"service_provider", "", ignored},
    {"socket_connect", "", ignored},
    {"stop_wait_time", "stop_timeout", number},
    {"syslog_facility", "", ignored},
    {"syslog_identifier", "", ignored},
    {"systemd_restart", "", apart},
    {"tty", "tty"},
    {"use_name", "", ignored},
    {"username", "user"},
    {"verify_digest", "name the image with its digest: NAME@sha256:…", refused},
    {"volumes", "volumes", list},
    {"volumes_from", "volumes_from", list},
});

constexpr auto docker_exec = std::to_array<ParameterRow>({
    {"command", "", apart},
    {"container", "", apart},
    {"detach", "", apart},
    {"env", "", apart},
    {"interactive", "", apart},
    {"onlyif", "", apart},
    {"refreshonly", "refresh_only"},
    {"sanitise_name", "", ignored},
    {"tty", "", apart},
    {"unless", "", apart},
});

constexpr auto network = std::to_array<ParameterRow>({
    {"additional_flags", by_network_options, refused},
    {"aux_address", "aux_addresses", map},
    {"driver", "driver"},
    {"ensure", "", apart},
    {"gateway", "gateway", list},
    {"internal", "internal"},
    {"ip_range", "ip_range", list},
    {"ipam_driver", "ipam_driver"},
    {"options", "options", map},
    {"subnet", "subnet", list},
});

constexpr auto registry = std::to_array<ParameterRow>({
    {"email", "", ignored},
    {"ensure", "", apart},
    {"local_user", "", ignored},
    {"local_user_home", "", ignored},
    {"pass_hash", "", ignored},
    {"password", "password"},
    {"receipt", "", ignored},
    {"server", "server"},
    {"username", "username"},
    {"version", "", ignored},
});

constexpr auto volume = std::to_array<ParameterRow>({
    {"driver", "driver"},
    {"ensure", "", apart},
    {"mountpoint", "", ignored},
    {"options", "options", map},
});

constexpr auto file = std::to_array<ParameterRow>({
    {"backup", "", ignored},
    {"checksum", "", ignored},
    {"checksum_value", "", apart},
    {"content", "content"},
    {"ensure", "", apart},
    {"force", "", apart},
    {"group", "group"},
    {"ignore", "declare the files one by one", refused},
    {"links", "", ignored},
    {"mode", "mode"},
    {"owner", "owner"},
    {"path", "path"},
    {"purge", "", apart},
    {"recurse", "", apart},
    {"recurselimit", "", ignored},
    {"replace", "", apart},
    {"show_diff", "", ignored},
    {"source", "", apart},
    {"source_permissions", "", ignored},
    {"sourceselect", "", ignored},
    {"target", "to"},
    {"validate_cmd", by_exec, refused},
});

constexpr auto package = std::to_array<ParameterRow>({
    {"allow_virtual", "", ignored},
    {"ensure", "", apart},
    {"install_options", "options", list},
    {"name", "package"},
    {"provider", "", apart},
    {"source", "install the file with an exec", refused},
});

constexpr auto service = std::to_array<ParameterRow>({
    {"binary", "", ignored},
    {"enable", "", apart},
    {"ensure", "", apart},
    {"hasrestart", "", ignored},
    {"hasstatus", "", ignored},
    {"name", "service"},
    {"pattern", "", ignored},
    {"provider", "", ignored},
    {"restart", by_exec, refused},
    {"start", by_exec, refused},
    {"status", "", ignored},
    {"stop", by_exec, refused},
});

constexpr auto exec = std::to_array<ParameterRow>({
    {"command", "command"},
    {"creates", "creates"},
    {"cwd", "directory"},
    {"environment", "environment", list},
    {"group", "group"},
    {"logoutput", "", ignored},
    {"onlyif", "", apart},
    {"path", "", apart},
    {"provider", "", ignored},
    {"refresh", "give the command another exec with refreshonly", refused},
    {"refreshonly", "refresh_only"},
    {"returns", "returns", list},
    {"timeout", "timeout", number},
    {"tries", "", apart},
    {"try_sleep", "", apart},
    {"umask", "umask"},
    {"unless", "", apart},
    {"user", "user"},
});

constexpr auto user = std::to_array<ParameterRow>({
    {"allowdupe", "", ignored},
    {"comment", "comment"},
    {"ensure", "", apart},
    {"forcelocal", "", ignored},
    {"gid", "group"},
    {"groups", "groups", list},
    {"home", "home"},
    {"managehome", "make_home"},
    {"membership", "", ignored},
    {"name", "user"},
    {"password", "set it with an exec of chpasswd -e", refused},
    {"purge_ssh_keys", "keep the keys in a file resource", refused},
    {"shell", "shell"},
    {"system", "system"},
    {"uid", "id", number},
});

constexpr auto group = std::to_array<ParameterRow>({
    {"allowdupe", "", ignored},
    {"auth_membership", "", ignored},
    {"ensure", "", apart},
    {"forcelocal", "", ignored},
    {"gid", "id", number},
    {"members", "members", list},
    {"name", "group"},
    {"system", "system"},
});

constexpr auto cron = std::to_array<ParameterRow>({
    {"command", "command"},
    {"ensure", "", apart},
    {"environment", "environment", list},
    {"hour", "hour", list},
    {"minute", "minute", list},
    {"month", "month", list},
    {"monthday", "day", list},
    {"name", "job"},
    {"provider", "", ignored},
    {"special", "special"},
    {"target", "jobs stand in /etc/cron.d here", refused},
    {"user", "user"},
    {"weekday", "weekday", list},
});

constexpr auto mount = std::to_array<ParameterRow>({
    {"atboot", "", ignored},
    {"blockdevice", "", ignored},
    {"device", "device"},
    {"dump", "dump", number},
    {"ensure", "", apart},
    {"fstype", "fstype"},
    {"name", "path"},
    {"options", "options", list},
    {"pass", "pass", number},
    {"provider", "", ignored},
    {"remounts", "", ignored},
    {"target", "file systems stand in /etc/fstab here", refused},
});

constexpr auto notify = std::to_array<ParameterRow>({
    {"message", "message"},
    {"name", "message"},
    {"withpath", "", ignored},
});

constexpr auto types = std::to_array<TypeRow>({
    {"class", "docker_engine", docker_class},
    {"cron", "cron", cron},
    {"docker::exec", "exec", docker_exec},
    {"docker::image", "docker_image", image},
    {"docker::registry", "docker_registry", registry},
    {"docker::run", "docker_container", run},
    {"docker_network", "docker_network", network},
    {"docker_volume", "docker_volume", volume},
    {"exec", "exec", exec},
    {"file", "file", file},
    {"group", "group", group},
    {"mount", "mount", mount},
    {"notify", "log", notify},
    {"package", "package", package},
    {"service", "service", service},
    {"user", "user", user},
});

constexpr auto metaparameters = std::to_array<std::string_view>(
    {"alias", "audit", "before", "loglevel", "noop", "notify", "require", "schedule", "stage", "subscribe", "tag"});

} // namespace

std::span<const TypeRow> type_rows()
{
    return types;
}

const TypeRow* find_type_row(std::string_view puppet)
{
    const auto row = std::ranges::find(types, puppet, &TypeRow::puppet);
    return row == types.end() ? nullptr : &*row;
}

bool is_metaparameter(std::string_view name)
{
    return std::ranges::find(metaparameters, name) != metaparameters.end();
}

} // namespace dfriends::converge::puppet
