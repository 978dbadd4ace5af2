// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/providers/path.hpp"
#include "crypto/hash.hpp"

#include <fmt/format.h>

namespace dfriends::converge {

namespace {

/// Contents may be secret and long: a plan names them by size and digest.
std::string describe(std::string_view content)
{
    return fmt::format("{} bytes, sha256 {:.12}", content.size(), crypto::hash_hex(crypto::Algorithm::sha256, content));
}

std::optional<std::string> wanted_content(const Resource& resource, Host& host)
{
    if (auto content = find_text(resource, "content"))
        return content;
    if (const auto source = find_text(resource, "source"))
        return host.read(*source);
    return std::nullopt;
}

Step remove_file(const std::string& path, const std::optional<PathState>& state, Scene& scene)
{
    if (!state)
        return {};
    if (state->kind == PathState::Kind::directory)
        throw Error(ErrorKind::conflict, "'{}' is a directory, not a file", path);
    return {.effect = Effect::remove, .changes = {}, .perform = [&scene, path] { scene.host.remove(path, false); }};
}

/// Its time is now, and it is there; always something done.
Step touch_file(const Resource& resource, const std::string& path, const std::optional<PathState>& state, Scene& scene)
{
    return {.effect = state ? Effect::act : Effect::create,
            .changes = {{"modified", "", "now"}},
            .perform = [&host = scene.host, &resource, path, exists = state.has_value()] {
                if (!exists)
                    host.write(path, "", declared_mode(resource).value_or(0644));
                host.set_modified(path, std::nullopt);
                apply_access(resource, path, host);
            }};
}

} // namespace

Step examine_file(const Resource& resource, const std::string& action, Scene& scene)
{
    Host& host = scene.host;
    const std::string path = text_or_name(resource, "path");
    const auto state = host.find_path(path);
    if (action == "delete")
        return remove_file(path, state, scene);
    if (state && state->kind == PathState::Kind::directory)
        throw Error(ErrorKind::conflict, "'{}' is a directory, not a file", path);
    if (state && action == "create_if_missing")
        return {};
    if (action == "touch")
        return touch_file(resource, path, state, scene);
    const bool is_file = state && state->kind == PathState::Kind::file;
    const auto content = wanted_content(resource, host);
    Step step{.effect = state ? Effect::update : Effect::create, .changes = {}, .perform = {}};
    bool writes = !is_file;
    if (content && (!is_file || host.read(path) != *content)) {
        step.changes.push_back({"content", is_file ? describe(host.read(path)) : "", describe(*content)});
        writes = true;
    }
    for (Change& change : compare_access(resource, state ? &*state : nullptr))
        step.changes.push_back(std::move(change));
    if (state && step.changes.empty() && is_file)
        return {};
    const mode_t mode = declared_mode(resource).value_or(is_file ? state->mode : 0644);
    step.perform = [&host, &resource, path, content, mode, writes, state] {
        if (writes)
            host.write(path, content.value_or(""), mode);
        // A replaced file belongs to us: what is not declared stays as it was.
        if (writes && state && state->kind == PathState::Kind::file && host.is_root())
            host.set_owner(path, state->owner, state->group);
        apply_access(resource, path, host);
    };
    return step;
}

} // namespace dfriends::converge
