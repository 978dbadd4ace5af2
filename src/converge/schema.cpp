// SPDX-License-Identifier: Apache-2.0
#include "converge/schema.hpp"

#include "base/suggest.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace dfriends::converge {

namespace {

namespace tables {

using enum AttributeType;

constexpr std::array docker_engine{
    Attribute{"package", text, "Package that brings it; default docker.io"},
    Attribute{"version", text, "Version to install; default any"},
    Attribute{"repository", text, "apt's source to install it from, without its type: URL SUITE COMPONENT..."},
    Attribute{"repository_key", text, "File with the key that the source is signed with"},
    Attribute{"options", text_list, "Further options of the package tool"},
    Attribute{"daemon", document, "Keys of daemon.json"},
    Attribute{"hosts", text_list, "Where it listens: unix:///PATH, tcp://ADDRESS:PORT; [] for the package's own"},
    Attribute{"environment", text_list, "NAME=value pairs that it runs with: HTTP_PROXY and the like"},
};
constexpr std::array docker_image{
    Attribute{"image", text, "Repository, where it is not the resource's name"},
    Attribute{"tag", text, "Tag; default latest"},
    Attribute{"source", text, "Directory with a Dockerfile to build it from"},
    Attribute{"dockerfile", text, "Dockerfile in that directory, where it has another name"},
    Attribute{"build_args", text_map, "Values of the Dockerfile's ARGs"},
    Attribute{"target", text, "Stage of the Dockerfile to build; default the last one"},
    Attribute{"no_cache", flag, "Build all steps anew"},
    Attribute{"remove_intermediate", flag, "Remove the containers of a build's steps; default true"},
    Attribute{"builder", text, "classic, buildkit, or auto (default): BuildKit where the Dockerfile needs it"},
    Attribute{"force", flag, "Remove it even where containers use it; tag: take the name from another image"},
    Attribute{"no_prune", flag, "Removing it leaves the images that it was made from"},
    Attribute{"archive", text, "File to load or import it from, or save it to"},
    Attribute{"tag_as", text, "Further name that the action tag gives it: NAME:TAG"},
};
constexpr auto docker_container = std::to_array<Attribute>({
    {"container", text, "Name of the container, where it is not the resource's name"},
    {"image", text, "Image to run", true},
    {"command", text_list, "Command and arguments; one text is split as a shell splits words"},
    {"entrypoint", text_list, "Entry point instead of the image's"},
    {"env", text_list, "NAME=value pairs"},
    {"env_file", text_list, "Files with NAME=value lines"},
    {"labels", text_map, "Labels"},
    {"user", text, "User inside"},
    {"group_add", text_list, "Further groups of the process"},
    {"working_directory", text, "Working directory inside"},
    {"tty", flag, "Allocate a terminal"},
    {"stdin", flag, "Keep stdin open"},
    {"init", flag, "Run an init that forwards signals and reaps processes"},
    {"runtime", text, "Runtime, where it is not the engine's own choice"},
    {"platform", text, "Platform of the image"},
    // When it runs.
    {"restart", text, "Restart policy: no, on-failure[:N], always, unless-stopped"},
    {"detach", flag, "Go on without waiting for its end; default true"},
    {"remove", flag, "Remove it when it ends"},
    {"stop_signal", text, "Signal that stops it"},
    {"stop_timeout", number, "Seconds to wait before a stop kills"},
    {"signal", text, "Signal of the action kill"},
    {"reload_signal", text, "Signal of the action reload; default HUP"},
    {"remove_volumes", flag, "The action remove takes its anonymous volumes along"},
    {"health_cmd", text_list, "Command that checks its health: one text for a shell, or a list of words without one"},
    {"health_interval", text, "Time between two checks"},
    {"health_retries", number, "Failures in a row that mean unhealthy"},
    {"health_start_period", text, "Time before failures count"},
    {"health_timeout", text, "Longest time of one check"},
    {"no_healthcheck", flag, "No health check, even if the image has one"},
    {"wait_healthy", flag, "One with a health check has started once it is healthy; default true"},
    {"restart_unhealthy", flag, "Restart it where its health check says unhealthy"},
    {"pull_on_start", flag, "Pull the image before each start of ours"},
    {"replace_running", flag, "Replace it while it runs, where it differs; default true"},
    {"keep_anonymous_volumes", flag, "A replacement gets the anonymous volumes of the old one; default true"},
    // Commands of the host that come with it.
    {"after_create", text_list, "Shell commands of the host after it was made"},
    {"before_start", text_list, "Shell commands of the host before each start of ours"},
    {"after_start", text_list, "Shell commands of the host after each start of ours"},
    {"before_stop", text_list, "Shell commands of the host before each stop of ours"},
    {"after_stop", text_list, "Shell commands of the host after each stop of ours"},
    // Its place in networks.
    {"network", text, "Network to join, or host, none, container:NAME"},
    {"networks", text_list, "Networks to join: NAME, or name=NAME,alias=A,ip=ADDRESS"},
    {"network_aliases", text_list, "Further names in the first network"},
    {"ip", text, "IPv4 address in the first network"},
    {"ip6", text, "IPv6 address in the first network"},
    {"mac_address", text, "MAC address"},
    {"ports", text_list, "Published ports, as docker run -p takes them"},
    {"expose", text_list, "Exposed ports"},
    {"publish_all", flag, "Publish all exposed ports to random ones"},
    {"links", text_list, "Links to other containers"},
    {"hostname", text, "Host name inside"},
    {"domainname", text, "Domain name inside"},
    {"dns", text_list, "Name servers"},
    {"dns_options", text_list, "Options of the resolver"},
    {"dns_search", text_list, "Domains to search"},
    {"extra_hosts", text_list, "NAME:ADDRESS lines of /etc/hosts"},
    // Its files.
    {"volumes", text_list, "Volumes, as docker run -v takes them"},
    {"volumes_from", text_list, "Containers whose volumes are shared"},
    {"volume_driver", text, "Driver of its volumes"},
    {"mounts", text_list, "File systems, as docker run --mount takes them"},
    {"tmpfs", text_list, "PATH[:OPTIONS] of file systems in memory"},
    {"read_only", flag, "Read-only root file system"},
    {"storage_options", text_map, "Options of the storage driver"},
    {"devices", text_list, "Devices of the host, as docker run --device takes them"},
    {"device_cgroup_rules", text_list, "Rules of allowed devices"},
    {"gpus", text, "GPUs to use, as docker run --gpus takes them: all, a number, device=ID"},
    // Its limits.
    {"blkio_weight", number, "Relative weight of block I/O, 10 to 1000"},
    {"cpu_period", number, "Period of the CPU quota in microseconds"},
    {"cpu_quota", number, "CPU time in each period in microseconds"},
    {"cpu_shares", number, "Relative CPU weight"},
    {"cpus", text, "Number of CPUs, such as 1.5"},
    {"cpuset_cpus", text, "CPUs to run on (0-3, 0,1)"},
    {"cpuset_mems", text, "Memory nodes to use"},
    {"kernel_memory", text, "Limit of kernel memory"},
    {"memory", text, "Memory limit"},
    {"memory_reservation", text, "Soft memory limit"},
    {"memory_swap", text, "Limit of memory and swap; -1 for unlimited swap"},
    {"memory_swappiness", number, "Swappiness, 0 to 100"},
    {"oom_kill_disable", flag, "Disable the out-of-memory killer"},
    {"oom_score_adj", number, "Preference of the out-of-memory killer, -1000 to 1000"},
    {"pids_limit", number, "Limit of processes; -1 for none"},
    {"shm_size", text, "Size of /dev/shm"},
    {"ulimits", text_list, "NAME=SOFT[:HARD] limits"},
    // What it is let do.
    {"privileged", flag, "All capabilities and devices"},
    {"cap_add", text_list, "Linux capabilities to add"},
    {"cap_drop", text_list, "Linux capabilities to drop"},
    {"security_options", text_list, "Security options"},
    {"sysctls", text_map, "Kernel parameters of its namespaces"},
    {"cgroup_parent", text, "Parent control group"},
    {"cgroupns", text, "Control group namespace: host or private"},
    {"ipc", text, "IPC namespace"},
    {"pid", text, "PID namespace"},
    {"userns", text, "User namespace"},
    {"uts", text, "UTS namespace"},
    // What is made of it.
    {"commit_as", text, "Image that the action commit makes: NAME:TAG"},
    {"author", text, "Author of that image"},
    {"message", text, "Message of that image"},
    {"copy_source", text, "Path inside that the action copy takes"},
    {"copy_to", text, "Folder of the host that it is copied to"},
    {"archive", text, "File of the host that the action export writes"},
    // How its output is kept, and how it is compared.
    {"log_driver", text, "Log driver"},
    {"log_options", text_map, "Options of the log driver"},
    {"extra_parameters", text_list, "Further options of docker run"},
    {"adopt", flag, "Take over one that somebody else made, also where it differs; default false"},
    {"compare", text_map, "How attributes are compared: declared (the default), strict or ignore; '*' for all"},
});
constexpr std::array docker_network{
    Attribute{"network", text, "Name, where it is not the resource's name"},
    Attribute{"driver", text, "Driver; default bridge"},
    Attribute{"options", text_map, "Options of the driver"},
    Attribute{"labels", text_map, "Labels"},
    Attribute{"subnet", text_list, "Address ranges"},
    Attribute{"gateway", text_list, "The gateway's address in each"},
    Attribute{"ip_range", text_list, "Part of each to give addresses from"},
    Attribute{"aux_addresses", text_map, "Addresses of the first range that are others', by name"},
    Attribute{"ipam_driver", text, "Driver that gives addresses out"},
    Attribute{"ipv6", flag, "IPv6 as well"},
    Attribute{"internal", flag, "No way out"},
    Attribute{"attachable", flag, "Containers may join it by hand"},
    Attribute{"on_change", text, "recreate (the default) where no container that runs is in it, or refuse"},
    Attribute{"container", text, "Container that the actions connect and disconnect are about"},
    Attribute{"ip", text, "Its IPv4 address in the network"},
    Attribute{"ip6", text, "Its IPv6 address in the network"},
    Attribute{"aliases", text_list, "Its further names in the network"},
};
constexpr std::array docker_plugin{
    Attribute{"plugin", text, "Name of the plugin here, where it is not the resource's name"},
    Attribute{"remote", text, "Plugin to install, as its registry has it, where it is not called so here"},
    Attribute{"tag", text, "Tag of it there; default latest"},
    Attribute{"grant_privileges", text_list,
              "What it is let do: NAME=VALUE, or all for what it asks for; default nothing"},
    Attribute{"options", text_map, "Its settings, as docker plugin set takes them"},
    Attribute{"timeout", number, "Seconds to wait for it when it is enabled; default 30"},
    Attribute{"force", flag, "Disable or remove it even where it is in use"},
};
constexpr std::array docker_registry{
    Attribute{"server", text, "Registry, where it is not the resource's name"},
    Attribute{"username", text, "User"},
    Attribute{"password", text, "Password; it stands in no plan or history"},
};
constexpr std::array docker_volume{
    Attribute{"volume", text, "Name, where it is not the resource's name"},
    Attribute{"driver", text, "Driver; default local"},
    Attribute{"labels", text_map, "Labels that it is made with"},
    Attribute{"options", text_map, "Options of the driver"},
};
constexpr std::array file{
    Attribute{"path", text, "Path, where it is not the resource's name"},
    Attribute{"content", text, "Content"},
    Attribute{"source", text, "File to copy the content from"},
    Attribute{"owner", text, "Owner"},
    Attribute{"group", text, "Group"},
    Attribute{"mode", text, "Mode in octal digits"},
};
constexpr std::array directory{
    Attribute{"path", text, "Path, where it is not the resource's name"},
    Attribute{"owner", text, "Owner"},
    Attribute{"group", text, "Group"},
    Attribute{"mode", text, "Mode in octal digits"},
    Attribute{"recursive", flag, "Make parents too; delete with all content"},
    Attribute{"source", text, "Folder whose files and folders it shall have"},
    Attribute{"files_owner", text, "Owner of the files from there"},
    Attribute{"files_group", text, "Group of the files from there"},
    Attribute{"files_mode", text, "Mode of the files from there, in octal digits"},
    Attribute{"overwrite", flag, "Files that are there get the source's content; default true"},
    Attribute{"purge", flag, "Remove what the source does not have"},
};
constexpr std::array remote_file{
    Attribute{"path", text, "Path, where it is not the resource's name"},
    Attribute{"source", text_list, "URLs to fetch it from: the first that has it"},
    Attribute{"checksum", text, "SHA-256 of its content; a file that has it is not fetched again"},
    Attribute{"headers", text_map, "Further header fields of the request"},
    Attribute{"owner", text, "Owner"},
    Attribute{"group", text, "Group"},
    Attribute{"mode", text, "Mode in octal digits"},
};
constexpr std::array link{
    Attribute{"path", text, "Path, where it is not the resource's name"},
    Attribute{"to", text, "What it points at", true},
};
constexpr std::array package{
    Attribute{"package", text_list, "Names, where they are not the resource's name"},
    Attribute{"version", text, "Version; default any"},
    Attribute{"options", text_list, "Further options of the package tool"},
};
constexpr std::array service{
    Attribute{"service", text, "Name, where it is not the resource's name"},
};
constexpr std::array exec{
    Attribute{"command", text, "Shell text, where it is not the resource's name"},
    Attribute{"creates", text, "File whose presence means that it has run"},
    Attribute{"directory", text, "Working directory"},
    Attribute{"user", text, "User to run as"},
    Attribute{"group", text, "Group to run as, where it is not the user's"},
    Attribute{"umask", text, "Mode bits that new files do not get, in octal digits"},
    Attribute{"environment", text_list, "NAME=value pairs"},
    Attribute{"path", text_list, "Directories to search for programs"},
    Attribute{"timeout", number, "Seconds until it is ended; default 300"},
    Attribute{"returns", text_list, "Exit codes that mean success; default 0"},
    Attribute{"changed_returns", text_list, "Those of them that mean a change; default all"},
    Attribute{"refresh_only", flag, "Run only when notified"},
};
constexpr std::array user{
    Attribute{"user", text, "Name, where it is not the resource's name"},
    Attribute{"id", number, "User id"},
    Attribute{"group", text, "Primary group"},
    Attribute{"groups", text_list, "Further groups"},
    Attribute{"home", text, "Home directory"},
    Attribute{"make_home", flag, "Make the home directory"},
    Attribute{"shell", text, "Login shell"},
    Attribute{"comment", text, "Full name"},
    Attribute{"password", text, "Password as /etc/shadow has it: hashed"},
    Attribute{"system", flag, "A system user"},
};
constexpr std::array group{
    Attribute{"group", text, "Name, where it is not the resource's name"},
    Attribute{"id", number, "Group id"},
    Attribute{"members", text_list, "Users in it"},
    Attribute{"append", flag, "Users that are in it stay, though 'members' has them not; default true"},
    Attribute{"excluded_members", text_list, "Users that are not in it"},
    Attribute{"system", flag, "A system group"},
};
constexpr std::array apt_repository{
    Attribute{"file", text, "Name of its files, where it is not the resource's name"},
    Attribute{"uri", text, "URL of the archive"},
    Attribute{"suite", text, "Suite; default the name of the distribution's release"},
    Attribute{"components", text_list, "Components"},
    Attribute{"architectures", text_list, "Architectures; default the machine's"},
    Attribute{"key", text, "Key that it is signed with: a file of this machine, or a URL to fetch it from once"},
    Attribute{"trusted", flag, "Take it without a signature"},
    Attribute{"source_packages", flag, "Source packages, too"},
    Attribute{"refresh", flag, "Fetch apt's lists after a change; default true"},
};
constexpr std::array yum_repository{
    Attribute{"file", text, "Name of its file, where it is not the resource's name"},
    Attribute{"description", text, "Its title"},
    Attribute{"baseurl", text_list, "URLs of it"},
    Attribute{"mirrorlist", text, "URL of a list of its mirrors"},
    Attribute{"enabled", flag, "Whether it is used; default true"},
    Attribute{"gpgcheck", flag, "Whether signatures of packages are checked; default true"},
    Attribute{"gpgkey", text_list, "URLs of the keys that they are signed with"},
    Attribute{"options", text_map, "Further lines of its file"},
};
constexpr std::array cron{
    Attribute{"job", text, "Name of the job, where it is not the resource's name"},
    Attribute{"command", text, "Command, as a crontab has it"},
    Attribute{"user", text, "User that it runs as; default root"},
    Attribute{"minute", text_list, "Minutes; default every one"},
    Attribute{"hour", text_list, "Hours; default every one"},
    Attribute{"day", text_list, "Days of the month; default every one"},
    Attribute{"month", text_list, "Months; default every one"},
    Attribute{"weekday", text_list, "Days of the week; default every one"},
    Attribute{"special", text, "Instead of these: reboot, hourly, daily, weekly, monthly, yearly"},
    Attribute{"environment", text_list, "NAME=value pairs"},
};
constexpr std::array git{
    Attribute{"destination", text, "Folder, where it is not the resource's name"},
    Attribute{"repository", text, "URL or path to clone", true},
    Attribute{"revision", text, "Branch, tag or commit; default HEAD"},
    Attribute{"remote", text, "Name of the repository in the clone; default origin"},
    Attribute{"depth", number, "Number of commits to fetch; default all"},
    Attribute{"submodules", flag, "Its submodules, too"},
    Attribute{"user", text, "User to run as"},
    Attribute{"group", text, "Group to run as, where it is not the user's"},
    Attribute{"environment", text_list, "NAME=value pairs"},
};
constexpr std::array mount{
    Attribute{"path", text, "Mount point, where it is not the resource's name"},
    Attribute{"device", text, "Device, LABEL=, UUID= or a place of the network"},
    Attribute{"fstype", text, "Type of the file system; default auto"},
    Attribute{"options", text_list, "Options; default defaults"},
    Attribute{"dump", number, "The fifth column of fstab; default 0"},
    Attribute{"pass", number, "The sixth column of fstab; default 0"},
};
constexpr std::array sysctl{
    Attribute{"key", text, "Parameter of the kernel, where it is not the resource's name"},
    Attribute{"value", text_list, "Its value"},
};
constexpr std::array systemd_unit{
    Attribute{"service", text, "Name of the unit, where it is not the resource's name"},
    Attribute{"content", text, "Content of its file"},
    Attribute{"triggers_reload", flag, "systemd reads its units again after a change; default true"},
};
constexpr std::array message{
    Attribute{"message", text, "Text, where it is not the resource's name"},
};

constexpr std::array<std::string_view, 5> engine_actions{"install", "restart", "stop", "remove", "nothing"};
constexpr std::array<std::string_view, 2> create_delete{"create", "delete"};
constexpr std::array<std::string_view, 4> network_actions{"create", "delete", "connect", "disconnect"};
constexpr std::array<std::string_view, 2> create_remove{"create", "remove"};
constexpr std::array<std::string_view, 11> image_actions{
    "pull_if_missing", "pull", "build", "build_if_missing", "remove", "load", "import", "save", "tag", "push",
    "nothing"};
constexpr std::array<std::string_view, 17> container_actions{
    "run",  "create", "run_if_missing", "start",  "stop", "restart", "pause", "unpause", "reload",
    "kill", "remove", "redeploy",       "commit", "copy", "export",  "wait",  "nothing"};
constexpr std::array<std::string_view, 5> plugin_actions{"install", "enable", "disable", "update", "remove"};
constexpr std::array<std::string_view, 2> registry_actions{"login", "logout"};
constexpr std::array<std::string_view, 5> package_actions{"install", "upgrade", "remove", "purge", "nothing"};
constexpr std::array<std::string_view, 7> service_actions{"start",  "stop",    "restart", "reload",
                                                          "enable", "disable", "nothing"};
constexpr std::array<std::string_view, 2> git_actions{"sync", "checkout"};
constexpr std::array<std::string_view, 5> mount_actions{"mount", "unmount", "remount", "enable", "disable"};
constexpr std::array<std::string_view, 2> sysctl_actions{"apply", "remove"};
constexpr std::array<std::string_view, 9> unit_actions{"create", "delete",  "enable", "disable", "start",
                                                       "stop",   "restart", "reload", "nothing"};
constexpr std::array<std::string_view, 2> exec_actions{"run", "nothing"};
constexpr std::array<std::string_view, 4> file_actions{"create", "create_if_missing", "delete", "touch"};
constexpr std::array<std::string_view, 1> message_actions{"write"};

constexpr std::array resource_type_rows{
    ResourceType{"apt_repository", apt_repository, create_delete, {}},
    ResourceType{"cron", cron, create_delete, {}},
    ResourceType{"directory", directory, create_delete, {}},
    ResourceType{"docker_container", docker_container, container_actions, "restart"},
    ResourceType{"docker_engine", docker_engine, engine_actions, "restart"},
    ResourceType{"docker_image", docker_image, image_actions, {}},
    ResourceType{"docker_network", docker_network, network_actions, {}},
    ResourceType{"docker_plugin", docker_plugin, plugin_actions, {}},
    ResourceType{"docker_registry", docker_registry, registry_actions, {}},
    ResourceType{"docker_volume", docker_volume, create_remove, {}},
    ResourceType{"exec", exec, exec_actions, "run"},
    ResourceType{"file", file, file_actions, {}},
    ResourceType{"git", git, git_actions, {}},
    ResourceType{"group", group, create_remove, {}},
    ResourceType{"link", link, create_delete, {}},
    ResourceType{"log", message, message_actions, {}},
    ResourceType{"mount", mount, mount_actions, "remount"},
    ResourceType{"package", package, package_actions, {}},
    ResourceType{"remote_file", remote_file, file_actions, {}},
    ResourceType{"service", service, service_actions, "restart"},
    ResourceType{"sysctl", sysctl, sysctl_actions, {}},
    ResourceType{"systemd_unit", systemd_unit, unit_actions, "restart"},
    ResourceType{"user", user, create_remove, {}},
    ResourceType{"yum_repository", yum_repository, create_delete, {}},
};

} // namespace tables

using tables::resource_type_rows;

template <class Rows>
std::vector<std::string> names_of(const Rows& rows)
{
    std::vector<std::string> names;
    for (const auto& row : rows)
        names.emplace_back(row.name);
    return names;
}

bool is_scalar(const Value& value)
{
    return std::holds_alternative<std::string>(value.content) || std::holds_alternative<std::int64_t>(value.content) ||
           std::holds_alternative<double>(value.content);
}

bool fits(AttributeType type, const Value& value)
{
    switch (type) {
    case AttributeType::text:
        return is_scalar(value);
    case AttributeType::number:
        return std::holds_alternative<std::int64_t>(value.content);
    case AttributeType::flag:
        return std::holds_alternative<bool>(value.content);
    case AttributeType::text_list:
        if (const auto* list = std::get_if<Value::List>(&value.content))
            return std::ranges::all_of(*list, is_scalar);
        return is_scalar(value);
    case AttributeType::text_map:
        if (const auto* map = std::get_if<Value::Map>(&value.content))
            return std::ranges::all_of(*map, [](const Member& member) { return is_scalar(member.value); });
        return false;
    case AttributeType::document:
        return std::holds_alternative<Value::Map>(value.content);
    }
    return false;
}

std::string_view words_of(AttributeType type)
{
    switch (type) {
    case AttributeType::text:
        return "a text";
    case AttributeType::number:
        return "a whole number";
    case AttributeType::flag:
        return "true or false";
    case AttributeType::text_list:
        return "a list of texts";
    case AttributeType::text_map:
        return "a map of texts";
    case AttributeType::document:
        return "a map";
    }
    return "";
}

void check_attributes(const Resource& resource, const ResourceType& type)
{
    for (const auto& [name, value] : resource.attributes) {
        const auto row = std::ranges::find(type.attributes, name, &Attribute::name);
        if (row == type.attributes.end())
            throw Error(ErrorKind::invalid, value.position, "'{}' has no attribute '{}'", resource.type, name)
                .hint(did_you_mean(name, names_of(type.attributes)));
        if (!value.is_null() && !fits(row->type, value))
            throw Error(ErrorKind::invalid, value.position, "'{}' of '{}' wants {}", name, resource.type,
                        words_of(row->type));
    }
    for (const Attribute& row : type.attributes)
        if (row.required &&
            (!resource.attributes.contains(row.name) || resource.attributes.find(row.name)->second.is_null()))
            throw Error(ErrorKind::invalid, resource.position, "'{}[{}]' wants '{}'", resource.type, resource.name,
                        row.name);
}

void check_actions(const Resource& resource, const ResourceType& type)
{
    for (const std::string& action : resource.actions)
        if (action != "nothing" && std::ranges::find(type.actions, action) == type.actions.end())
            throw Error(ErrorKind::invalid, resource.position, "'{}' has no action '{}'", resource.type, action)
                .hint(did_you_mean(action, {type.actions.begin(), type.actions.end()}));
}

} // namespace

std::span<const ResourceType> resource_types()
{
    return resource_type_rows;
}

const ResourceType* find_resource_type(std::string_view name)
{
    const auto row = std::ranges::find(resource_type_rows, name, &ResourceType::name);
    return row == resource_type_rows.end() ? nullptr : &*row;
}

void check(const Catalog& catalog)
{
    std::set<std::pair<std::string, std::string>> seen;
    for (const Resource& resource : catalog.resources) {
        const ResourceType* type = find_resource_type(resource.type);
        if (type == nullptr)
            throw Error(ErrorKind::invalid, resource.position, "there is no resource type '{}'", resource.type)
                .hint(did_you_mean(resource.type, names_of(resource_type_rows)));
        check_attributes(resource, *type);
        check_actions(resource, *type);
        if (!seen.emplace(resource.type, resource.name).second && resource.type != "log")
            throw Error(ErrorKind::invalid, resource.position, "'{}[{}]' is declared twice", resource.type,
                        resource.name);
    }
}

} // namespace dfriends::converge
