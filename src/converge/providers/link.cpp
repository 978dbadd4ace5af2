// SPDX-License-Identifier: Apache-2.0
#include "converge/attributes.hpp"
#include "converge/provider.hpp"

namespace dfriends::converge {

Step examine_link(const Resource& resource, const std::string& action, Scene& scene)
{
    Host& host = scene.host;
    const std::string path = text_or_name(resource, "path");
    const std::string target = text_or(resource, "to", "");
    const auto state = host.find_path(path);
    if (state && state->kind != PathState::Kind::link)
        throw Error(ErrorKind::conflict, "'{}' is no link", path).hint("move away what stands there");
    if (action == "delete") {
        if (!state)
            return {};
        return {.effect = Effect::remove, .changes = {{"to", state->target, ""}}, .perform = [&host, path] {
                    host.remove(path, false);
                }};
    }
    if (state && state->target == target)
        return {};
    return {.effect = state ? Effect::update : Effect::create,
            .changes = {{"to", state ? state->target : "", target}},
            .perform = [&host, path, target] { host.make_link(path, target); }};
}

} // namespace dfriends::converge
