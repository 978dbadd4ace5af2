// SPDX-License-Identifier: Apache-2.0
#include "converge/attributes.hpp"
#include "converge/provider.hpp"

namespace dfriends::converge {

Step examine_docker_volume(const Resource& resource, const std::string& action, Scene& scene)
{
    Docker& docker = scene.host.docker();
    const bool can_ask = can_ask_docker(scene);
    const auto found = can_ask ? docker.find_volume(resource.name) : std::nullopt;
    const std::string& name = resource.name;
    if (action == "remove") {
        if (!found)
            return {};
        return {.effect = Effect::remove, .changes = {}, .perform = [&docker, name] { docker.remove_volume(name); }};
    }
    engine::VolumeSpec spec;
    spec.name = name;
    spec.driver = text_or(resource, "driver", "local");
    for (const auto& [key, value] : map_of(resource, "options"))
        spec.options[key] = value;
    if (!found)
        return {.effect = Effect::create, .changes = {}, .perform = [&docker, spec] { docker.create_volume(spec); }};
    // The engine would hand back the old volume as if all were well, and making it anew would lose its content.
    if (spec.driver != found->spec.driver)
        throw Error(ErrorKind::conflict, "the volume '{}' has the driver '{}' instead of '{}'", name,
                    found->spec.driver, spec.driver)
            .hint("a volume cannot be changed: move its content, then remove it");
    for (const auto& [key, value] : spec.options)
        if (const auto row = found->spec.options.find(key); row == found->spec.options.end() || row->second != value)
            throw Error(ErrorKind::conflict, "the volume '{}' has another option '{}'", name, key)
                .hint("a volume cannot be changed: move its content, then remove it");
    return {};
}

} // namespace dfriends::converge
