// SPDX-License-Identifier: Apache-2.0
#include "converge/attributes.hpp"
#include "converge/providers/path.hpp"
#include "converge/providers/tree.hpp"

#include <algorithm>
#include <iterator>
#include <memory>

namespace dfriends::converge {

Step examine_directory(const Resource& resource, const std::string& action, Scene& scene)
{
    Host& host = scene.host;
    const std::string path = text_or_name(resource, "path");
    const bool recursive = flag_or(resource, "recursive", false);
    const auto state = host.find_path(path);
    if (state && state->kind != PathState::Kind::directory &&
        (action == "delete" || state->kind != PathState::Kind::link))
        throw Error(ErrorKind::conflict, "'{}' is no directory", path);
    if (action == "delete") {
        if (!state)
            return {};
        return {.effect = Effect::remove, .changes = {}, .perform = [&host, path, recursive] {
                    host.remove(path, recursive);
                }};
    }
    const bool is_link = state && state->kind == PathState::Kind::link;
    Step step{.effect = state ? Effect::update : Effect::create, .changes = {}, .perform = {}};
    if (!is_link) // whoever made the link knows what it points at
        step.changes = compare_access(resource, state ? &*state : nullptr);
    std::shared_ptr<const Tree> tree;
    if (const auto source = find_text(resource, "source"))
        tree = std::make_shared<Tree>(resource, *source, path, host);
    if (tree)
        std::ranges::copy(tree->changes(), std::back_inserter(step.changes));
    if (state && step.changes.empty())
        return {};
    const mode_t mode = declared_mode(resource).value_or(0755);
    step.perform = [&host, &resource, path, recursive, mode, tree, is_link, exists = state.has_value()] {
        if (!exists)
            host.make_directory(path, mode, recursive);
        if (!is_link)
            apply_access(resource, path, host);
        if (tree)
            tree->perform();
    };
    return step;
}

} // namespace dfriends::converge
