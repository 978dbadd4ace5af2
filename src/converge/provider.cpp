// SPDX-License-Identifier: Apache-2.0
#include "converge/provider.hpp"

#include "base/text.hpp"
#include "converge/attributes.hpp"

#include <algorithm>
#include <array>

namespace dfriends::converge {

namespace {

struct Row {
    std::string_view type;
    Step (*examine)(const Resource&, const std::string&, Scene&);
};

constexpr std::array providers{
    Row{"apt_repository", examine_apt_repository},
    Row{"cron", examine_cron},
    Row{"directory", examine_directory},
    Row{"docker_container", examine_docker_container},
    Row{"docker_engine", examine_docker_engine},
    Row{"docker_image", examine_docker_image},
    Row{"docker_network", examine_docker_network},
    Row{"docker_plugin", examine_docker_plugin},
    Row{"docker_registry", examine_docker_registry},
    Row{"docker_volume", examine_docker_volume},
    Row{"exec", examine_exec},
    Row{"file", examine_file},
    Row{"git", examine_git},
    Row{"group", examine_group},
    Row{"link", examine_link},
    Row{"log", examine_log},
    Row{"mount", examine_mount},
    Row{"package", examine_package},
    Row{"remote_file", examine_remote_file},
    Row{"service", examine_service},
    Row{"sysctl", examine_sysctl},
    Row{"systemd_unit", examine_systemd_unit},
    Row{"user", examine_user},
    Row{"yum_repository", examine_yum_repository},
};

std::string last_lines(std::string_view text, std::size_t count)
{
    std::vector<std::string_view> kept;
    for (const std::string_view line : lines(text))
        if (!trim(line).empty())
            kept.push_back(trim(line));
    std::string out;
    for (std::size_t at = kept.size() > count ? kept.size() - count : 0; at < kept.size(); ++at)
        out += (out.empty() ? "" : "; ") + printable(kept[at]);
    return out;
}

} // namespace

std::string_view name_of(Effect effect)
{
    static constexpr std::array<std::string_view, 6> names{"none", "create", "update", "replace", "remove", "act"};
    return names[static_cast<std::size_t>(effect)];
}

Step examine(const Resource& resource, const std::string& action, Scene& scene)
{
    if (action == "nothing")
        return {};
    const auto row = std::ranges::find(providers, resource.type, &Row::type);
    if (row == providers.end())
        throw Error(ErrorKind::internal, "there is no provider for '{}'", resource.type);
    return row->examine(resource, action, scene);
}

bool can_ask_docker(Scene& scene)
{
    if (scene.host.docker().answers())
        return true;
    if (scene.planning && scene.engine_to_come)
        return false;
    scene.host.docker().require();
    return true;
}

os::Command tool_command(std::vector<std::string> words)
{
    os::Command command;
    command.words = std::move(words);
    command.environment = {{"LC_ALL", "C"}};
    command.timeout = std::chrono::minutes(3);
    return command;
}

void run_or_fail(Host& host, const os::Command& command)
{
    const os::Outcome outcome = host.run(command);
    if (outcome.ok())
        return;
    const std::string said = last_lines(outcome.error.empty() ? outcome.output : outcome.error, 3);
    if (outcome.timed_out)
        throw Error(ErrorKind::failed, "'{}' did not end in time", join(command.words, " "));
    throw Error(ErrorKind::failed, "'{}' ended with {}{}{}", join(command.words, " "), outcome.status,
                said.empty() ? "" : ": ", said);
}

} // namespace dfriends::converge
