// SPDX-License-Identifier: Apache-2.0
#include "converge/providers/image_build.hpp"

#include "converge/attributes.hpp"
#include "crypto/hash.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <optional>

namespace dfriends::converge {

namespace {

namespace fs = std::filesystem;

engine::Builder builder_of(const Resource& resource)
{
    try {
        return engine::parse_builder(find_text(resource, "builder").value_or("auto"));
    } catch (const Error& error) {
        throw Error(ErrorKind::invalid, resource.position, "'{}': {}", address(resource), error.message())
            .hint(error.hint());
    }
}

/// The source is a folder, or a Dockerfile in one.
ImageBuild declared_build(const Resource& resource, const std::string& action, const std::string& image, Host& host)
{
    const auto source = find_text(resource, "source");
    if (!source)
        throw Error(ErrorKind::invalid, resource.position, "the action {} of '{}' wants 'source'", action,
                    address(resource));
    ImageBuild build{.image = image,
                     .directory = *source,
                     .dockerfile = {},
                     .arguments = {},
                     .labels = {},
                     .target = text_or(resource, "target", ""),
                     .no_cache = flag_or(resource, "no_cache", false),
                     .remove_intermediate = flag_or(resource, "remove_intermediate", true),
                     .builder = builder_of(resource)};
    const auto state = host.find_path(*source);
    if (state && state->kind == PathState::Kind::file) {
        build.dockerfile = *source;
        build.directory = fs::path(*source).has_parent_path() ? fs::path(*source).parent_path().string() : ".";
    }
    if (const auto dockerfile = find_text(resource, "dockerfile"))
        build.dockerfile = (fs::path(build.directory) / *dockerfile).string(); // an absolute one stays itself
    for (const auto& [name, value] : map_of(resource, "build_args"))
        build.arguments[name] = value;
    return build;
}

/// What the image would be built from; nothing where an earlier resource of a plan would still make it.
std::optional<std::string> digest_of_build(const ImageBuild& build, Scene& scene)
{
    try {
        crypto::Hash hash(crypto::Algorithm::sha256);
        hash.update(scene.host.docker().context_digest(build.directory, build.dockerfile));
        for (const auto& [name, value] : build.arguments)
            hash.update(fmt::format("\n{}:{}={}:{}", name.size(), name, value.size(), value));
        hash.update("\ntarget=" + build.target);
        return hash.finish_hex();
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::not_found || !scene.planning)
            throw;
        return std::nullopt;
    }
}

} // namespace

Step build_image(const Resource& resource, const std::string& action, const std::string& image, Scene& scene)
{
    ImageBuild build = declared_build(resource, action, image, scene.host);
    Docker& docker = scene.host.docker();
    const auto found = can_ask_docker(scene) ? docker.find_image(image) : std::nullopt;
    const auto digest = digest_of_build(build, scene);
    if (digest)
        build.labels[context_label] = *digest;
    std::string before;
    if (found)
        if (const auto label = found->defaults.labels.find(context_label); label != found->defaults.labels.end())
            before = label->second;
    if (digest && before == *digest)
        return {};
    Step step{.effect = found ? Effect::act : Effect::create,
              .changes = {{"source", "", build.directory}},
              .perform = [&docker, build] { docker.build(build); },
              .probe =
                  [&docker, image] {
                      const auto now = docker.find_image(image);
                      return now ? now->id : std::string();
                  }};
    if (!before.empty() && digest)
        step.changes.push_back({"context", before.substr(0, 12), digest->substr(0, 12)});
    return step;
}

} // namespace dfriends::converge
