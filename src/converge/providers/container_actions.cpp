// SPDX-License-Identifier: Apache-2.0
#include "converge/providers/container_actions.hpp"

#include "converge/attributes.hpp"

#include <fmt/format.h>

namespace dfriends::converge {

namespace {

std::string wanted_text(const Resource& resource, const char* attribute, const std::string& action)
{
    auto text = find_text(resource, attribute);
    if (!text)
        throw Error(ErrorKind::invalid, resource.position, "the action {} of '{}' wants '{}'", action,
                    address(resource), attribute);
    return *text;
}

Step commit(const Resource& resource, const std::string& id, Host& host)
{
    const engine::ImageChanges changes{.reference = wanted_text(resource, "commit_as", "commit"),
                                       .lines = {},
                                       .message = text_or(resource, "message", ""),
                                       .author = text_or(resource, "author", "")};
    return {.effect = Effect::act,
            .changes = {{"image", "", changes.reference}},
            .perform = [&docker = host.docker(), id, changes] { docker.commit(id, changes); }};
}

Step copy(const Resource& resource, const std::string& id, Host& host)
{
    const std::string source = wanted_text(resource, "copy_source", "copy");
    const std::string folder = wanted_text(resource, "copy_to", "copy");
    return {.effect = Effect::act, .changes = {{"copy_to", "", folder}}, .perform = [&host, id, source, folder] {
                const auto state = host.find_path(folder);
                if (!state || state->kind != PathState::Kind::directory)
                    throw Error(ErrorKind::not_found, "there is no folder '{}' to copy to", folder)
                        .hint("make it with the resource type directory");
                host.docker().copy_from(id, source, folder);
            }};
}

Step export_files(const Resource& resource, const std::string& id, Host& host)
{
    const std::string archive = wanted_text(resource, "archive", "export");
    return {.effect = Effect::act, .changes = {{"archive", "", archive}}, .perform = [&host, id, archive] {
                host.write_pieces(archive, 0600, [&](const Host::Sink& sink) { host.docker().export_files(id, sink); });
            }};
}

/// How it ends is its own matter.
Step wait(const engine::ContainerDetails& actual, Host& host)
{
    if (!actual.state.running)
        return {};
    return {.effect = Effect::act,
            .changes = {{"state", actual.state.status, "ended"}},
            .perform = [&host, id = actual.id, name = actual.name] {
                host.say(fmt::format("'{}' ended with {}", name, host.docker().wait(id)));
            }};
}

} // namespace

std::optional<Step> act_on_container(const Resource& resource, const std::string& action,
                                     const engine::ContainerDetails& actual, Host& host)
{
    if (action == "commit")
        return commit(resource, actual.id, host);
    if (action == "copy")
        return copy(resource, actual.id, host);
    if (action == "export")
        return export_files(resource, actual.id, host);
    if (action == "wait")
        return wait(actual, host);
    return std::nullopt;
}

} // namespace dfriends::converge
