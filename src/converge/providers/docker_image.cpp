// SPDX-License-Identifier: Apache-2.0
#include "converge/attributes.hpp"
#include "converge/provider.hpp"

#include <optional>
#include <string>

namespace dfriends::converge {

namespace {

/// The declared image as a reference; a tag in the name itself wins over the attribute's default.
std::string image_of(const Resource& resource)
{
    const std::string name = text_or_name(resource, "image");
    const auto last = name.substr(name.rfind('/') == std::string::npos ? 0 : name.rfind('/') + 1);
    const auto tag = find_text(resource, "tag");
    if (last.find(':') != std::string::npos || last.find('@') != std::string::npos)
        return name;
    return name + ":" + tag.value_or("latest");
}

std::string require_text(const Resource& resource, const char* attribute, const std::string& action)
{
    auto text = find_text(resource, attribute);
    if (!text)
        throw Error(ErrorKind::invalid, resource.position, "the action {} of '{}' wants '{}'", action,
                    address(resource), attribute);
    return *text;
}

/// Asked anew: after a pull the name may stand for another image.
std::string id_of(const std::string& image, Docker& docker)
{
    const auto found = docker.find_image(image);
    return found ? found->id : "";
}

std::string short_digest(const std::string& digest)
{
    return digest.substr(digest.find(':') + 1, 12);
}

/// The registry says beforehand which image a pull would bring, and nothing is fetched where it is the one that is
/// here. One that does not say is found out about by the pull itself.
std::optional<std::string> digest_in_registry(const std::string& image, Docker& docker)
{
    try {
        return docker.remote_digest(image);
    } catch (const Error&) {
        return std::nullopt;
    }
}

/// The digest that the image had in its registry when it came from there.
std::string digest_of(const engine::ImageDetails& image)
{
    return image.digests.empty() ? "" : image.digests[0].substr(image.digests[0].find('@') + 1);
}

Step pull(const std::string& image, const std::string& id, Scene& scene)
{
    Docker& docker = scene.host.docker();
    if (id.empty())
        return {.effect = Effect::create, .changes = {{"image", "", image}}, .perform = [&docker, image] {
                    docker.pull(image);
                }};
    const auto found = docker.find_image(image);
    const std::string local = found ? digest_of(*found) : "";
    const auto remote = local.empty() ? std::nullopt : digest_in_registry(image, docker);
    if (remote == local && !local.empty())
        return {};
    return {.effect = remote ? Effect::update : Effect::act,
            .changes = {remote ? Change{"digest", short_digest(local), short_digest(*remote)}
                               : Change{"image", image, "the newest " + image}},
            .perform = [&docker, image] { docker.pull(image); },
            .probe = [&docker, image] { return id_of(image, docker); }};
}

engine::Builder builder_of(const Resource& resource)
{
    try {
        return engine::parse_builder(find_text(resource, "builder").value_or("auto"));
    } catch (const Error& error) {
        throw Error(ErrorKind::invalid, resource.position, "'{}': {}", address(resource), error.message())
            .hint(error.hint());
    }
}

Step build(const Resource& resource, const std::string& action, const std::string& image, Scene& scene, bool exists)
{
    Docker& docker = scene.host.docker();
    const std::string directory = require_text(resource, "source", action);
    const engine::Builder builder = builder_of(resource);
    return {.effect = exists ? Effect::act : Effect::create,
            .changes = {{"source", "", directory}},
            .perform = [&docker, directory, image, builder] { docker.build(directory, image, builder); },
            .probe = [&docker, image] { return id_of(image, docker); }};
}

} // namespace

Step examine_docker_image(const Resource& resource, const std::string& action, Scene& scene)
{
    const std::string image = image_of(resource);
    const bool can_ask = can_ask_docker(scene);
    const std::string id = can_ask ? scene.host.docker().image_id(image) : "";
    const bool found = !id.empty();
    Docker& docker = scene.host.docker();
    if (action == "pull_if_missing") {
        if (found)
            return {};
        return find_attribute(resource, "source") == nullptr ? pull(image, "", scene)
                                                             : build(resource, action, image, scene, false);
    }
    if (action == "pull")
        return pull(image, id, scene);
    if (action == "build" || (action == "build_if_missing" && !found))
        return build(resource, action, image, scene, found);
    if (action == "load" && !found)
        return {
            .effect = Effect::create,
            .changes = {{"archive", "", require_text(resource, "archive", action)}},
            .perform = [&docker, archive = require_text(resource, "archive", action)] { docker.load_image(archive); }};
    if (action == "save" && !scene.host.find_path(require_text(resource, "archive", action)))
        return {.effect = Effect::create,
                .changes = {{"archive", "", require_text(resource, "archive", action)}},
                .perform = [&docker, image, archive = require_text(resource, "archive", action)] {
                    docker.save_image(image, archive);
                }};
    if (action == "remove" && found)
        return {.effect = Effect::remove,
                .changes = {{"image", image, ""}},
                .perform = [&docker, image, force = flag_or(resource, "force", false)] {
                    docker.remove_image(image, force);
                }};
    return {};
}

} // namespace dfriends::converge
