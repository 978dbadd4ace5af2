// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/puppet/resources.hpp"
#include "converge/puppet/translation.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace dfriends::converge::puppet {

void Translation::finish_engine()
{
    const std::string version = text("version");
    if (!version.empty() && version != "latest")
        set("version", version, given("version")->position);
    resource.actions = {is_absent() ? "remove" : "install"};
}

void Translation::finish_image()
{
    const std::string ensure = text("ensure");
    if (!ensure.empty() && ensure != "present" && ensure != "absent" && ensure != "latest")
        refuse_word("ensure", "present, latest or absent");
    if (const Attribute* digest = given("image_digest"))
        set("image", (given("image") == nullptr ? from_.title : text("image")) + "@" + to_text(digest->value),
            digest->position);
    for (const char* way : {"docker_dir", "docker_file"})
        if (given(way) != nullptr && given("docker_tar") != nullptr)
            throw Error(ErrorKind::invalid, from_.position,
                        "the image '{}' is made of docker_tar or of {}, not of both", from_.title, way);
    if (given("docker_file") != nullptr)
        set_dockerfile();
    const bool newest = ensure == "latest" || is_true("force");
    if (ensure == "absent") {
        resource.actions = {"remove"};
        if (is_true("force"))
            set("force", true, given("force")->position);
    } else if (resource.attributes.contains("source"))
        resource.actions = {newest ? "build" : "build_if_missing"};
    else if (resource.attributes.contains("archive"))
        resource.actions = {"load"};
    else
        resource.actions = {newest ? "pull" : "pull_if_missing"};
}

/// Alone, its folder is the context.
void Translation::set_dockerfile()
{
    const Attribute* file = given("docker_file");
    const std::string path = to_text(file->value);
    if (given("docker_dir") != nullptr)
        return set("dockerfile", path, file->position);
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos || slash + 1 == path.size())
        throw Error(ErrorKind::invalid, file->position, "the Dockerfile '{}' is no full path", printable(path))
            .hint("write docker_file => '/srv/app/Dockerfile'");
    set("source", slash == 0 ? "/" : path.substr(0, slash), file->position);
    if (path.substr(slash + 1) != "Dockerfile")
        set("dockerfile", path.substr(slash + 1), file->position);
}

void Translation::finish_container()
{
    if (std::ranges::any_of(from_.title, [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }))
        throw Error(ErrorKind::invalid, from_.position, "the title '{}' has a blank", printable(from_.title))
            .hint("it names the container");
    resource.name = sanitised(from_.title);
    if (is_absent()) {
        resource.actions = {"remove"};
        if (given("image") == nullptr)
            set("image", from_.title, from_.position);
        return;
    }
    resource.actions = given("running") != nullptr && !is_true("running") ? std::vector<std::string>{"create", "stop"}
                                                                          : std::vector<std::string>{"run"};
    set_command();
    set_network();
    const std::string memory = text("memory_limit");
    if (!memory.empty() && memory.find_first_not_of("0bkmgBKMG") != std::string::npos)
        set("memory", memory, given("memory_limit")->position);
    if (const Attribute* interval = given("health_check_interval")) {
        const std::string seconds = to_text(interval->value);
        set("health_interval", parse_unsigned(seconds) ? seconds + "s" : seconds, interval->position);
    }
    set_life();
}

/// When it starts and stops, and what comes with that.
void Translation::set_life()
{
    // The module keeps containers running by units of the init system; the engine's own policy does so here.
    if (given("restart") == nullptr)
        set("restart", std::string(text("systemd_restart") == "no" ? "no" : "unless-stopped"), from_.position);
    if (const Attribute* word = given("restart_service"); word != nullptr && !is_true("restart_service"))
        set("replace_running", false, word->position);
    for (const char* moment : {"after_create", "after_start", "after_stop", "before_start", "before_stop"})
        if (const Attribute* hook = given(moment); hook != nullptr && hook->value.truthy() && !text(moment).empty())
            set(moment, make_list(flat(hook->value)), hook->position);
    for (const auto& [volume, container] : {std::pair("remove_volume_on_start", "remove_container_on_start"),
                                            std::pair("remove_volume_on_stop", "remove_container_on_stop")}) {
        if (!is_true(volume))
            continue;
        if (given(container) != nullptr && !is_true(container))
            throw Error(ErrorKind::invalid, given(volume)->position,
                        "'{}' removes the volumes of a container that '{}' keeps", volume, container)
                .hint(fmt::format("leave {} out", container));
        set("keep_anonymous_volumes", false, given(volume)->position);
    }
    if (const Attribute* unless = given("custom_unless"))
        for (const Datum& command : flat(unless->value))
            resource.guards.push_back({false, to_text(command), unless->position});
}

/// The module gave the command to a shell of the host.
void Translation::set_command()
{
    const Attribute* command = given("command");
    if (command == nullptr || (command->value.as<List>() == nullptr && text("command").empty()))
        return;
    if (command->value.as<List>() == nullptr)
        refuse_shell(to_text(command->value), command->position);
    set("command", command->value, command->position);
}

void Translation::refuse_shell(const std::string& command, const SourcePosition& position)
{
    char quote = '\0';
    for (std::size_t at = 0; at < command.size(); ++at) {
        const char c = command[at];
        if (quote != '\0') {
            if (c == quote)
                quote = '\0';
            else if (quote == '"' && (c == '`' || (c == '$' && at + 1 < command.size() && command[at + 1] == '(')))
                break;
            continue;
        }
        if (c == '\\')
            ++at;
        else if (c == '\'' || c == '"')
            quote = c;
        else if (std::string_view("|&;<>`").find(c) != std::string_view::npos ||
                 (c == '$' && at + 1 < command.size() && command[at + 1] == '('))
            throw Error(ErrorKind::invalid, position,
                        "the command has '{}' outside of quotes, which would be for the host's shell", c)
                .hint("give it to a shell of the container: sh -c '…'");
    }
}

void Translation::set_network()
{
    if (is_true("disable_network"))
        return set("network", std::string("none"), given("disable_network")->position);
    const Attribute* net = given("net");
    if (net == nullptr)
        return;
    auto networks = flat(net->value);
    if (networks.size() > 1)
        set("networks", make_list(std::move(networks)), net->position);
    else if (!networks.empty())
        set("network", networks[0], net->position);
}

void Translation::finish_docker_exec()
{
    const Attribute* container = given("container");
    if (container == nullptr || given("command") == nullptr)
        throw Error(ErrorKind::invalid, from_.position, "'docker::exec' wants '{}'",
                    container == nullptr ? "container" : "command");
    const std::string name = sanitised(to_text(container->value));
    std::string options;
    for (const auto& [parameter, option] :
         {std::pair("detach", " --detach"), std::pair("interactive", " --interactive"), std::pair("tty", " --tty")})
        options += is_true(parameter) ? option : "";
    if (const Attribute* env = given("env"))
        for (const Datum& pair : flat(env->value))
            options += " --env " + shell_quoted(to_text(pair));
    set("command", "docker exec" + options + " " + name + " " + text("command"), given("command")->position);
    if (const Attribute* unless = given("unless"))
        resource.guards.push_back({false, "docker exec " + name + " " + to_text(unless->value), unless->position});
    if (const Attribute* onlyif = given("onlyif"))
        resource.guards.push_back({true,
                                   text("onlyif") == "running"
                                       ? "test \"$(docker inspect -f '{{.State.Running}}' " + name + ")\" = true"
                                       : "docker exec " + name + " " + text("onlyif"),
                                   onlyif->position});
}

} // namespace dfriends::converge::puppet
