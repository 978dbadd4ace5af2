// SPDX-License-Identifier: Apache-2.0
#include "converge/chef/words.hpp"

#include <algorithm>
#include <array>

namespace dfriends::converge::chef {

namespace {

namespace tables {

using enum Conversion;

constexpr std::string_view local_only = "containers are those of the engine that converge is given";

constexpr std::string_view by_restart_policy =
    "the engine's restart policy keeps containers running here; write a unit of your own with systemd_unit";

constexpr auto common = std::to_array<PropertyRow>({
    {"guard_interpreter", "guards are run by /bin/sh; write them so", refused},
    {"ignore_failure", "", apart},
    {"provider", "", ignored},
    {"retries", "", apart},
    {"retry_delay", "", apart},
    {"sensitive", "", apart},
    {"supports", "", ignored},
});

// The 2014 cookbook's properties and those of 2016 and later side by side.
constexpr auto container = std::to_array<PropertyRow>({
    {"add_host", "extra_hosts", append},
    {"api_retries", "", ignored},
    {"attach", "", ignored},
    {"attach_stderr", "", ignored},
    {"attach_stdin", "", ignored},
    {"attach_stdout", "", ignored},
    {"author", "author"},
    {"autoremove", "remove"},
    {"binds", "volumes", append},
    {"cap_add", "cap_add"},
    {"cap_drop", "cap_drop"},
    {"cgroup_ns", "cgroupns"},
    {"cgroup_parent", "cgroup_parent"},
    {"cidfile", "name the container, and ask for its id by that name", refused},
    {"cmd_timeout", "stop_timeout"},
    {"command", "command"},
    {"container_name", "", apart},
    {"cookbook", by_restart_policy, refused},
    {"cpu_shares", "cpu_shares"},
    {"cpus", "cpus"},
    {"cpuset_cpus", "cpuset_cpus"},
    {"detach", "detach"},
    {"destination", "", apart},
    {"devices", "devices"},
    {"dns", "dns"},
    {"dns_search", "dns_search"},
    {"domain_name", "domainname"},
    {"entrypoint", "entrypoint"},
    {"env", "env", pairs},
    {"env_file", "env_file"},
    {"expose", "expose"},
    {"exposed_ports", "expose"},
    {"extra_hosts", "extra_hosts", append},
    {"force", "", ignored},
    {"gpu_driver", "", apart},
    {"gpus", "", apart},
    {"health_check", "", apart},
    {"host", local_only, refused},
    {"host_name", "hostname"},
    {"hostname", "hostname"},
    {"image", "", apart},
    {"init", "init"},
    {"init_template", by_restart_policy, refused},
    {"init_type", "", apart},
    {"ip_address", "ip"},
    {"ipc_mode", "ipc"},
    {"kernel_memory", "kernel_memory"},
    {"kill_after", "stop_timeout"},
    {"label", "use labels", refused},
    {"labels", "labels", map},
    {"link", "links", append},
    {"links", "links", append},
    {"log_driver", "log_driver"},
    {"log_opts", "log_options", map},
    {"lxc_conf", "engines have had no LXC driver since 2016", refused},
    {"mac_address", "mac_address"},
    {"memory", "memory"},
    {"memory_reservation", "memory_reservation"},
    {"memory_swap", "memory_swap"},
    {"memory_swappiness", "memory_swappiness"},
    {"message", "message"},
    {"net", "network"},
    {"network_aliases", "network_aliases"},
    {"network_disabled", "", apart},
    {"network_mode", "network"},
    {"networking", "", apart},
    {"oom_kill_disable", "oom_kill_disable"},
    {"oom_score_adj", "oom_score_adj"},
    {"open_stdin", "stdin"},
    {"opt", "write the options as properties", refused},
    {"outfile", "archive"},
    {"pid_mode", "pid"},
    {"port", "ports", append},
    {"port_bindings", "use port", refused},
    {"privileged", "privileged"},
    {"public_port", "write port 'HOST:CONTAINER'", refused},
    {"publish_all_ports", "publish_all"},
    {"publish_exposed_ports", "publish_all"},
    {"read_timeout", "", ignored},
    {"reload_signal", "reload_signal"},
    {"remove_automatically", "remove"},
    {"remove_volumes", "remove_volumes"},
    {"repo", "", apart},
    {"repository", "", apart},
    {"restart_maximum_retry_count", "", apart},
    {"restart_policy", "", apart},
    {"rm", "remove"},
    {"ro_rootfs", "read_only"},
    {"run", "give the image its command with docker_image and a Dockerfile", refused},
    {"running_wait_time", "", ignored},
    {"runtime", "runtime"},
    {"security_opt", "security_options"},
    {"shm_size", "shm_size"},
    {"signal", "signal"},
    {"socket_template", by_restart_policy, refused},
    {"source", "copy_source"},
    {"stdin", "stdin"},
    {"stdin_once", "", ignored},
    {"stop_signal", "stop_signal"},
    {"sysctls", "sysctls", map},
    {"tag", "", apart},
    {"timeout", "", ignored},
    {"tmpfs", "tmpfs", paths},
    {"tty", "tty"},
    {"ulimits", "ulimits"},
    {"user", "user"},
    {"userns_mode", "userns"},
    {"uts_mode", "uts"},
    {"volume", "volumes", append},
    {"volume_driver", "volume_driver"},
    {"volumes", "volumes", append},
    {"volumes_from", "volumes_from"},
    {"workdir", "working_directory"},
    {"working_dir", "working_directory"},
    {"working_directory", "working_directory"},
    {"write_timeout", "", ignored},
});
constexpr auto image = std::to_array<PropertyRow>({
    {"buildargs", "", apart},
    {"builder", "builder"},
    {"cmd_timeout", "", ignored},
    {"destination", "archive"},
    {"dockerfile", "", apart},
    {"force", "force"},
    {"host", local_only, refused},
    {"image_name", "image"},
    {"image_url", "", apart},
    {"input", "archive"},
    {"no_cache", "no_cache"},
    {"no_prune", "no_prune"},
    {"nocache", "no_cache"},
    {"noprune", "no_prune"},
    {"output", "archive"},
    {"path", "source"},
    {"read_timeout", "", ignored},
    {"registry", "", apart},
    {"repo", "image"},
    {"repository", "", apart},
    {"rm", "remove_intermediate"},
    {"source", "source"},
    {"tag", "tag"},
    {"target", "target"},
    {"write_timeout", "", ignored},
});
constexpr auto docker_exec = std::to_array<PropertyRow>({
    {"command", "", apart},
    {"container", "", apart},
    {"host", local_only, refused},
    {"returns", "returns"},
    {"timeout", "timeout"},
});
constexpr auto image_prune = std::to_array<PropertyRow>({
    {"dangling", "", apart},
    {"host", local_only, refused},
    {"prune_until", "", apart},
    {"read_timeout", "", ignored},
    {"with_label", "", apart},
    {"without_label", "", apart},
});
constexpr auto tag = std::to_array<PropertyRow>({
    {"force", "force"},
    {"host", local_only, refused},
    {"target_repo", "image"},
    {"target_tag", "tag"},
    {"to_repo", "", apart},
    {"to_tag", "", apart},
});
constexpr auto network = std::to_array<PropertyRow>({
    {"attachable", "attachable"},
    {"aux_address", "aux_addresses", map},
    {"auxiliary_addresses", "aux_addresses", map},
    {"container", "container"},
    {"driver", "driver"},
    {"driver_opts", "options", map},
    {"enable_ipv6", "ipv6"},
    {"gateway", "gateway"},
    {"host", local_only, refused},
    {"internal", "internal"},
    {"ip", "ip"},
    {"ip6", "ip6"},
    {"ip_range", "ip_range"},
    {"ipam_driver", "ipam_driver"},
    {"network_name", "", apart},
    {"subnet", "subnet"},
});
constexpr auto registry = std::to_array<PropertyRow>({
    {"cmd_timeout", "", ignored},
    {"email", "", ignored},
    {"host", local_only, refused},
    {"password", "password"},
    {"server", "server"},
    {"serveraddress", "server"},
    {"username", "username"},
});
constexpr auto volume_prune = std::to_array<PropertyRow>({
    {"all", "", apart},
    {"host", local_only, refused},
    {"read_timeout", "", ignored},
    {"with_label", "", apart},
    {"without_label", "", apart},
});
constexpr auto volume = std::to_array<PropertyRow>({
    {"driver", "driver"},
    {"host", local_only, refused},
    {"opts", "options", map},
    {"volume_name", "", apart},
});
constexpr auto engine = std::to_array<PropertyRow>({
    {"api_cors_header", "api-cors-header", daemon},
    {"bip", "bip", daemon},
    {"bridge", "bridge", daemon},
    {"data_root", "data-root", daemon},
    {"debug", "debug", daemon},
    {"dns", "dns", daemon_list},
    {"dns_search", "dns-search", daemon_list},
    {"exec_opts", "exec-opts", daemon_list},
    {"fixed_cidr", "fixed-cidr", daemon},
    {"fixed_cidr_v6", "fixed-cidr-v6", daemon},
    {"graph", "data-root", daemon},
    {"group", "group", daemon},
    {"host", "configure the engine's listeners in its unit", refused},
    {"http_proxy", "set it in the environment of the engine's unit", refused},
    {"https_proxy", "set it in the environment of the engine's unit", refused},
    {"icc", "icc", daemon},
    {"insecure_registry", "insecure-registries", daemon_list},
    {"install_method", "", ignored},
    {"ip", "ip", daemon},
    {"ip_forward", "ip-forward", daemon},
    {"ip_masq", "ip-masq", daemon},
    {"iptables", "iptables", daemon},
    {"ipv4_forward", "ip-forward", daemon},
    {"ipv6", "ipv6", daemon},
    {"labels", "labels", daemon_pairs},
    {"live_restore", "live-restore", daemon},
    {"log_driver", "log-driver", daemon},
    {"log_level", "log-level", daemon},
    {"log_opts", "log-opts", daemon_map},
    {"misc_opts", "name the options as properties", refused},
    {"mtu", "mtu", daemon_number},
    {"no_proxy", "set it in the environment of the engine's unit", refused},
    {"package_name", "package"},
    {"package_version", "version"},
    {"registry_mirror", "registry-mirrors", daemon_list},
    {"repo", "", ignored},
    {"selinux_enabled", "selinux-enabled", daemon},
    {"service_manager", "", ignored},
    {"setup_docker_repo", "", ignored},
    {"storage_driver", "storage-driver", daemon},
    {"storage_opts", "storage-opts", daemon_list},
    {"tls", "tls", daemon},
    {"tls_ca_cert", "tlscacert", daemon},
    {"tls_server_cert", "tlscert", daemon},
    {"tls_server_key", "tlskey", daemon},
    {"tls_verify", "tlsverify", daemon},
    {"userland_proxy", "userland-proxy", daemon},
    {"userns_remap", "userns-remap", daemon},
    {"version", "version"},
});
constexpr auto file = std::to_array<PropertyRow>({
    {"backup", "", ignored},
    {"content", "content"},
    {"group", "group"},
    {"mode", "mode", mode},
    {"owner", "owner"},
    {"path", "path"},
    {"user", "owner"},
});
constexpr auto cookbook_file = std::to_array<PropertyRow>({
    {"backup", "", ignored},
    {"cookbook", "copy the file into this cookbook", refused},
    {"group", "group"},
    {"mode", "mode", mode},
    {"owner", "owner"},
    {"path", "path"},
    {"source", "", apart},
    {"user", "owner"},
});
constexpr auto remote_directory = std::to_array<PropertyRow>({
    {"cookbook", "copy the files into this cookbook", refused},
    {"files_backup", "", ignored},
    {"files_group", "files_group"},
    {"files_mode", "files_mode", mode},
    {"files_owner", "files_owner"},
    {"files_user", "files_owner"},
    {"group", "group"},
    {"mode", "mode", mode},
    {"overwrite", "overwrite"},
    {"owner", "owner"},
    {"path", "path"},
    {"purge", "purge"},
    {"recursive", "", ignored},
    {"source", "", apart},
    {"user", "owner"},
});
constexpr auto remote_file = std::to_array<PropertyRow>({
    {"authentication", "it is for Windows", refused},
    {"backup", "", ignored},
    {"checksum", "checksum"},
    {"force_unlink", "", ignored},
    {"group", "group"},
    {"headers", "headers", map},
    {"manage_symlink_source", "", ignored},
    {"mode", "mode", mode},
    {"owner", "owner"},
    {"path", "path"},
    {"remote_password", "write https://USER:PASSWORD@HOST/PATH", refused},
    {"remote_user", "write https://USER:PASSWORD@HOST/PATH", refused},
    {"show_progress", "", ignored},
    {"source", "source"},
    {"ssl_verify_mode", "name the authority's certificate in SSL_CERT_FILE", refused},
    {"use_conditional_get", "", ignored},
    {"use_etag", "", ignored},
    {"use_etags", "", ignored},
    {"use_last_modified", "", ignored},
    {"user", "owner"},
});
constexpr auto template_file = std::to_array<PropertyRow>({
    {"backup", "", ignored},
    {"content", "content"},
    {"cookbook", "copy the template into this cookbook", refused},
    {"group", "group"},
    {"helpers", "templates see node and their variables", refused},
    {"local", "copy the template into this cookbook", refused},
    {"mode", "mode", mode},
    {"owner", "owner"},
    {"path", "path"},
    {"source", "", apart},
    {"user", "owner"},
    {"variables", "", apart},
});
constexpr auto directory = std::to_array<PropertyRow>({
    {"group", "group"},
    {"mode", "mode", mode},
    {"owner", "owner"},
    {"path", "path"},
    {"recursive", "recursive"},
    {"user", "owner"},
});
constexpr auto link = std::to_array<PropertyRow>({
    {"link_type", "", apart},
    {"target_file", "path"},
    {"to", "to"},
});
constexpr auto package = std::to_array<PropertyRow>({
    {"options", "options"},
    {"package_name", "package"},
    {"source", "install the file with execute and dpkg -i", refused},
    {"timeout", "", ignored},
    {"version", "version"},
});
constexpr auto service = std::to_array<PropertyRow>({
    {"init_command", "use execute", refused},
    {"pattern", "", ignored},
    {"reload_command", "use execute", refused},
    {"restart_command", "use execute", refused},
    {"service_name", "service"},
    {"start_command", "use execute", refused},
    {"status_command", "", ignored},
    {"stop_command", "use execute", refused},
});
constexpr auto execute = std::to_array<PropertyRow>({
    {"code", "", apart},
    {"command", "command"},
    {"creates", "creates"},
    {"cwd", "directory"},
    {"env", "environment", pairs},
    {"environment", "environment", pairs},
    {"flags", "", apart},
    {"group", "group"},
    {"interpreter", "", apart},
    {"live_stream", "", ignored},
    {"path", "path"},
    {"returns", "returns"},
    {"timeout", "timeout"},
    {"umask", "umask", mode},
    {"user", "user"},
});
constexpr auto user = std::to_array<PropertyRow>({
    {"comment", "comment"},
    {"gid", "group"},
    {"home", "home"},
    {"manage_home", "make_home"},
    {"non_unique", "give another uid", refused},
    {"password", "set it with execute and chpasswd -e", refused},
    {"shell", "shell"},
    {"system", "system"},
    {"uid", "id"},
    {"username", "user"},
    {"force", "", ignored},
    {"iterations", "", ignored},
});
constexpr auto group = std::to_array<PropertyRow>({
    {"append", "", ignored},
    {"excluded_members", "use execute and gpasswd -d", refused},
    {"gid", "id"},
    {"group_name", "group"},
    {"members", "members"},
    {"system", "system"},
});
constexpr auto log = std::to_array<PropertyRow>({{"level", "", ignored}, {"message", "message"}});
constexpr auto apt_repository = std::to_array<PropertyRow>({
    {"arch", "architectures"},
    {"cache_rebuild", "refresh"},
    {"components", "components"},
    {"cookbook", "copy the key into this cookbook", refused},
    {"deb_src", "source_packages"},
    {"distribution", "suite"},
    {"key", "", apart},
    {"key_proxy", "fetch the key with execute, and name its file as key", refused},
    {"keyserver", "name a URL or a file as key", refused},
    {"options", "write the file with the resource file in /etc/apt/sources.list.d", refused},
    {"repo_name", "file"},
    {"trusted", "trusted"},
    {"uri", "uri"},
});
constexpr auto yum_repository = std::to_array<PropertyRow>({
    {"baseurl", "baseurl"},
    {"clean_metadata", "", ignored},
    {"cost", "", apart},
    {"description", "description"},
    {"enabled", "enabled"},
    {"exclude", "", apart},
    {"fastestmirror_enabled", "", ignored},
    {"gpgcheck", "gpgcheck"},
    {"gpgkey", "gpgkey"},
    {"includepkgs", "", apart},
    {"make_cache", "", ignored},
    {"metadata_expire", "", apart},
    {"metalink", "", apart},
    {"mirrorlist", "mirrorlist"},
    {"mode", "", ignored},
    {"options", "options", map},
    {"priority", "", apart},
    {"proxy", "", apart},
    {"repo_gpgcheck", "", apart},
    {"repositoryid", "file"},
    {"skip_if_unavailable", "", apart},
    {"sslcacert", "", apart},
    {"sslverify", "", apart},
});
constexpr auto cron = std::to_array<PropertyRow>({
    {"command", "command"},
    {"comment", "", ignored},
    {"cookbook", "", ignored},
    {"cron_name", "job"},
    {"day", "day"},
    {"environment", "environment", pairs},
    {"home", "", apart},
    {"hour", "hour"},
    {"mailto", "", apart},
    {"minute", "minute"},
    {"mode", "", ignored},
    {"month", "month"},
    {"path", "", apart},
    {"predefined_value", "", apart},
    {"random_delay", "begin the command with sleep", refused},
    {"shell", "", apart},
    {"time", "", apart},
    {"time_out", "begin the command with timeout", refused},
    {"user", "user"},
    {"weekday", "weekday"},
});
constexpr auto git = std::to_array<PropertyRow>({
    {"additional_remotes", "use execute with git remote add", refused},
    {"branch", "revision"},
    {"checkout_branch", "", ignored},
    {"depth", "depth"},
    {"destination", "destination"},
    {"enable_checkout", "", ignored},
    {"enable_submodules", "submodules"},
    {"environment", "environment", pairs},
    {"group", "group"},
    {"reference", "revision"},
    {"remote", "remote"},
    {"repo", "repository"},
    {"repository", "repository"},
    {"revision", "revision"},
    {"ssh_wrapper", "set GIT_SSH in environment", refused},
    {"timeout", "", ignored},
    {"user", "user"},
});
constexpr auto mount = std::to_array<PropertyRow>({
    {"device", "device"},
    {"device_type", "", apart},
    {"domain", "it is for Windows", refused},
    {"dump", "dump"},
    {"enabled", "", ignored},
    {"fsck_device", "", ignored},
    {"fstype", "fstype"},
    {"mount_point", "path"},
    {"mounted", "", ignored},
    {"options", "options"},
    {"pass", "pass"},
    {"password", "it is for Windows", refused},
    {"username", "it is for Windows", refused},
});
constexpr auto sysctl = std::to_array<PropertyRow>({
    {"comment", "", ignored},
    {"conf_dir", "the file stands in /etc/sysctl.d", refused},
    {"ignore_error", "", ignored},
    {"key", "key"},
    {"value", "value"},
});
constexpr auto systemd_unit = std::to_array<PropertyRow>({
    {"content", "", apart},
    {"triggers_reload", "triggers_reload"},
    {"unit_name", "service"},
    {"user", "use file and execute with systemctl --user", refused},
    {"verify", "", ignored},
});
constexpr auto apt_update = std::to_array<PropertyRow>({{"frequency", "", ignored}});

constexpr auto container_actions =
    std::to_array<ActionRow>({{"cp", "copy"}, {"delete", "remove"}, {"remove_volume", "remove"}});
constexpr auto network_actions = std::to_array<ActionRow>({{"remove", "delete"}});
constexpr auto volume_actions = std::to_array<ActionRow>({{"delete", "remove"}});
constexpr auto engine_actions =
    std::to_array<ActionRow>({{"create", "install"}, {"delete", "remove"}, {"start", "install"}});
constexpr auto account_actions = std::to_array<ActionRow>({{"manage", "create"}, {"modify", "create"}});
constexpr auto package_actions = std::to_array<ActionRow>({{"purge", "remove"}});
constexpr auto update_actions = std::to_array<ActionRow>({{"periodic", "run"}, {"update", "run"}});

constexpr auto folder_actions = std::to_array<ActionRow>({{"create_if_missing", "create"}});

constexpr auto repository_actions =
    std::to_array<ActionRow>({{"add", "create"}, {"makecache", "create"}, {"remove", "delete"}});
constexpr auto mount_actions = std::to_array<ActionRow>({{"umount", "unmount"}});

constexpr auto prune_actions = std::to_array<ActionRow>({{"prune", "run"}});

constexpr auto types = std::to_array<TypeRow>({
    {"apt_package", "package", "package", package, package_actions},
    {"apt_repository", "apt_repository", "file", apt_repository, repository_actions},
    {"apt_update", "exec", "command", apt_update, update_actions},
    {"bash", "exec", "command", execute, {}},
    {"cookbook_file", "file", "path", cookbook_file, {}},
    {"cron", "cron", "job", cron, {}},
    {"cron_d", "cron", "job", cron, {}},
    {"directory", "directory", "path", directory, {}},
    {"dnf_package", "package", "package", package, package_actions},
    {"docker_container", "docker_container", "container", container, container_actions},
    {"docker_exec", "exec", "command", docker_exec, {}},
    {"docker_image", "docker_image", "image", image, {}},
    {"docker_image_prune", "exec", "command", image_prune, prune_actions},
    {"docker_installation", "docker_engine", "", engine, engine_actions},
    {"docker_installation_package", "docker_engine", "", engine, engine_actions},
    {"docker_installation_script", "docker_engine", "", engine, engine_actions},
    {"docker_network", "docker_network", "", network, network_actions},
    {"docker_registry", "docker_registry", "server", registry, {}},
    {"docker_service", "docker_engine", "", engine, engine_actions},
    {"docker_service_manager", "docker_engine", "", engine, engine_actions},
    {"docker_tag", "docker_image", "image", tag, {}},
    {"docker_volume", "docker_volume", "", volume, volume_actions},
    {"docker_volume_prune", "exec", "command", volume_prune, prune_actions},
    {"dpkg_package", "package", "package", package, package_actions},
    {"execute", "exec", "command", execute, {}},
    {"file", "file", "path", file, {}},
    {"git", "git", "destination", git, {}},
    {"group", "group", "group", group, account_actions},
    {"link", "link", "path", link, {}},
    {"log", "log", "message", log, {}},
    {"mount", "mount", "path", mount, mount_actions},
    {"package", "package", "package", package, package_actions},
    {"remote_directory", "directory", "path", remote_directory, folder_actions},
    {"remote_file", "remote_file", "path", remote_file, {}},
    {"script", "exec", "command", execute, {}},
    {"service", "service", "service", service, {}},
    {"sysctl", "sysctl", "key", sysctl, {}},
    {"systemd_service", "service", "service", service, {}},
    {"systemd_unit", "systemd_unit", "service", systemd_unit, {}},
    {"template", "file", "path", template_file, {}},
    {"user", "user", "user", user, account_actions},
    {"yum_package", "package", "package", package, package_actions},
    {"yum_repository", "yum_repository", "file", yum_repository, repository_actions},
});

} // namespace tables

} // namespace

std::span<const TypeRow> type_rows()
{
    return tables::types;
}

const TypeRow* find_type_row(std::string_view chef)
{
    const auto* row = std::ranges::find(tables::types, chef, &TypeRow::chef);
    return row == tables::types.end() ? nullptr : row;
}

std::span<const PropertyRow> common_rows()
{
    return tables::common;
}

} // namespace dfriends::converge::chef
