// SPDX-License-Identifier: Apache-2.0
#include "applets/argument_error.hpp"
#include "applets/context.hpp"
#include "applets/docker/format.hpp"
#include "applets/docker/verbs.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "engine/run_flags.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace dfriends::applets::docker {

namespace {

using config::Setting;
using config::SettingType;

constexpr Setting quiet{.name = "quiet", .type = SettingType::flag, .help = "Only ids, or no progress", .letter = 'q'};
constexpr Setting all{
    .name = "all", .type = SettingType::flag, .help = "Also those that are left out otherwise", .letter = 'a'};
constexpr Setting filter{
    .name = "filter", .help = "Only those that fit", .placeholder = "KEY=VALUE", .letter = 'f', .repeatable = true};
constexpr Setting format{
    .name = "format", .help = "Print each by a template such as {{.ID}}", .placeholder = "TEMPLATE"};
constexpr Setting no_trunc{.name = "no-trunc", .type = SettingType::flag, .help = "Do not shorten"};
constexpr Setting force{.name = "force", .type = SettingType::flag, .help = "Also where it is in use", .letter = 'f'};
constexpr Setting time_setting{.name = "time",
                               .type = SettingType::number,
                               .help = "Seconds until it is killed",
                               .placeholder = "SECONDS",
                               .fallback = "10",
                               .letter = 't'};
constexpr Setting platform{.name = "platform", .help = "Of that platform", .placeholder = "OS/ARCH"};
constexpr Setting label{.name = "label", .help = "Put a label on it", .placeholder = "KEY=VALUE", .repeatable = true};
constexpr Setting driver{.name = "driver", .help = "Its driver", .placeholder = "NAME", .letter = 'd'};
constexpr Setting driver_option{
    .name = "opt", .help = "An option of the driver", .placeholder = "KEY=VALUE", .letter = 'o', .repeatable = true};

constexpr Setting detach_keys{
    .name = "detach-keys", .help = "Keys that leave it running: ctrl-p,ctrl-q otherwise", .placeholder = "KEYS"};
constexpr Setting inspect_format{.name = "format",
                                 .help = "Print by a template such as {{.State.Status}} or {{json .Config}}",
                                 .placeholder = "TEMPLATE",
                                 .letter = 'f'};

constexpr std::array common_settings{
    Setting{
        .name = "host", .help = "The engine to use", .placeholder = "URL", .letter = 'H', .environment = "DOCKER_HOST"},
    Setting{.name = "context",
            .help = "The context of config.json to use",
            .placeholder = "NAME",
            .environment = "DOCKER_CONTEXT"},
};
constexpr std::array attach_settings{
    detach_keys,
    Setting{.name = "no-stdin", .type = SettingType::flag, .help = "Do not hand stdin on"},
};
constexpr std::array build_settings{
    Setting{.name = "tag", .help = "Name the image", .placeholder = "NAME[:TAG]", .letter = 't', .repeatable = true},
    Setting{.name = "file", .help = "The Dockerfile; PATH/Dockerfile otherwise", .placeholder = "FILE", .letter = 'f'},
    Setting{.name = "build-arg", .help = "Set a build argument", .placeholder = "NAME[=VALUE]", .repeatable = true},
    label,
    Setting{.name = "target", .help = "Build up to this stage", .placeholder = "STAGE"},
    Setting{.name = "network", .help = "The network of RUN", .placeholder = "NAME"},
    Setting{.name = "add-host",
            .help = "Add a line to /etc/hosts of RUN",
            .placeholder = "NAME:ADDRESS",
            .repeatable = true},
    Setting{.name = "builder",
            .help = "classic, buildkit, or auto: BuildKit where the build needs it",
            .placeholder = "BUILDER",
            .fallback = "auto"},
    Setting{.name = "cache-from",
            .help = "Images whose layers may be taken over",
            .placeholder = "IMAGE",
            .repeatable = true},
    Setting{.name = "cache-to",
            .help = "Where BuildKit keeps its cache",
            .placeholder = "KEY=VALUE,...",
            .repeatable = true},
    Setting{.name = "output",
            .help = "Where BuildKit puts what it built",
            .placeholder = "KEY=VALUE,...",
            .letter = 'o',
            .repeatable = true},
    Setting{.name = "progress", .help = "How BuildKit shows it: auto, plain or tty", .placeholder = "MANNER"},
    Setting{.name = "secret",
            .help = "A secret for RUN --mount of BuildKit",
            .placeholder = "id=NAME,src=FILE|env=NAME",
            .repeatable = true},
    Setting{.name = "ssh",
            .help = "An ssh agent for RUN --mount of BuildKit",
            .placeholder = "default|ID=SOCKET|KEY",
            .repeatable = true},
    platform,
    Setting{.name = "cgroup-parent", .help = "Parent control group of RUN", .placeholder = "NAME"},
    Setting{.name = "cpu-period", .help = "Period of the CPU quota", .placeholder = "MICROSECONDS"},
    Setting{.name = "cpu-quota", .help = "CPU time in each period", .placeholder = "MICROSECONDS"},
    Setting{.name = "cpu-shares", .help = "Relative weight of CPU time", .placeholder = "NUMBER", .letter = 'c'},
    Setting{.name = "cpuset-cpus", .help = "CPUs to run on (0-3, 0,1)", .placeholder = "LIST"},
    Setting{.name = "cpuset-mems", .help = "Memory nodes to use", .placeholder = "LIST"},
    Setting{.name = "iidfile", .help = "Write the image's id to a file", .placeholder = "FILE"},
    Setting{.name = "memory", .help = "Limit of memory of RUN", .placeholder = "SIZE", .letter = 'm'},
    Setting{
        .name = "memory-swap", .help = "Limit of memory and swap of RUN; -1 for unlimited swap", .placeholder = "SIZE"},
    Setting{.name = "shm-size", .help = "Size of /dev/shm of RUN", .placeholder = "SIZE"},
    Setting{.name = "security-opt", .help = "Security option of RUN", .placeholder = "OPTION", .repeatable = true},
    Setting{
        .name = "ulimit", .help = "Limit of resources of RUN", .placeholder = "NAME=SOFT[:HARD]", .repeatable = true},
    Setting{.name = "compress", .type = SettingType::flag, .help = "Accepted for compatibility"},
    Setting{.name = "disable-content-trust",
            .type = SettingType::flag,
            .help = "Accepted for compatibility; images are never verified"},
    Setting{.name = "no-cache", .type = SettingType::flag, .help = "Do every step again"},
    Setting{.name = "pull", .type = SettingType::flag, .help = "Ask for a newer base image"},
    Setting{.name = "rm",
            .type = SettingType::flag,
            .help = "Remove intermediate containers after a success",
            .fallback = "true"},
    Setting{
        .name = "force-rm", .type = SettingType::flag, .help = "Remove intermediate containers also after a failure"},
    quiet,
};
constexpr Setting change{.name = "change",
                         .help = "A line of a Dockerfile for the image, such as CMD or ENV",
                         .placeholder = "LINE",
                         .letter = 'c',
                         .repeatable = true};
constexpr Setting message{.name = "message", .help = "A comment in its history", .placeholder = "TEXT", .letter = 'm'};
constexpr std::array commit_settings{
    Setting{.name = "author", .help = "Who made it", .placeholder = "NAME", .letter = 'a'},
    change,
    message,
    Setting{.name = "pause",
            .type = SettingType::flag,
            .help = "Freeze the container meanwhile",
            .fallback = "true",
            .letter = 'p'},
};
constexpr Setting description{.name = "description", .help = "What it is for", .placeholder = "TEXT"};
constexpr Setting endpoint{.name = "docker", .help = "How its engine is reached", .placeholder = "KEY=VALUE,..."};
constexpr std::array context_create_settings{
    description,
    endpoint,
    Setting{.name = "from", .help = "As that context, as far as nothing else is said", .placeholder = "CONTEXT"},
};
constexpr std::array context_ls_settings{format, quiet};
constexpr std::array context_rm_settings{
    Setting{.name = "force", .type = SettingType::flag, .help = "Also the current one, or none", .letter = 'f'},
};
constexpr std::array context_update_settings{description, endpoint};
constexpr std::array cp_settings{
    Setting{.name = "archive",
            .type = SettingType::flag,
            .help = "What is copied in belongs to the container's user",
            .letter = 'a'},
    Setting{.name = "follow-link",
            .type = SettingType::flag,
            .help = "Copy what a link leads to, not the link",
            .letter = 'L'},
    Setting{.name = "quiet", .type = SettingType::flag, .help = "Do not tell how much was copied", .letter = 'q'},
};
constexpr std::array events_settings{
    filter,
    format,
    Setting{.name = "since", .help = "Begin with what was then", .placeholder = "MOMENT"},
    Setting{.name = "until", .help = "End with that moment; else go on", .placeholder = "MOMENT"},
};
constexpr std::array exec_settings{
    Setting{.name = "detach", .type = SettingType::flag, .help = "Do not wait for it", .letter = 'd'},
    detach_keys,
    Setting{.name = "env",
            .help = "Set an environment variable",
            .placeholder = "NAME=VALUE",
            .letter = 'e',
            .repeatable = true},
    Setting{.name = "env-file",
            .help = "Read environment variables from a file",
            .placeholder = "FILE",
            .repeatable = true},
    Setting{.name = "interactive", .type = SettingType::flag, .help = "Hand stdin on", .letter = 'i'},
    Setting{.name = "privileged", .type = SettingType::flag, .help = "With all capabilities"},
    Setting{.name = "tty", .type = SettingType::flag, .help = "With a terminal", .letter = 't'},
    Setting{.name = "user", .help = "As that user", .placeholder = "USER[:GROUP]", .letter = 'u'},
    Setting{.name = "workdir", .help = "In that directory", .placeholder = "DIR", .letter = 'w'},
};
constexpr std::array history_settings{
    format,
    Setting{.name = "human", .type = SettingType::flag, .help = "Sizes and times for people", .fallback = "true"},
    no_trunc,
    quiet,
};
constexpr std::array import_settings{change, message};
constexpr std::array images_settings{
    all,      Setting{.name = "digests", .type = SettingType::flag, .help = "With the digests of registries"},
    filter,   format,
    no_trunc, quiet,
};
constexpr std::array inspect_settings{
    inspect_format,
    Setting{.name = "type", .help = "container, image, network or volume", .placeholder = "TYPE"},
};
constexpr std::array kill_settings{Setting{
    .name = "signal", .help = "The signal to send", .placeholder = "SIGNAL", .fallback = "KILL", .letter = 's'}};
constexpr std::array load_settings{
    Setting{.name = "input", .help = "The archive; stdin otherwise", .placeholder = "FILE", .letter = 'i'}, quiet};
constexpr std::array login_settings{
    Setting{.name = "username", .help = "The user; asked for otherwise", .placeholder = "NAME", .letter = 'u'},
    Setting{.name = "password",
            .help = "The password, which other users of the host may see then",
            .placeholder = "PASSWORD",
            .letter = 'p'},
    Setting{.name = "password-stdin", .type = SettingType::flag, .help = "Read the password from stdin"},
};
constexpr std::array logs_settings{
    Setting{.name = "follow", .type = SettingType::flag, .help = "Go on as it grows", .letter = 'f'},
    Setting{.name = "since",
            .help = "Not what is older: a date and time, seconds since 1970, or a duration",
            .placeholder = "MOMENT"},
    Setting{
        .name = "tail", .help = "Only so many last lines", .placeholder = "LINES", .fallback = "all", .letter = 'n'},
    Setting{.name = "timestamps", .type = SettingType::flag, .help = "With the time of each line", .letter = 't'},
    Setting{.name = "until", .help = "Not what is newer", .placeholder = "MOMENT"},
};
constexpr std::array network_connect_settings{
    Setting{.name = "alias", .help = "A further name of it there", .placeholder = "NAME", .repeatable = true},
    Setting{.name = "ip", .help = "Its IPv4 address there", .placeholder = "ADDRESS"},
    Setting{.name = "ip6", .help = "Its IPv6 address there", .placeholder = "ADDRESS"},
};
constexpr std::array network_disconnect_settings{force};
constexpr std::array network_create_settings{
    driver,
    Setting{.name = "subnet", .help = "Its range of addresses", .placeholder = "CIDR"},
    Setting{.name = "gateway", .help = "The host's address in it", .placeholder = "ADDRESS"},
    Setting{.name = "internal", .type = SettingType::flag, .help = "Without a way out"},
    Setting{.name = "attachable", .type = SettingType::flag, .help = "Containers may join by hand"},
    Setting{.name = "ipv6", .type = SettingType::flag, .help = "With IPv6"},
    label,
    driver_option,
};
constexpr std::array network_ls_settings{filter, format, no_trunc, quiet};
constexpr std::array volume_ls_settings{filter, format, quiet};
constexpr Setting grant{
    .name = "grant-all-permissions", .type = SettingType::flag, .help = "Grant what it asks for without a question"};
constexpr std::array plugin_disable_settings{force};
constexpr std::array plugin_enable_settings{Setting{.name = "timeout",
                                                    .type = SettingType::number,
                                                    .help = "Seconds that the engine waits for it to answer",
                                                    .placeholder = "SECONDS",
                                                    .fallback = "30"}};
constexpr std::array plugin_install_settings{
    Setting{.name = "alias", .help = "Its name here", .placeholder = "NAME"},
    Setting{.name = "disable", .type = SettingType::flag, .help = "Do not enable it"},
    Setting{.name = "disable-content-trust",
            .type = SettingType::flag,
            .help = "Accepted for compatibility; plugins are never verified"},
    grant,
};
constexpr std::array plugin_ls_settings{filter, format, no_trunc, quiet};
constexpr std::array plugin_upgrade_settings{
    grant,
    Setting{.name = "skip-remote-check",
            .type = SettingType::flag,
            .help = "Do not ask where it comes from another reference"},
};
constexpr std::array ps_settings{
    all,
    filter,
    format,
    Setting{.name = "last",
            .type = SettingType::number,
            .help = "The newest so many, also those that do not run",
            .placeholder = "COUNT",
            .fallback = "-1",
            .letter = 'n'},
    Setting{.name = "latest", .type = SettingType::flag, .help = "The newest one", .letter = 'l'},
    no_trunc,
    quiet,
    Setting{.name = "size", .type = SettingType::flag, .help = "With their sizes on disk", .letter = 's'},
};
constexpr Setting prune_all{
    .name = "all", .type = SettingType::flag, .help = "All that is unused, not only what has no name", .letter = 'a'};
constexpr Setting prune_filter{
    .name = "filter", .help = "Only those that fit", .placeholder = "KEY=VALUE", .repeatable = true};
constexpr Setting prune_force{.name = "force", .type = SettingType::flag, .help = "Do not ask first", .letter = 'f'};
constexpr std::array prune_settings{prune_filter, prune_force};
constexpr std::array image_prune_settings{prune_all, prune_filter, prune_force};
constexpr std::array system_prune_settings{
    prune_all,
    prune_filter,
    prune_force,
    Setting{.name = "volumes", .type = SettingType::flag, .help = "Volumes too"},
};
constexpr std::array pull_settings{platform, quiet};
constexpr std::array push_settings{quiet};
constexpr std::array rm_settings{
    force,
    Setting{.name = "volumes", .type = SettingType::flag, .help = "Its anonymous volumes too", .letter = 'v'},
};
constexpr std::array rmi_settings{
    force, Setting{.name = "no-prune", .type = SettingType::flag, .help = "Keep untagged parents"}};
constexpr std::array save_settings{
    Setting{.name = "output", .help = "The archive; stdout otherwise", .placeholder = "FILE", .letter = 'o'}};
constexpr std::array search_settings{
    filter,
    format,
    Setting{.name = "limit",
            .type = SettingType::number,
            .help = "At most so many, 1 to 100",
            .placeholder = "COUNT",
            .fallback = "25"},
    no_trunc,
};
constexpr std::array start_settings{
    Setting{
        .name = "attach", .type = SettingType::flag, .help = "Stay with it, and end with its exit code", .letter = 'a'},
    detach_keys,
    Setting{.name = "interactive", .type = SettingType::flag, .help = "Stay, and hand stdin on", .letter = 'i'},
};
constexpr std::array stats_settings{
    all,
    format,
    Setting{.name = "no-stream", .type = SettingType::flag, .help = "Print once, and end"},
    no_trunc,
};
constexpr std::array stop_settings{time_setting};
constexpr std::array system_df_settings{format};
constexpr std::array update_settings{
    Setting{.name = "blkio-weight", .help = "Relative weight of block I/O, 10 to 1000", .placeholder = "NUMBER"},
    Setting{.name = "cpu-period", .help = "Period of the CPU quota", .placeholder = "MICROSECONDS"},
    Setting{.name = "cpu-quota", .help = "CPU time in each period", .placeholder = "MICROSECONDS"},
    Setting{.name = "cpu-shares", .help = "Relative weight of CPU time", .placeholder = "NUMBER", .letter = 'c'},
    Setting{.name = "cpus", .help = "Number of CPUs, such as 1.5", .placeholder = "NUMBER"},
    Setting{.name = "cpuset-cpus", .help = "CPUs to run on (0-3, 0,1)", .placeholder = "LIST"},
    Setting{.name = "cpuset-mems", .help = "Memory nodes to use", .placeholder = "LIST"},
    Setting{.name = "memory", .help = "Limit of memory", .placeholder = "SIZE", .letter = 'm'},
    Setting{.name = "memory-reservation", .help = "Soft limit of memory", .placeholder = "SIZE"},
    Setting{.name = "memory-swap", .help = "Limit of memory and swap; -1 for unlimited swap", .placeholder = "SIZE"},
    Setting{.name = "pids-limit", .help = "Limit of processes; -1 for none", .placeholder = "NUMBER"},
    Setting{.name = "restart",
            .help = "Restart policy: no, always, unless-stopped, on-failure[:N]",
            .placeholder = "POLICY"},
};
constexpr std::array document_settings{inspect_format};
constexpr std::array volume_create_settings{driver, label, driver_option};
constexpr std::array volume_rm_settings{force};

/// The grammar of docker run is the engine room's; its flags as rows for help and completion.
std::span<const Setting> run_settings()
{
    static const std::vector<Setting> rows = [] {
        std::vector<Setting> list;
        for (const engine::Flag& flag : engine::run_flags())
            list.push_back({.name = flag.name,
                            .type = flag.takes_value ? SettingType::text : SettingType::flag,
                            .help = flag.help,
                            .placeholder = flag.placeholder,
                            .letter = flag.letter});
        return list;
    }();
    return rows;
}

std::span<const Verb> plain_verbs()
{
    static const std::array rows{
        Verb{.name = "attach",
             .usage = "CONTAINER",
             .synopsis = "Takes part in a running container's streams",
             .settings = attach_settings,
             .run = attach},
        Verb{.name = "build",
             .usage = "PATH|URL|-",
             .synopsis = "Builds an image from a Dockerfile",
             .settings = build_settings,
             .run = build},
        Verb{.name = "builder prune",
             .synopsis = "Removes the cache of builds",
             .settings = image_prune_settings,
             .run = builder_prune},
        Verb{.name = "commit",
             .usage = "CONTAINER [NAME[:TAG]]",
             .synopsis = "Makes an image of what a container has changed",
             .settings = commit_settings,
             .run = commit},
        Verb{.name = "container prune",
             .synopsis = "Removes all stopped containers",
             .settings = prune_settings,
             .run = container_prune},
        Verb{.name = "context create",
             .usage = "CONTEXT",
             .synopsis = "Makes a context: a name for an engine",
             .settings = context_create_settings,
             .run = context_create},
        Verb{.name = "context inspect",
             .usage = "[CONTEXT...]",
             .synopsis = "Tells all about contexts",
             .settings = document_settings,
             .run = context_inspect},
        Verb{.name = "context ls",
             .synopsis = "Lists the contexts of config.json",
             .settings = context_ls_settings,
             .run = context_ls},
        Verb{.name = "context rm",
             .usage = "CONTEXT...",
             .synopsis = "Removes contexts",
             .settings = context_rm_settings,
             .run = context_rm},
        Verb{.name = "context show", .synopsis = "Prints the name of the current context", .run = context_show},
        Verb{.name = "context update",
             .usage = "CONTEXT",
             .synopsis = "Changes what a context says",
             .settings = context_update_settings,
             .run = context_update},
        Verb{.name = "context use",
             .usage = "CONTEXT",
             .synopsis = "Makes a context the current one",
             .run = context_use},
        Verb{.name = "cp",
             .usage = "CONTAINER:PATH PATH|-  or  PATH|- CONTAINER:PATH",
             .synopsis = "Copies files out of a container or into it",
             .settings = cp_settings,
             .run = cp},
        Verb{.name = "create",
             .usage = "IMAGE [COMMAND] [ARGUMENT...]",
             .synopsis = "Makes a container without starting it",
             .settings = run_settings(),
             .traits = own_options,
             .run = create},
        Verb{.name = "diff",
             .usage = "CONTAINER",
             .synopsis = "Lists the files that a container has added, changed or deleted",
             .run = diff},
        Verb{.name = "events",
             .synopsis = "Prints what happens at the engine",
             .settings = events_settings,
             .run = events},
        Verb{.name = "exec",
             .usage = "CONTAINER COMMAND [ARGUMENT...]",
             .synopsis = "Runs a command in a running container",
             .settings = exec_settings,
             .traits = stops_at_argument,
             .run = exec},
        Verb{.name = "export",
             .usage = "CONTAINER",
             .synopsis = "Puts a container's file system into an archive",
             .settings = save_settings,
             .run = export_container},
        Verb{.name = "history",
             .usage = "IMAGE",
             .synopsis = "Tells how an image was made",
             .settings = history_settings,
             .run = history},
        Verb{.name = "image prune",
             .synopsis = "Removes images that nobody uses",
             .settings = image_prune_settings,
             .run = image_prune},
        Verb{.name = "images",
             .usage = "[REPOSITORY[:TAG]]",
             .synopsis = "Lists images",
             .settings = images_settings,
             .run = images},
        Verb{.name = "import",
             .usage = "FILE|URL|- [NAME[:TAG]]",
             .synopsis = "Makes an image of an archive of a file system",
             .settings = import_settings,
             .run = import_image},
        Verb{.name = "info", .synopsis = "Tells about the engine", .settings = document_settings, .run = info},
        Verb{.name = "inspect",
             .usage = "NAME...",
             .synopsis = "Tells all about containers, images, networks or volumes",
             .settings = inspect_settings,
             .run = inspect},
        Verb{.name = "kill",
             .usage = "CONTAINER...",
             .synopsis = "Sends a signal to containers",
             .settings = kill_settings,
             .run = kill},
        Verb{.name = "load", .synopsis = "Takes images from an archive", .settings = load_settings, .run = load},
        Verb{.name = "login",
             .usage = "[REGISTRY]",
             .synopsis = "Keeps a login for a registry",
             .settings = login_settings,
             .run = login},
        Verb{.name = "logout", .usage = "[REGISTRY]", .synopsis = "Forgets the login for a registry", .run = logout},
        Verb{.name = "logs",
             .usage = "CONTAINER",
             .synopsis = "Prints what a container has written",
             .settings = logs_settings,
             .run = logs},
        Verb{.name = "network connect",
             .usage = "NETWORK CONTAINER",
             .synopsis = "Joins a container to a network",
             .settings = network_connect_settings,
             .run = network_connect},
        Verb{.name = "network create",
             .usage = "NAME",
             .synopsis = "Makes a network",
             .settings = network_create_settings,
             .run = network_create},
        Verb{.name = "network disconnect",
             .usage = "NETWORK CONTAINER",
             .synopsis = "Takes a container out of a network",
             .settings = network_disconnect_settings,
             .run = network_disconnect},
        Verb{.name = "network inspect",
             .usage = "NETWORK...",
             .synopsis = "Tells all about networks",
             .settings = document_settings,
             .run = network_inspect},
        Verb{.name = "network ls", .synopsis = "Lists networks", .settings = network_ls_settings, .run = network_ls},
        Verb{.name = "network prune",
             .synopsis = "Removes networks that nobody uses",
             .settings = prune_settings,
             .run = network_prune},
        Verb{.name = "network rm", .usage = "NETWORK...", .synopsis = "Removes networks", .run = network_rm},
        Verb{.name = "pause", .usage = "CONTAINER...", .synopsis = "Freezes containers", .run = pause},
        Verb{.name = "plugin disable",
             .usage = "PLUGIN",
             .synopsis = "Stops a plugin",
             .settings = plugin_disable_settings,
             .run = plugin_disable},
        Verb{.name = "plugin enable",
             .usage = "PLUGIN",
             .synopsis = "Starts a plugin",
             .settings = plugin_enable_settings,
             .run = plugin_enable},
        Verb{.name = "plugin inspect",
             .usage = "PLUGIN...",
             .synopsis = "Tells all about plugins",
             .settings = document_settings,
             .run = plugin_inspect},
        Verb{.name = "plugin install",
             .usage = "PLUGIN [NAME=VALUE...]",
             .synopsis = "Fetches a plugin from its registry, and starts it",
             .settings = plugin_install_settings,
             .run = plugin_install},
        Verb{.name = "plugin ls", .synopsis = "Lists plugins", .settings = plugin_ls_settings, .run = plugin_ls},
        Verb{.name = "plugin rm",
             .usage = "PLUGIN...",
             .synopsis = "Removes plugins",
             .settings = plugin_disable_settings,
             .run = plugin_rm},
        Verb{.name = "plugin set",
             .usage = "PLUGIN NAME=VALUE...",
             .synopsis = "Changes the settings of a plugin that is stopped",
             .run = plugin_set},
        Verb{.name = "plugin upgrade",
             .usage = "PLUGIN [REMOTE]",
             .synopsis = "Fetches the newest of a plugin that is stopped",
             .settings = plugin_upgrade_settings,
             .run = plugin_upgrade},
        Verb{.name = "port",
             .usage = "CONTAINER [PORT[/PROTOCOL]]",
             .synopsis = "Tells where a container's ports are published",
             .run = port},
        Verb{.name = "ps", .synopsis = "Lists containers", .settings = ps_settings, .run = ps},
        Verb{.name = "pull",
             .usage = "NAME[:TAG|@DIGEST]",
             .synopsis = "Fetches an image from a registry",
             .settings = pull_settings,
             .run = pull},
        Verb{.name = "push",
             .usage = "NAME[:TAG]",
             .synopsis = "Sends an image to its registry",
             .settings = push_settings,
             .run = push},
        Verb{.name = "rename", .usage = "CONTAINER NAME", .synopsis = "Gives a container another name", .run = rename},
        Verb{.name = "restart",
             .usage = "CONTAINER...",
             .synopsis = "Stops and starts containers",
             .settings = stop_settings,
             .run = restart},
        Verb{.name = "rm",
             .usage = "CONTAINER...",
             .synopsis = "Removes containers",
             .settings = rm_settings,
             .run = rm},
        Verb{.name = "rmi", .usage = "IMAGE...", .synopsis = "Removes images", .settings = rmi_settings, .run = rmi},
        Verb{.name = "run",
             .usage = "IMAGE [COMMAND] [ARGUMENT...]",
             .synopsis = "Runs a command in a new container",
             .settings = run_settings(),
             .traits = own_options,
             .run = run,
             .details = "Ends with the container's exit code; with 125 where it could not be made, 126 where its "
                        "command cannot be invoked, and 127 where\n"
                        "the command is not there."},
        Verb{.name = "save",
             .usage = "IMAGE...",
             .synopsis = "Puts images into an archive",
             .settings = save_settings,
             .run = save},
        Verb{.name = "search",
             .usage = "[REGISTRY/]TERM",
             .synopsis = "Looks for images in a registry",
             .settings = search_settings,
             .run = search},
        Verb{.name = "start",
             .usage = "CONTAINER...",
             .synopsis = "Starts containers",
             .settings = start_settings,
             .run = start},
        Verb{.name = "stats",
             .usage = "[CONTAINER...]",
             .synopsis = "Tells each second what containers use",
             .settings = stats_settings,
             .run = stats},
        Verb{.name = "stop",
             .usage = "CONTAINER...",
             .synopsis = "Stops containers",
             .settings = stop_settings,
             .run = stop},
        Verb{.name = "system dial-stdio",
             .synopsis = "Carries stdin and stdout to the engine: the far end of ssh:// hosts",
             .run = system_dial_stdio},
        Verb{.name = "system df",
             .synopsis = "Tells what takes the engine's disk",
             .settings = system_df_settings,
             .run = system_df},
        Verb{.name = "system prune",
             .synopsis = "Removes all that nobody uses",
             .settings = system_prune_settings,
             .run = system_prune},
        Verb{.name = "tag", .usage = "IMAGE NAME[:TAG]", .synopsis = "Gives an image a further name", .run = tag},
        Verb{.name = "top",
             .usage = "CONTAINER [PS-OPTION...]",
             .synopsis = "Lists the processes of a container",
             .traits = stops_at_argument,
             .run = top},
        Verb{.name = "unpause", .usage = "CONTAINER...", .synopsis = "Lets frozen containers go on", .run = unpause},
        Verb{.name = "update",
             .usage = "CONTAINER...",
             .synopsis = "Changes the limits of containers that live",
             .settings = update_settings,
             .run = update},
        Verb{.name = "version",
             .synopsis = "Prints our version and the engine's",
             .settings = document_settings,
             .run = version},
        Verb{.name = "volume create",
             .usage = "[NAME]",
             .synopsis = "Makes a volume",
             .settings = volume_create_settings,
             .run = volume_create},
        Verb{.name = "volume inspect",
             .usage = "VOLUME...",
             .synopsis = "Tells all about volumes",
             .settings = document_settings,
             .run = volume_inspect},
        Verb{.name = "volume ls", .synopsis = "Lists volumes", .settings = volume_ls_settings, .run = volume_ls},
        Verb{.name = "volume prune",
             .synopsis = "Removes volumes that nobody uses",
             .settings = prune_settings,
             .run = volume_prune},
        Verb{.name = "volume rm",
             .usage = "VOLUME...",
             .synopsis = "Removes volumes",
             .settings = volume_rm_settings,
             .run = volume_rm},
        Verb{.name = "wait",
             .usage = "CONTAINER...",
             .synopsis = "Waits until containers stop and prints their exit codes",
             .run = wait},
    };
    return rows;
}

/// The words "container ls" and the like, beside the older ones for the same.
constexpr std::array<std::pair<std::string_view, std::string_view>, 48> group_verbs{{
    {"container attach", "attach"},   {"builder build", "build"},
    {"container commit", "commit"},   {"container cp", "cp"},
    {"container create", "create"},   {"container diff", "diff"},
    {"container exec", "exec"},       {"container export", "export"},
    {"container kill", "kill"},       {"container list", "ps"},
    {"container logs", "logs"},       {"container ls", "ps"},
    {"container pause", "pause"},     {"container port", "port"},
    {"container ps", "ps"},           {"container rename", "rename"},
    {"container restart", "restart"}, {"container rm", "rm"},
    {"container run", "run"},         {"container start", "start"},
    {"container stats", "stats"},     {"container stop", "stop"},
    {"container top", "top"},         {"container unpause", "unpause"},
    {"container update", "update"},   {"container wait", "wait"},
    {"image build", "build"},         {"context list", "context ls"},
    {"context remove", "context rm"}, {"image history", "history"},
    {"image import", "import"},       {"image list", "images"},
    {"image load", "load"},           {"image ls", "images"},
    {"image pull", "pull"},           {"image push", "push"},
    {"image remove", "rmi"},          {"image rm", "rmi"},
    {"image save", "save"},           {"image tag", "tag"},
    {"network list", "network ls"},   {"network remove", "network rm"},
    {"plugin list", "plugin ls"},     {"plugin remove", "plugin rm"},
    {"system events", "events"},      {"system info", "info"},
    {"volume list", "volume ls"},     {"volume remove", "volume rm"},
}};

std::span<const Verb> verbs()
{
    static const std::vector<Verb> rows = [] {
        std::vector<Verb> list(plain_verbs().begin(), plain_verbs().end());
        for (const auto& [name, plain] : group_verbs) {
            Verb verb = *std::ranges::find(plain_verbs(), plain, &Verb::name);
            verb.name = name;
            verb.traits |= hidden;
            list.push_back(verb);
        }
        const auto add_inspect = [&list](std::string_view name, std::string_view usage, int (*run)(Context&)) {
            list.push_back({.name = name,
                            .usage = usage,
                            .synopsis = "Tells all about them",
                            .settings = document_settings,
                            .traits = hidden,
                            .run = run});
        };
        add_inspect("container inspect", "CONTAINER...", container_inspect);
        add_inspect("image inspect", "IMAGE...", image_inspect);
        std::ranges::sort(list, {}, &Verb::name);
        return list;
    }();
    return rows;
}

/// docker's manner: a sentence on stderr, 125 for the options of the command line and for what run could not begin,
/// else 1.
int report(const Error& error, const Context& context)
{
    if (error.kind() == ErrorKind::interrupted)
        return 130;
    fmt::print(stderr, "docker: {}\n", printable(error.what()));
    if (!error.hint().empty())
        fmt::print(stderr, "hint: {}\n", printable(error.hint()));
    if (dynamic_cast<const TemplateError*>(&error) != nullptr)
        return TemplateError::exit_code;
    const bool is_run = context.verb != nullptr && context.verb->run == run;
    const bool is_option = error.kind() == ErrorKind::usage && dynamic_cast<const ArgumentError*>(&error) == nullptr;
    return is_option || is_run ? 125 : 1;
}

} // namespace

const Applet docker_applet{
    .name = "docker",
    .alias = "docker",
    .synopsis = "The everyday words of the docker client",
    .verbs = verbs(),
    .settings = common_settings,
    .flag_values = true,
    .version_line = "Docker version " DFRIENDS_VERSION ", build dfriends", // scripts cut it up
    .report = report,
};

} // namespace dfriends::applets::docker
