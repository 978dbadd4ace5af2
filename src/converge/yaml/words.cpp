// SPDX-License-Identifier: Apache-2.0
#include "converge/yaml/words.hpp"

#include "base/suggest.hpp"
#include "base/text.hpp"
#include "converge/yaml/item.hpp"
#include "converge/yaml/readers.hpp"

#include <algorithm>
#include <array>

namespace dfriends::converge::yaml {

namespace {

using config::Node;
using config::NodeKind;

namespace tables {

constexpr auto all = std::to_array<Word>({
    {"before", "", read::before, Form::texts, "Items that come after this one"},
    {"for_each", "", nullptr, Form::any, "Values to repeat the item with, which are ${each} in it"},
    {"ignore_failure", "", nullptr, Form::flag, "The run goes on where it fails"},
    {"noop", "", nullptr, Form::flag, "What would be done is told, and not done"},
    {"not_if", "", read::not_guard, Form::texts, "Shell text; where it succeeds, nothing is done"},
    {"notify", "", read::notify, Form::texts, "Handlers or items to tell of a change; NAME! is told at once"},
    {"only_if", "", read::guard, Form::texts, "Shell text; where it fails, nothing is done"},
    {"require", "", read::require, Form::texts, "Items that come before this one"},
    {"retries", "", nullptr, Form::any, "How often it is tried again where it fails"},
    {"retry_delay", "", nullptr, Form::any, "Seconds between two tries"},
    {"sensitive", "", nullptr, Form::flag, "Its values are not told"},
    {"subscribe", "", read::subscribe, Form::texts, "Items whose change refreshes this one"},
    {"when", "", nullptr, Form::any, "An expression; where it does not hold, the item is left out"},
});

constexpr std::string_view state_help = "What it shall be";

constexpr auto docker = std::to_array<Word>({
    {"daemon", "daemon"},
    {"ensure", "", read::later, Form::text, "running (the default), absent or unmanaged"},
    {"package", "", read::package_of_engine, Form::any,
     "Its package, or a map with name, version, repository and repository_key"},
});

constexpr auto registries = std::to_array<Word>({
    {"password", "password"},
    {"server", "server"},
    {"state", "", read::later, Form::text, state_help},
    {"username", "username"},
});

constexpr auto images = std::to_array<Word>({
    {"build", "", read::build, Form::any,
     "Folder to build it from, or a map with context, dockerfile, args, target and no_cache"},
    {"builder", "builder"},
    {"force", "force"},
    {"image", "image"},
    {"load", "archive", read::path, Form::text, "Archive to load it from"},
    {"pull_policy", "", read::later, Form::text,
     "missing (the default), always or digest; of one that is built: build (the default) or missing"},
    {"state", "", read::later, Form::text, state_help},
    {"tag", "tag"},
});

constexpr auto plugins = std::to_array<Word>({
    {"force", "force"},
    {"grant_privileges", "grant_privileges"},
    {"options", "options", nullptr, Form::map},
    {"remote", "remote"},
    {"state", "", read::later, Form::text, "enabled (the default), disabled, present (either of them) or absent"},
    {"tag", "tag"},
    {"timeout", "timeout"},
});

constexpr auto networks = std::to_array<Word>({
    {"attachable", "attachable"},
    {"driver", "driver"},
    {"driver_opts", "options", nullptr, Form::map},
    {"enable_ipv6", "ipv6"},
    {"internal", "internal"},
    {"ipam", "", read::ipam, Form::any, "A map with driver and config: subnet, gateway, ip_range, aux_addresses"},
    {"labels", "labels", nullptr, Form::map},
    {"on_change", "on_change", read::on_change_of_network, Form::text,
     "recreate (the default): made anew where no container that runs is in it; or refuse"},
    {"state", "", read::later, Form::text, state_help},
});

constexpr auto volumes = std::to_array<Word>({
    {"driver", "driver"},
    {"driver_opts", "options", nullptr, Form::map},
    {"labels", "labels", nullptr, Form::map},
    {"on_change", "", read::on_change_of_volume, Form::text, "refuse, which is what is always done"},
    {"state", "", read::later, Form::text, state_help},
});

constexpr auto files = std::to_array<Word>({
    {"content", "content"},
    {"group", "group"},
    {"mode", "mode"},
    {"owner", "owner"},
    {"path", "path"},
    {"source", "source", read::source, Form::text, "File to copy the content from"},
    {"state", "", read::later, Form::text, "present (the default), absent or directory"},
    {"template", "", read::file_template, Form::text, "File whose expressions are evaluated to make the content"},
});

constexpr auto packages = std::to_array<Word>({
    {"name", "", read::later, Form::text, "Its name"},
    {"options", "options"},
    {"state", "", read::later, Form::text, "present (the default), latest or absent"},
    {"version", "version"},
});

constexpr auto containers = std::to_array<Word>({
    {"adopt", "adopt"},
    {"cap_add", "cap_add"},
    {"cap_drop", "cap_drop"},
    {"cgroup", "cgroupns"},
    {"cgroup_parent", "cgroup_parent"},
    {"command", "command"},
    {"compare", "compare", read::compare},
    {"container_name", "container"},
    {"cpu_period", "cpu_period"},
    {"cpu_quota", "cpu_quota"},
    {"cpu_shares", "cpu_shares"},
    {"cpus", "cpus"},
    {"cpuset", "cpuset_cpus"},
    {"depends_on", "", read::depends_on, Form::any,
     "Containers to start before it; condition: started, healthy or completed"},
    {"deploy", "", read::deploy, Form::any, "resources: limits and reservations"},
    {"device_cgroup_rules", "device_cgroup_rules"},
    {"devices", "devices"},
    {"dns", "dns"},
    {"dns_opt", "dns_options"},
    {"dns_search", "dns_search"},
    {"domainname", "domainname"},
    {"entrypoint", "entrypoint"},
    {"env_file", "env_file", read::env_file, Form::any},
    {"environment", "env", nullptr, Form::map},
    {"expose", "expose"},
    {"extra_hosts", "extra_hosts", read::extra_hosts, Form::map},
    {"group_add", "group_add"},
    {"healthcheck", "", read::healthcheck, Form::any, "test, interval, timeout, retries, start_period, disable"},
    {"hostname", "hostname"},
    {"image", "image"},
    {"init", "init"},
    {"ipc", "ipc"},
    {"labels", "labels", nullptr, Form::map},
    {"links", "links"},
    {"logging", "", read::logging, Form::any, "driver and options"},
    {"mac_address", "mac_address"},
    {"mem_limit", "memory"},
    {"mem_reservation", "memory_reservation"},
    {"mem_swappiness", "memory_swappiness"},
    {"memswap_limit", "memory_swap"},
    {"network_mode", "network", read::network_mode, Form::text},
    {"networks", "networks", read::networks, Form::any},
    {"oom_kill_disable", "oom_kill_disable"},
    {"oom_score_adj", "oom_score_adj"},
    {"pid", "pid"},
    {"pids_limit", "pids_limit"},
    {"platform", "platform"},
    {"ports", "ports", read::ports, Form::any},
    {"privileged", "privileged"},
    {"read_only", "read_only"},
    {"recreate", "", read::recreate, Form::any, "keep_anonymous_volumes; order: stop-first, and rollback: true"},
    {"restart", "restart"},
    {"runtime", "runtime"},
    {"secrets", "", read::secrets, Form::any, "Secrets of files, mounted in /run/secrets"},
    {"security_opt", "security_options"},
    {"shm_size", "shm_size"},
    {"state", "", read::later, Form::text, "running, healthy, created, stopped or absent"},
    {"stdin_open", "stdin"},
    {"stop_grace_period", "stop_timeout", read::stop_grace_period, Form::text, "Time before a stop kills: 10s, 1m30s"},
    {"stop_signal", "stop_signal"},
    {"storage_opt", "storage_options", nullptr, Form::map},
    {"sysctls", "sysctls", nullptr, Form::map},
    {"tmpfs", "tmpfs"},
    {"tty", "tty"},
    {"ulimits", "ulimits", read::ulimits, Form::any},
    {"user", "user"},
    {"userns_mode", "userns"},
    {"uts", "uts"},
    {"volumes", "volumes", read::volumes, Form::any},
    {"volumes_from", "volumes_from"},
    {"working_dir", "working_directory"},
});

constexpr auto exec = std::to_array<Word>({
    {"changed_if", "", read::changed_if, Form::texts, "Exit codes that mean a change: exit==0, or a list of them"},
    {"command", "", read::later, Form::texts, "Program and arguments"},
    {"container", "", read::later, Form::text, "Container to run it in"},
    {"creates", "", read::later, Form::text, "File inside whose presence means that it has run"},
    {"environment", "", read::later, Form::map, "Variables for it"},
    {"returns", "returns"},
    {"timeout", "timeout"},
    {"user", "", read::later, Form::text, "User inside"},
    {"working_dir", "", read::later, Form::text, "Working directory inside"},
});

constexpr auto commands = std::to_array<Word>({
    {"changed_if", "", read::changed_if, Form::texts, "Exit codes that mean a change: exit==0, or a list of them"},
    {"command", "", read::later, Form::texts, "Shell text, or a program and its arguments"},
    {"creates", "creates"},
    {"environment", "", read::later, Form::map, "Variables for it"},
    {"path", "path"},
    {"returns", "returns"},
    {"timeout", "timeout"},
    {"user", "", read::later, Form::text, "User to run it as"},
    {"working_dir", "", read::later, Form::text, "Working directory"},
});

constexpr auto handlers = std::to_array<Word>({
    {"command", "", read::later, Form::texts, "Shell text, or a program and its arguments"},
    {"container", "", read::later, Form::text, "Container to run the command in"},
    {"environment", "", read::later, Form::map, "Variables for the command"},
    {"restart", "", read::later, Form::texts, "Containers to restart"},
    {"returns", "returns"},
    {"signal", "", read::later, Form::any, "container and signal"},
    {"timeout", "timeout"},
    {"user", "", read::later, Form::text, "User of the command"},
    {"working_dir", "", read::later, Form::text, "Working directory of the command"},
});

constexpr std::string_view in_images = "describe the image in images, and name it here";

constexpr auto refused_containers = std::to_array<Advice>({
    {"attach", "docker logs shows what a container writes"},
    {"build", in_images},
    {"configs", "declare the file in files, and mount it with volumes"},
    {"env", "write environment"},
    {"extends", "share values with an anchor and <<, or with vars"},
    {"external_links", "write links"},
    {"label_file", "write labels"},
    {"pre_stop", "write a command in exec"},
    {"post_start", "write a command in exec"},
    {"profiles", "write when"},
    {"pull_policy", in_images},
    {"scale", "write for_each, with ${each} in the name"},
});

constexpr auto refused_images = std::to_array<Advice>({
    {"dockerfile", "write build: {context: FOLDER, dockerfile: FILE}"},
    {"pull", "write pull_policy"},
});

constexpr auto refused_plugins = std::to_array<Advice>({
    {"alias", "its key is its name here, and remote what it is called in its registry"},
    {"env", "write options"},
    {"image", "write remote"},
    {"name", "its key is its name"},
    {"settings", "write options"},
});

constexpr auto refused_places = std::to_array<Advice>({
    {"external", "leave it out of the manifest: containers may name what is there already"},
    {"name", "its key is its name"},
});

constexpr auto refused_commands = std::to_array<Advice>({
    {"cwd", "write working_dir"},
    {"directory", "write working_dir"},
});

using enum Shape;

constexpr auto rows = std::to_array<Section>({
    {"docker",
     "docker",
     "docker_engine",
     one,
     "The engine itself",
     docker,
     {},
     read::begin_engine,
     read::finish_engine},
    {"registries",
     "registry",
     "docker_registry",
     list,
     "Registries to log in to",
     registries,
     {},
     read::begin_registry,
     read::finish_registry},
    {"images", "image", "docker_image", by_name, "Images to pull, build or load", images, refused_images, nullptr,
     read::finish_image},
    {"plugins", "plugin", "docker_plugin", by_name, "Plugins of the engine", plugins, refused_plugins, nullptr,
     read::finish_plugin},
    {"networks", "network", "docker_network", by_name, "Networks", networks, refused_places, nullptr,
     read::finish_network},
    {"volumes", "volume", "docker_volume", by_name, "Volumes", volumes, refused_places, nullptr, read::finish_volume},
    {"files",
     "file",
     "file",
     list,
     "Files and directories of the host",
     files,
     {},
     read::begin_file,
     read::finish_file},
    {"packages",
     "package",
     "package",
     list,
     "Packages of the host",
     packages,
     {},
     read::begin_package,
     read::finish_package},
    {"containers", "container", "docker_container", by_name, "Containers", containers, refused_containers, nullptr,
     read::finish_container},
    {"exec", "exec", "exec", by_name, "Commands inside of containers", exec, refused_commands, nullptr,
     read::finish_exec},
    {"commands", "command", "exec", by_name, "Commands of the host", commands, refused_commands, nullptr,
     read::finish_command},
    {"handlers", "handler", "exec", by_name, "What changes are told to: each is run once, at the end", handlers,
     refused_commands, nullptr, read::finish_handler},
});

constexpr auto top = std::to_array<TopWord>({
    {"dfriends", "The version of the manifest, which is 1"},
    {"include", "Further manifests; the last part of a path may have * and ?"},
    {"name", "A name for the whole, which is ${name}; --prune keeps to what has it"},
    {"resources", "Resources by their types"},
    {"secrets", "Values to keep to oneself, from a file, from the environment (env) or from the key-value store (kv)"},
    {"var_files", "Files of variables; later ones win"},
    {"vars", "Variables: ${vars.NAME}"},
});

constexpr auto refused_top = std::to_array<Advice>({
    {"configs", "declare the files in files, and mount them with volumes"},
    {"cron", "declare a file of /etc/cron.d in files"},
    {"services", "write containers"},
    {"version", "leave it out, or write dfriends: 1"},
});

} // namespace tables

template <class Rows>
void add_keys(const Rows& rows, std::vector<std::string>& keys)
{
    for (const auto& row : rows)
        keys.emplace_back(row.key);
}

[[noreturn]] void refuse(const Node& key, std::string_view where, std::span<const Advice> refused,
                         const std::vector<std::string>& known)
{
    const auto advice = std::ranges::find(refused, key.text(), &Advice::key);
    if (advice != refused.end())
        throw key.error(fmt::format("there is no '{}' {}", key.text(), where)).hint(std::string(advice->advice));
    std::string hint = did_you_mean(key.text(), known);
    if (hint.empty())
        hint = "known here: " + join(known, ", ");
    throw key.error(fmt::format("unknown key '{}' {}", printable(key.text()), where)).hint(std::move(hint));
}

} // namespace

std::span<const Section> sections()
{
    return tables::rows;
}

const Section* find_section_of_kind(std::string_view kind)
{
    const auto row = std::ranges::find(tables::rows, kind, &Section::kind);
    return row == tables::rows.end() ? nullptr : &*row;
}

std::span<const Word> words_of_all()
{
    return tables::all;
}

std::span<const TopWord> top_words()
{
    return tables::top;
}

bool is_extension(std::string_view key)
{
    return key.starts_with("x-");
}

void check_top_words(const Node& root)
{
    std::vector<std::string> known;
    for (const Section& section : sections())
        known.emplace_back(section.name);
    add_keys(top_words(), known);
    for (const auto& [key, value] : root.members())
        if (!is_extension(key.text()) && std::ranges::find(known, key.text()) == known.end())
            refuse(key, "at the top of a manifest", tables::refused_top, known);
}

void check_item_words(const Section& section, const Node& body)
{
    if (body.kind() != NodeKind::map)
        return;
    const auto has = [](std::span<const Word> words, const std::string& key) {
        return std::ranges::find(words, key, &Word::key) != words.end();
    };
    for (const auto& [key, value] : body.members()) {
        if (is_extension(key.text()) || has(section.words, key.text()) || has(words_of_all(), key.text()))
            continue;
        std::vector<std::string> known;
        add_keys(section.words, known);
        add_keys(words_of_all(), known);
        refuse(key, fmt::format("in '{}'", section.name), section.refused, known);
    }
}

} // namespace dfriends::converge::yaml
