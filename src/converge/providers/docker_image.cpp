// SPDX-License-Identifier: Apache-2.0
#include "converge/attributes.hpp"
#include "converge/provider.hpp"

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

/// A pull whose image is the one that was there is no change, but only the registry knows beforehand.
Step pull(const std::string& image, const std::string& id, Scene& scene)
{
    if (id.empty())
        return {.effect = Effect::create,
                .changes = {{"image", "", image}},
                .perform = [&docker = scene.host.docker(), image] { docker.pull(image); }};
    Docker& docker = scene.host.docker();
    return {.effect = Effect::act,
            .changes = {{"image", image, "the newest " + image}},
            .perform = [&docker, image] { docker.pull(image); },
            .probe = [&docker, image] { return id_of(image, docker); }};
}

Step build(const Resource& resource, const std::string& action, const std::string& image, Scene& scene, bool exists)
{
    Docker& docker = scene.host.docker();
    const std::string directory = require_text(resource, "source", action);
    return {.effect = exists ? Effect::act : Effect::create,
            .changes = {{"source", "", directory}},
            .perform = [&docker, directory, image] { docker.build(directory, image); },
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
