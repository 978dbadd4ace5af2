// SPDX-License-Identifier: Apache-2.0
#include "converge/providers/path.hpp"

#include "converge/attributes.hpp"

#include <fmt/format.h>

#include <charconv>

namespace dfriends::converge {

std::string render_mode(mode_t mode)
{
    return fmt::format("{:04o}", mode);
}

std::optional<mode_t> declared_mode(const Resource& resource)
{
    const auto text = find_text(resource, "mode");
    if (!text)
        return std::nullopt;
    mode_t mode = 0;
    const auto [end, code] = std::from_chars(text->data(), text->data() + text->size(), mode, 8);
    if (code != std::errc{} || end != text->data() + text->size() || mode > 07777)
        throw Error(ErrorKind::invalid, find_attribute(resource, "mode")->position, "'{}' is no mode in octal digits",
                    *text);
    return mode;
}

std::vector<Change> compare_access(const Resource& resource, const PathState* state)
{
    std::vector<Change> changes;
    const auto compare = [&](const char* name, const std::string& actual) {
        if (const auto wanted = find_text(resource, name); wanted && *wanted != actual)
            changes.push_back({name, actual, *wanted});
    };
    compare("owner", state == nullptr ? "" : state->owner);
    compare("group", state == nullptr ? "" : state->group);
    const auto mode = declared_mode(resource);
    if (mode && (state == nullptr || *mode != state->mode))
        changes.push_back({"mode", state == nullptr ? "" : render_mode(state->mode), render_mode(*mode)});
    return changes;
}

void apply_access(const Resource& resource, const std::string& path, Host& host)
{
    const std::string owner = text_or(resource, "owner", "");
    const std::string group = text_or(resource, "group", "");
    if (!owner.empty() || !group.empty())
        host.set_owner(path, owner, group);
    if (const auto mode = declared_mode(resource))
        host.set_mode(path, *mode); // after the owner: chown(2) takes set-user-id bits away
}

} // namespace dfriends::converge
