// SPDX-License-Identifier: Apache-2.0
#include "base/suggest.hpp"
#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/container_attributes.hpp"
#include "converge/declared_state.hpp"
#include "converge/provider.hpp"
#include "engine/plugins.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dfriends::converge {

namespace {

using Texts = std::vector<std::string>;
using Options = std::vector<std::pair<std::string, std::string>>;
using Privileges = std::vector<engine::PluginPrivilege>;

/// What an empty text declares is nothing: recipes hand such ones over from attributes that are not set.
std::string text_if_any(const Resource& resource, const char* attribute, const std::string& fallback)
{
    const std::string text = text_or(resource, attribute, "");
    return text.empty() ? fallback : text;
}

std::string plugin_name(const Resource& resource)
{
    return text_if_any(resource, "plugin", resource.name);
}

/// A tag in the name itself wins over the attribute.
std::string remote_of(const Resource& resource)
{
    engine::Reference remote = engine::parse_plugin_reference(text_if_any(resource, "remote", plugin_name(resource)));
    if (remote.tag.empty())
        remote.tag = text_if_any(resource, "tag", "latest");
    return remote.familiar();
}

/// Where it came from says nothing against one that is only called by its name.
bool declares_remote(const Resource& resource)
{
    return !text_or(resource, "remote", "").empty() || !text_or(resource, "tag", "").empty();
}

/// One that was made on this machine was not installed from anywhere else.
std::string remote_of(const engine::PluginDetails& plugin)
{
    return engine::parse_reference(plugin.reference.empty() ? plugin.name : plugin.reference).familiar();
}

int timeout_of(const Resource& resource)
{
    constexpr std::int64_t usual = 30; // docker's
    constexpr std::int64_t longest = 86'400;
    const std::int64_t seconds = find_number(resource, "timeout").value_or(usual);
    if (seconds < 0 || seconds > longest)
        throw Error(ErrorKind::invalid, resource.position, "the timeout of '{}' is {} seconds", address(resource),
                    seconds)
            .hint(fmt::format("it is 0 to {}", longest));
    return static_cast<int>(seconds);
}

/// "mount=/var/lib/data", as grant_privileges has it.
Texts texts_of(const Privileges& privileges)
{
    Texts texts;
    for (const engine::PluginPrivilege& privilege : privileges)
        for (const std::string& value : privilege.values)
            texts.push_back(privilege.name + "=" + value);
    return texts;
}

std::string shown_setting(const std::string& name, const std::string& value)
{
    return is_secret_name(name) && !value.empty() ? "(hidden)" : value;
}

/// A name may say which part of an entry it is about, as in data.source.
const engine::PluginSetting* find_setting(const engine::PluginDetails& plugin, const std::string& name)
{
    const auto named = [&](std::string_view wanted) {
        const auto row = std::ranges::find(plugin.settings, wanted, &engine::PluginSetting::name);
        return row == plugin.settings.end() ? nullptr : &*row;
    };
    if (const auto* exact = named(name))
        return exact;
    static constexpr std::array<std::string_view, 3> parts{".path", ".source", ".value"};
    for (const std::string_view part : parts)
        if (name.ends_with(part))
            return named(std::string_view(name).substr(0, name.size() - part.size()));
    return nullptr;
}

[[noreturn]] void refuse_setting(const Resource& resource, const engine::PluginDetails& plugin, const std::string& name,
                                 bool is_fixed)
{
    Texts known;
    for (const engine::PluginSetting& setting : plugin.settings)
        if (setting.is_settable)
            known.push_back(setting.name);
    const std::string nearest = did_you_mean(name, known);
    throw Error(ErrorKind::invalid, resource.position, "the option '{}' of '{}' {}", printable(name), address(resource),
                is_fixed ? "is one that the plugin lets nobody set" : "is none that the plugin has")
        .hint(!nearest.empty() ? nearest
              : known.empty()  ? "the plugin has none that can be set"
                               : "it has: " + join(known, ", "));
}

/// Declared options that the plugin does not have set so. Another version of it may have other ones: then those that
/// this one does not know are for that.
Options differing_options(const Resource& resource, const engine::PluginDetails& plugin, bool is_to_move)
{
    Options options;
    for (auto& [name, value] : map_of(resource, "options")) {
        const engine::PluginSetting* setting = find_setting(plugin, name);
        if (setting != nullptr && setting->value == value)
            continue;
        if (!is_to_move && (setting == nullptr || !setting->is_settable))
            refuse_setting(resource, plugin, name, setting != nullptr);
        options.emplace_back(std::move(name), std::move(value));
    }
    return options;
}

void add_changes(const Options& options, const engine::PluginDetails& plugin, std::vector<Change>& changes)
{
    for (const auto& [name, value] : options) {
        const engine::PluginSetting* setting = find_setting(plugin, name);
        changes.push_back({"options." + name, setting == nullptr ? "" : shown_setting(name, setting->value),
                           shown_setting(name, value)});
    }
}

/// Sets what differs of a plugin that is disabled: the engine refuses what cannot be set, also where it is so already.
void set_options(const Resource& resource, const std::string& name, Docker& docker)
{
    Texts lines;
    if (const auto plugin = docker.find_plugin(name))
        for (const auto& [option, value] : differing_options(resource, *plugin, false))
            lines.push_back(option + "=" + value);
    if (!lines.empty())
        docker.set_plugin(name, lines);
}

/// The engine changes a plugin only while it is disabled. Where the change fails, it is enabled again as it was.
void change_disabled(const engine::PluginDetails& plugin, bool force, int timeout, Docker& docker,
                     const std::function<void()>& change)
{
    if (!plugin.enabled)
        return change();
    docker.disable_plugin(plugin.name, force);
    try {
        change();
    } catch (Error& error) {
        try {
            docker.enable_plugin(plugin.name, timeout);
        } catch (const Error& further) {
            error.during(
                fmt::format("changing the plugin '{}', which is disabled now: {}", plugin.name, further.message()));
        }
        throw;
    }
    try {
        docker.enable_plugin(plugin.name, timeout);
    } catch (Error& error) {
        throw std::move(error)
            .during(fmt::format("enabling the plugin '{}' again, which is disabled now", plugin.name))
            .hint("declare options that it can work with, and the action enable");
    }
}

/// What a plugin asks for. Nothing in a plan where that cannot be found out: an earlier resource may be what makes its
/// registry answer.
std::optional<Privileges> find_privileges(const std::string& remote, Scene& scene)
{
    if (!can_ask_docker(scene))
        return std::nullopt;
    try {
        return scene.host.docker().plugin_privileges(remote);
    } catch (const Error& error) {
        const bool may_answer = error.kind() == ErrorKind::unavailable || error.kind() == ErrorKind::not_found;
        if (!scene.planning || !may_answer)
            throw;
        return std::nullopt;
    }
}

void require_grants(const Resource& resource, const std::string& remote, const Privileges& asked)
{
    const Texts granted = list_of(resource, "grant_privileges");
    const Texts wanted = texts_of(asked);
    const Texts missing = without(wanted, granted);
    if (missing.empty() || std::ranges::find(granted, "all") != granted.end())
        return;
    throw Error(ErrorKind::denied, resource.position, "the plugin '{}' asks for what '{}' does not grant it: {}",
                remote, address(resource), printable(join(missing, ", ")))
        .hint(fmt::format("grant just that with grant_privileges: [{}], or whatever it asks for with all",
                          printable(join(wanted, ", "))));
}

/// What a fetch of a plugin takes, beside what the plugin is called.
struct Fetch {
    std::string remote;
    std::optional<Privileges> granted;
};

/// Adds what a plugin is fetched from, and what it is let do by that, to the changes of a step.
Fetch plan_fetch(const Resource& resource, const std::string& from, Step& step, Scene& scene)
{
    Fetch fetch{.remote = remote_of(resource), .granted = std::nullopt};
    fetch.granted = find_privileges(fetch.remote, scene);
    step.changes.push_back({"remote", from, fetch.remote});
    if (!fetch.granted)
        step.hint = "what the plugin asks for could not be found out: an apply grants it no more than is declared";
    else
        require_grants(resource, fetch.remote, *fetch.granted);
    if (fetch.granted && !fetch.granted->empty())
        step.changes.push_back({"grant_privileges", "", printable(join(texts_of(*fetch.granted), ", "))});
    return fetch;
}

/// It is not enabled by that: so does Chef have it.
Step install(const Resource& resource, const std::string& name, Scene& scene)
{
    Step step{.effect = Effect::create, .changes = {}, .perform = {}};
    const Fetch fetch = plan_fetch(resource, "", step, scene);
    add_changes(map_of(resource, "options"), engine::PluginDetails(), step.changes);
    step.perform = [&resource, &docker = scene.host.docker(), name, fetch] {
        docker.install_plugin(name, fetch.remote, fetch.granted.value_or(Privileges()));
        set_options(resource, name, docker);
    };
    if (scene.planning)
        scene.plugins.insert(name);
    return step;
}

/// What it was installed from and its options. The engine does not say which version of a tag it has: one tag is one
/// plugin.
Step update(const Resource& resource, const engine::PluginDetails& found, Scene& scene)
{
    Step step{.effect = Effect::update, .changes = {}, .perform = {}};
    const std::string from = remote_of(found);
    const bool is_to_move = declares_remote(resource) && from != remote_of(resource);
    Fetch fetch;
    if (is_to_move)
        fetch = plan_fetch(resource, from, step, scene);
    add_changes(differing_options(resource, found, is_to_move), found, step.changes);
    if (step.changes.empty())
        return {};
    if (found.enabled)
        step.changes[0].note = "it is disabled meanwhile";
    step.perform = [&resource, &docker = scene.host.docker(), found, fetch, is_to_move,
                    force = flag_or(resource, "force", false), timeout = timeout_of(resource)] {
        change_disabled(found, force, timeout, docker, [&] {
            if (is_to_move)
                docker.upgrade_plugin(found.name, fetch.remote, fetch.granted.value_or(Privileges()));
            set_options(resource, found.name, docker);
        });
    };
    return step;
}

Step enable(const Resource& resource, const std::string& name, Docker& docker)
{
    return {.effect = Effect::update,
            .changes = {{"enabled", "false", "true"}},
            .perform = [&docker, name, timeout = timeout_of(resource)] { docker.enable_plugin(name, timeout); }};
}

Step disable(const Resource& resource, const std::string& name, Docker& docker)
{
    return {
        .effect = Effect::update,
        .changes = {{"enabled", "true", "false"}},
        .perform = [&docker, name, force = flag_or(resource, "force", false)] { docker.disable_plugin(name, force); }};
}

/// The engine removes one that is enabled only by force, which does not ask whether it is in use; to disable it does.
Step remove(const Resource& resource, const engine::PluginDetails& found, Docker& docker)
{
    return {.effect = Effect::remove,
            .changes = {{"remote", remote_of(found), ""}},
            .perform = [&docker, found, force = flag_or(resource, "force", false)] {
                if (found.enabled)
                    docker.disable_plugin(found.name, force);
                docker.remove_plugin(found.name, force);
            }};
}

/// What is done with a plugin that is not there.
Step examine_missing(const Resource& resource, const std::string& action, const std::string& name, Scene& scene)
{
    if (action == "remove")
        return {};
    if (action == "install")
        return install(resource, name, scene);
    const bool may_come = scene.plugins.contains(name) || scene.runs_commands || scene.engine_to_come;
    if (!scene.planning || !may_come)
        throw Error(ErrorKind::not_found, resource.position, "there is no plugin '{}' to {}", name, action)
            .hint("the action install installs it: give both, install first");
    return action == "enable" ? enable(resource, name, scene.host.docker()) : Step{};
}

} // namespace

Step examine_docker_plugin(const Resource& resource, const std::string& action, Scene& scene)
{
    Docker& docker = scene.host.docker();
    const std::string name = plugin_name(resource);
    const auto found = can_ask_docker(scene) ? docker.find_plugin(name) : std::nullopt;
    if (!found)
        return examine_missing(resource, action, name, scene);
    if (action == "remove")
        return remove(resource, *found, docker);
    if (action == "enable")
        return found->enabled ? Step{} : enable(resource, name, docker);
    if (action == "disable")
        return found->enabled ? disable(resource, name, docker) : Step{};
    return update(resource, *found, scene);
}

} // namespace dfriends::converge
