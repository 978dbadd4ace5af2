// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/providers/kept_file.hpp"

#include <algorithm>
#include <chrono>
#include <memory>

namespace dfriends::converge {

namespace {

/// As a line of the shell; empty where none is declared.
std::string umask_of(const Resource& resource)
{
    const auto mask = find_text(resource, "umask");
    if (!mask)
        return "";
    if (mask->empty() || mask->size() > 4 || mask->find_first_not_of("01234567") != std::string::npos)
        throw Error(ErrorKind::invalid, find_attribute(resource, "umask")->position, "'{}' is no umask in octal digits",
                    printable(*mask));
    return "umask " + *mask + "\n";
}

os::Command command_of(const Resource& resource)
{
    os::Command command;
    command.words = {"/bin/sh", "-c", umask_of(resource) + text_or_name(resource, "command")};
    for (const std::string& pair : list_of(resource, "environment")) {
        const auto [name, value] = split_once(pair, '=');
        command.environment[std::string(name)] = value;
    }
    if (const auto folders = list_of(resource, "path"); !folders.empty())
        command.environment["PATH"] = join(folders, ":");
    if (const auto folder = find_text(resource, "directory"))
        command.directory = *folder;
    run_as_declared(resource, command);
    command.timeout = std::chrono::seconds(find_number(resource, "timeout").value_or(300));
    return command;
}

/// Returns the exit code; throws where it does not mean success.
int run_command(const Resource& resource, Host& host)
{
    const os::Command command = command_of(resource);
    const os::Outcome outcome = host.run(command);
    auto accepted = list_of(resource, "returns");
    if (accepted.empty())
        accepted = {"0"};
    if (outcome.timed_out)
        throw Error(ErrorKind::failed, "the command did not end within {} s",
                    find_number(resource, "timeout").value_or(300));
    if (std::ranges::find(accepted, std::to_string(outcome.status)) != accepted.end())
        return outcome.status;
    const std::string_view said = trim(outcome.error.empty() ? outcome.output : outcome.error);
    const std::string_view last = said.empty() ? said : lines(said).back();
    throw Error(ErrorKind::failed, "the command ended with {} instead of {}{}{}", outcome.status,
                join(accepted, " or "), last.empty() ? "" : ": ", printable(last));
}

} // namespace

Step examine_exec(const Resource& resource, const std::string&, Scene& scene)
{
    if (flag_or(resource, "refresh_only", false) && !scene.refreshing)
        return {};
    if (const auto creates = find_text(resource, "creates"); creates && scene.host.find_path(*creates))
        return {};
    Step step{.effect = Effect::act,
              .changes = {{"command", "", text_or_name(resource, "command")}},
              .perform = [&resource, &scene] { run_command(resource, scene.host); }};
    const auto telling = list_of(resource, "changed_returns");
    if (telling.empty())
        return step;
    const auto code = std::make_shared<std::string>();
    step.perform = [&resource, &scene, telling, code] {
        const std::string ended_with = std::to_string(run_command(resource, scene.host));
        if (std::ranges::find(telling, ended_with) != telling.end())
            *code = ended_with;
    };
    step.probe = [code] { return *code; };
    return step;
}

} // namespace dfriends::converge
