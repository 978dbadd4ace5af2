// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/host.hpp"
#include "converge/last_declared.hpp"
#include "converge/resource.hpp"

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::converge {

/// An attribute that is not as declared. Empty texts: there was nothing, or there will be nothing.
struct Change {
    std::string attribute;
    std::string from;
    std::string to;
    std::string note = {}; ///< what it takes, or who has set what is there, where that is not plain
    bool operator==(const Change&) const = default;
};

/// What an action does to its thing.
enum class Effect {
    none, ///< all is as declared
    create,
    update,
    replace, ///< removes it and makes it anew
    remove,
    act, ///< does something that leaves no state to compare: runs a command, restarts
};

std::string_view name_of(Effect effect);

/// The step that an action still takes: nothing, or what changes and the work that does it.
struct Step {
    Effect effect = Effect::none;
    std::vector<Change> changes;
    std::function<void()> perform; ///< empty where there is nothing to do
    std::function<std::string()> probe =
        {};                ///< of an act: where it says the same before and after, nothing has changed
    std::string hint = {}; ///< what the declaration may not have meant
};

/// What providers may know of the run that they are part of.
struct Scene {
    Host& host;
    bool planning = false;       ///< nothing is done: what earlier resources would make does not exist
    bool engine_to_come = false; ///< an earlier resource of a plan would install Docker
    bool refreshing = false;     ///< the action is a notification's
    bool may_restart_engine = false;
    bool deep = false;                    ///< also what can change in a container whose list entry stays the same
    std::set<std::string> made_anew = {}; ///< containers that this run has made or replaced, or would
    std::set<std::string> networks = {};  ///< of a plan: those that are there, or would be made
    std::set<std::string> plugins = {};   ///< of a plan: those that would be installed
    bool runs_commands = false;   ///< of a plan: an earlier resource would run some, which may make what is missing
    LastDeclared* last = nullptr; ///< null: labels alone say what was declared
};

/// Compares a resource with the machine and says what is left to do; changes nothing itself. The scene must outlive the
/// step.
Step examine(const Resource& resource, const std::string& action, Scene& scene);

// One for each type, in providers/.
Step examine_apt_repository(const Resource& resource, const std::string& action, Scene& scene);
Step examine_cron(const Resource& resource, const std::string& action, Scene& scene);
Step examine_directory(const Resource& resource, const std::string& action, Scene& scene);
Step examine_docker_container(const Resource& resource, const std::string& action, Scene& scene);
Step examine_docker_engine(const Resource& resource, const std::string& action, Scene& scene);
Step examine_docker_image(const Resource& resource, const std::string& action, Scene& scene);
Step examine_docker_network(const Resource& resource, const std::string& action, Scene& scene);
Step examine_docker_plugin(const Resource& resource, const std::string& action, Scene& scene);
Step examine_docker_registry(const Resource& resource, const std::string& action, Scene& scene);
Step examine_docker_volume(const Resource& resource, const std::string& action, Scene& scene);
Step examine_exec(const Resource& resource, const std::string& action, Scene& scene);
Step examine_file(const Resource& resource, const std::string& action, Scene& scene);
Step examine_git(const Resource& resource, const std::string& action, Scene& scene);
Step examine_group(const Resource& resource, const std::string& action, Scene& scene);
Step examine_link(const Resource& resource, const std::string& action, Scene& scene);
Step examine_log(const Resource& resource, const std::string& action, Scene& scene);
Step examine_mount(const Resource& resource, const std::string& action, Scene& scene);
Step examine_package(const Resource& resource, const std::string& action, Scene& scene);
Step examine_remote_file(const Resource& resource, const std::string& action, Scene& scene);
Step examine_service(const Resource& resource, const std::string& action, Scene& scene);
Step examine_sysctl(const Resource& resource, const std::string& action, Scene& scene);
Step examine_systemd_unit(const Resource& resource, const std::string& action, Scene& scene);
Step examine_user(const Resource& resource, const std::string& action, Scene& scene);
Step examine_yum_repository(const Resource& resource, const std::string& action, Scene& scene);

/// Whether Docker can be asked. False only in a plan in which it is still to be installed; throws where no engine
/// answers.
bool can_ask_docker(Scene& scene);

/// One of the system's own tools, whose words are read: in the C locale, ended after three minutes.
os::Command tool_command(std::vector<std::string> words);

/// Runs a program and throws Error(failed) with the last lines that it said where it did not end with 0.
void run_or_fail(Host& host, const os::Command& command);

} // namespace dfriends::converge
