// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/declared_state.hpp"
#include "converge/provider.hpp"

#include <string_view>

namespace dfriends::converge {

namespace {

using Pairs = std::map<std::string, std::string>;

Pairs pairs_at(const Resource& resource, const char* attribute)
{
    Pairs pairs;
    for (const auto& [name, value] : map_of(resource, attribute))
        pairs[name] = value;
    return pairs;
}

std::string volume_name(const Resource& resource)
{
    return text_or_name(resource, "volume");
}

/// The names that are declared, kept as a label of ours: what is no longer declared later can be told from what others
/// have set.
std::string kept_state(const Resource& resource)
{
    DeclaredState state;
    for (const auto& [name, value] : map_of(resource, "options"))
        state["options." + name] = "";
    return render_state(state);
}

engine::VolumeSpec volume_spec(const Resource& resource)
{
    engine::VolumeSpec spec;
    spec.name = volume_name(resource);
    spec.driver = text_or(resource, "driver", "local");
    spec.options = pairs_at(resource, "options");
    spec.labels = pairs_at(resource, "labels");
    spec.labels[digest_label] = ""; // ours
    spec.labels[state_label] = kept_state(resource);
    return spec;
}

[[noreturn]] void refuse(const std::string& name, const std::string& difference)
{
    throw Error(ErrorKind::conflict, "the volume '{}' {}", name, difference)
        .hint("a volume cannot be changed, and made anew it would lose its content: move that, then remove it");
}

void compare_options(const Resource& resource, const engine::VolumeSpec& found)
{
    const Pairs wanted = pairs_at(resource, "options");
    for (const auto& [name, value] : wanted) {
        const auto row = found.options.find(name);
        if (row == found.options.end())
            refuse(volume_name(resource), fmt::format("does not have the option '{}'", name));
        if (row->second != value && (is_secret_name(name) || is_secret_name(value)))
            refuse(volume_name(resource), fmt::format("has another option '{}'", name));
        if (row->second != value)
            refuse(volume_name(resource),
                   fmt::format("has another option '{}': '{}' instead of '{}'", name, row->second, value));
    }
    const auto label = found.labels.find(state_label);
    if (label == found.labels.end())
        return;
    constexpr std::string_view prefix = "options.";
    for (const auto& [key, value] : parse_state(label->second))
        if (key.starts_with(prefix) && !wanted.contains(key.substr(prefix.size())))
            refuse(volume_name(resource),
                   fmt::format("still has the option '{}', which is no longer declared", key.substr(prefix.size())));
}

/// Labels are of its making, and no reason to lose what is in it.
void tell_of_labels(const Resource& resource, const engine::VolumeSpec& found, Host& host)
{
    for (const auto& [name, value] : pairs_at(resource, "labels"))
        if (const auto row = found.labels.find(name); row == found.labels.end() || row->second != value)
            host.say(fmt::format("{} was made without the label {}={}, and stays so: a volume cannot be changed",
                                 address(resource), name, value));
}

} // namespace

/// The engine would hand back the old volume as if all were well, and making it anew would lose its content.
Step examine_docker_volume(const Resource& resource, const std::string& action, Scene& scene)
{
    Docker& docker = scene.host.docker();
    const bool can_ask = can_ask_docker(scene);
    const auto found = can_ask ? docker.find_volume(volume_name(resource)) : std::nullopt;
    if (action == "remove") {
        if (!found)
            return {};
        return {.effect = Effect::remove, .changes = {}, .perform = [&docker, name = volume_name(resource)] {
                    docker.remove_volume(name);
                }};
    }
    if (!found)
        return {.effect = Effect::create, .changes = {}, .perform = [&docker, spec = volume_spec(resource)] {
                    docker.create_volume(spec);
                }};
    const auto driver = find_text(resource, "driver");
    if (driver && *driver != found->spec.driver)
        refuse(volume_name(resource), fmt::format("has the driver '{}' instead of '{}'", found->spec.driver, *driver));
    compare_options(resource, found->spec);
    tell_of_labels(resource, found->spec, scene.host);
    return {};
}

} // namespace dfriends::converge
