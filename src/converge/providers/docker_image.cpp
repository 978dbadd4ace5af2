// SPDX-License-Identifier: Apache-2.0
#include "converge/attributes.hpp"
#include "converge/provider.hpp"
#include "converge/providers/image_build.hpp"

#include <algorithm>
#include <array>
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

/// What the registry has already under the name is not sent again.
Step push(const std::string& image, Scene& scene)
{
    Docker& docker = scene.host.docker();
    const auto found = docker.find_image(image);
    const auto remote = found && !found->digests.empty() ? digest_in_registry(image, docker) : std::nullopt;
    if (remote &&
        std::ranges::any_of(found->digests, [&](const std::string& digest) { return digest.ends_with("@" + *remote); }))
        return {};
    return {.effect = Effect::act,
            .changes = {{"registry", remote ? short_digest(*remote) : "", image}},
            .perform = [&docker, image] { docker.push(image); }};
}

/// A name that another image has stays with that one, unless forced.
Step tag(const Resource& resource, const std::string& image, const std::string& id, Scene& scene)
{
    Docker& docker = scene.host.docker();
    const std::string name = require_text(resource, "tag_as", "tag");
    const std::string holder = can_ask_docker(scene) ? docker.image_id(name) : "";
    if (id.empty() && !scene.planning)
        throw Error(ErrorKind::not_found, "there is no image '{}' to tag", image);
    if (!holder.empty() && (holder == id || !flag_or(resource, "force", false)))
        return {};
    return {.effect = holder.empty() ? Effect::create : Effect::update,
            .changes = {{"tag_as", short_digest(holder), name}},
            .perform = [&docker, image, name] { docker.tag(image, name); }};
}

Step from_archive(const Resource& resource, const std::string& action, const std::string& image, Scene& scene)
{
    const std::string archive = require_text(resource, "archive", action);
    return {.effect = Effect::create,
            .changes = {{"archive", "", archive}},
            .perform = [&docker = scene.host.docker(), archive, image, imports = action == "import"] {
                imports ? docker.import_image(archive, image) : docker.load_image(archive);
            }};
}

Step save(const Resource& resource, const std::string& image, Scene& scene)
{
    const std::string archive = require_text(resource, "archive", "save");
    if (scene.host.find_path(archive))
        return {};
    return {.effect = Effect::create,
            .changes = {{"archive", "", archive}},
            .perform = [&docker = scene.host.docker(), image, archive] { docker.save_image(image, archive); }};
}

Step remove(const Resource& resource, const std::string& image, Scene& scene)
{
    return {.effect = Effect::remove,
            .changes = {{"image", image, ""}},
            .perform = [&docker = scene.host.docker(), image, force = flag_or(resource, "force", false),
                        keeps_parents = flag_or(resource, "no_prune", false)] {
                docker.remove_image(image, force, keeps_parents);
            }};
}

} // namespace

Step examine_docker_image(const Resource& resource, const std::string& action, Scene& scene)
{
    const std::string image = image_of(resource);
    const std::string id = can_ask_docker(scene) ? scene.host.docker().image_id(image) : "";
    const bool found = !id.empty();
    if (action == "pull_if_missing") {
        if (found)
            return {};
        return find_attribute(resource, "source") == nullptr ? pull(image, "", scene)
                                                             : build_image(resource, action, image, scene);
    }
    if (action == "pull")
        return pull(image, id, scene);
    if (action == "build")
        return build_image(resource, action, image, scene);
    if (action == "build_if_missing")
        return found ? Step{} : build_image(resource, action, image, scene);
    if (action == "load" || action == "import")
        return found ? Step{} : from_archive(resource, action, image, scene);
    if (action == "save")
        return save(resource, image, scene);
    if (action == "tag")
        return tag(resource, image, id, scene);
    if (action == "push")
        return push(image, scene);
    return found ? remove(resource, image, scene) : Step{};
}

} // namespace dfriends::converge
