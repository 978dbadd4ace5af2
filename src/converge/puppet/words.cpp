// SPDX-License-Identifier: Apache-2.0
#include "converge/puppet/words.hpp"

#include <algorithm>
#include <array>

namespace dfriends::converge::puppet {

namespace {

using enum Conversion;

constexpr std::string_view by_exec = "use the resource type exec, before or after this one";
constexpr std::string_view by_network_options = "make the network with an exec, guarded by 'unless'";

constexpr std::string_view by_packages = "the engine comes from the machine's own package sources";
constexpr std::string_view no_devicemapper =
    "engines have had no devicemapper since 2024; take storage_driver => 'overlay2'";
constexpr std::string_view by_disks = "prepare the disk with an exec, and mount it at the engine's root_dir";
constexpr std::string_view by_unit =
    "write the unit's drop-in with a file resource: /etc/systemd/system/docker.service.d/x.conf";
constexpr std::string_view not_here = "it is of other systems";

constexpr auto docker_class = std::to_array<ParameterRow>({
    {"acknowledge_unsupported_os", not_here, ignored},
    {"apt_source_pin_level", by_packages, ignored},
    {"bip", "bip", daemon},
    {"bridge", "bridge", daemon},
    {"create_user", "", ignored},
    {"daemon_environment_files", by_unit, refused},
    {"default_gateway", "default-gateway", daemon},
    {"default_gateway_ipv6", "default-gateway-v6", daemon},
    {"dependent_packages", by_packages, ignored},
    {"dm_basesize", no_devicemapper, refused},
    {"dm_blkdiscard", no_devicemapper, refused},
    {"dm_blocksize", no_devicemapper, refused},
    {"dm_datadev", no_devicemapper, refused},
    {"dm_fs", no_devicemapper, refused},
    {"dm_loopdatasize", no_devicemapper, refused},
    {"dm_loopmetadatasize", no_devicemapper, refused},
    {"dm_metadatadev", no_devicemapper, refused},
    {"dm_mkfsarg", no_devicemapper, refused},
    {"dm_mountopt", no_devicemapper, refused},
    {"dm_override_udev_sync_check", no_devicemapper, refused},
    {"dm_thinpooldev", no_devicemapper, refused},
    {"dm_use_deferred_deletion", no_devicemapper, refused},
    {"dm_use_deferred_removal", no_devicemapper, refused},
    {"dns", "dns", daemon_list},
    {"dns_search", "dns-search", daemon_list},
    {"docker_ce_channel", by_packages, ignored},
    {"docker_ce_cli_package_name", by_packages, ignored},
    {"docker_ce_key_source", by_packages, ignored},
    {"docker_ce_package_name", by_packages, ignored},
    {"docker_ce_release", by_packages, ignored},
    {"docker_ce_source_location", by_packages, ignored},
    {"docker_ce_start_command", by_packages, ignored},
    {"docker_command", "the engine is spoken to directly", ignored},
    {"docker_ee", "the packages of Docker Enterprise cannot be had here; leave it out", refused},
    {"docker_ee_key_source", by_packages, ignored},
    {"docker_ee_package_name", by_packages, ignored},
    {"docker_ee_release", by_packages, ignored},
    {"docker_ee_repos", by_packages, ignored},
    {"docker_ee_source_location", by_packages, ignored},
    {"docker_engine_package_name", by_packages, ignored},
    {"docker_engine_start_command", by_packages, ignored},
    {"docker_group", "", ignored},
    {"docker_msft_provider_version", not_here, ignored},
    {"docker_package_key_check_source", by_packages, ignored},
    {"docker_package_key_name", by_packages, ignored},
    {"docker_package_key_path", by_packages, ignored},
    {"docker_package_key_source", by_packages, ignored},
    {"docker_package_location", by_packages, ignored},
    {"docker_package_release", by_packages, ignored},
    {"docker_users", "", apart},
    {"ensure", "", apart},
    {"execdriver", "engines have had no other one since 2016", ignored},
    {"extra_parameters", "", apart},
    {"fixed_cidr", "fixed-cidr", daemon},
    {"have_systemd_v230", not_here, ignored},
    {"icc", "icc", daemon},
    {"ip_forward", "ip-forward", daemon},
    {"ip_masq", "ip-masq", daemon},
    {"iptables", "iptables", daemon},
    {"ipv6", "ipv6", daemon},
    {"ipv6_cidr", "fixed-cidr-v6", daemon},
    {"labels", "labels", daemon_list},
    {"log_driver", "log-driver", daemon},
    {"log_level", "log-level", daemon},
    {"log_opt", "log-opts", daemon_map},
    {"manage_kernel", "kernels have all that is needed", ignored},
    {"manage_package", "an engine that answers is left as it is", ignored},
    {"manage_service", "an engine that answers is left as it is", ignored},
    {"mtu", "mtu", daemon_number},
    {"no_proxy", "", apart},
    {"nuget_package_provider_version", not_here, ignored},
    {"os_lc", not_here, ignored},
    {"overlay2_override_kernel_check", "kernels are new enough", ignored},
    {"package_key_source", by_packages, ignored},
    {"package_location", by_packages, ignored},
    {"package_name", "package"},
    {"package_release", by_packages, ignored},
    {"package_repos", by_packages, ignored},
    {"package_source", by_packages, ignored},
    {"package_source_location", by_packages, ignored},
    {"pin_upstream_package_source", by_packages, ignored},
    {"prerequired_packages", by_packages, ignored},
    {"proxy", "", apart},
    {"registry_mirror", "registry-mirrors", daemon_list},
    {"repo_opt", by_packages, ignored},
    {"root_dir", "data-root", daemon},
    {"selinux_enabled", "selinux-enabled", daemon},
    {"service_after_override", by_unit, refused},
    {"service_config", "the engine's service is the package's own", ignored},
    {"service_config_template", "the engine's service is the package's own", ignored},
    {"service_enable", "", apart},
    {"service_hasrestart", "the engine's service is the package's own", ignored},
    {"service_hasstatus", "the engine's service is the package's own", ignored},
    {"service_name", "the engine's service is the package's own", ignored},
    {"service_overrides_template", by_unit, refused},
    {"service_provider", "the engine's service is the package's own", ignored},
    {"service_state", "", apart},
    {"shell_values", by_unit, refused},
    {"socket_bind", "", apart},
    {"socket_group", "group", daemon},
    {"socket_override", by_unit, refused},
    {"socket_overrides_template", by_unit, refused},
    {"storage_auto_extend_pool", by_disks, refused},
    {"storage_chunk_size", by_disks, refused},
    {"storage_config", "the engine's service is the package's own", ignored},
    {"storage_config_template", "the engine's service is the package's own", ignored},
    {"storage_data_size", by_disks, refused},
    {"storage_devs", by_disks, refused},
    {"storage_driver", "storage-driver", daemon},
    {"storage_growpart", by_disks, refused},
    {"storage_min_data_size", by_disks, refused},
    {"storage_pool_autoextend_percent", by_disks, refused},
    {"storage_pool_autoextend_threshold", by_disks, refused},
    {"storage_root_size", by_disks, refused},
    {"storage_setup_file", "the engine's service is the package's own", ignored},
    {"storage_vg", by_disks, refused},
    {"tcp_bind", "", apart},
    {"tls_cacert", "tlscacert", daemon},
    {"tls_cert", "tlscert", daemon},
    {"tls_enable", "tls", daemon},
    {"tls_key", "tlskey", daemon},
    {"tls_verify", "tlsverify", daemon},
    {"tmp_dir", "the engine takes its own", ignored},
    {"tmp_dir_config", "the engine takes its own", ignored},
    {"use_upstream_package_source", by_packages, ignored},
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
    {"name", "", ignored},
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
    {"name", "", ignored},
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
    {"service_prefix", "", apart},
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
    {"name", "", ignored},
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

constexpr auto plugin = std::to_array<ParameterRow>({
    {"disable_content_trust", "", apart},
    {"disable_on_install", "enabled says what it is in the end", ignored},
    {"enabled", "", apart},
    {"ensure", "", apart},
    {"force_remove", "", apart},
    {"grant_all_permissions", "", apart},
    {"name", "", ignored},
    {"plugin_alias", "", apart},
    {"plugin_name", "remote"},
    {"settings", "options", map},
    {"timeout", "timeout", number},
});

constexpr auto registry = std::to_array<ParameterRow>({
    {"email", "", ignored},
    {"ensure", "", apart},
    {"local_user", "", ignored},
    {"local_user_home", "", ignored},
    {"name", "", ignored},
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
    {"membership", "", apart},
    {"name", "user"},
    {"password", "password"},
    {"purge_ssh_keys", "keep the keys in a file resource", refused},
    {"shell", "shell"},
    {"system", "system"},
    {"uid", "id", number},
});

constexpr auto group = std::to_array<ParameterRow>({
    {"allowdupe", "", ignored},
    {"auth_membership", "", apart},
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
    {"docker::plugin", "docker_plugin", plugin},
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
