// SPDX-License-Identifier: Apache-2.0
#include "converge/chef/dialect.hpp"

#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "crypto/hash.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace dfriends::converge::chef {

namespace {

constexpr std::array<std::string_view, 6> words_of_2014{"volume",      "link",      "net",
                                                        "cmd_timeout", "init_type", "remove_automatically"};
constexpr std::array<std::string_view, 7> modern_words{"repo",  "restart_policy", "network_mode", "volumes",
                                                       "binds", "links",          "kill_after"};

template <class Words>
bool uses(const Declaration& declaration, const Words& words)
{
    return declaration.type == "docker_container" &&
           std::ranges::any_of(words, [&](std::string_view word) { return declaration.find(word) != nullptr; });
}

bool is(const Value* value, bool wanted)
{
    const auto* flag = value == nullptr ? nullptr : std::get_if<bool>(&value->content);
    return flag != nullptr && *flag == wanted;
}

/// The last part of an image's name, without its tag or digest: what a container may be called.
std::string short_name(std::string_view image)
{
    image = image.substr(0, image.find('@'));
    const std::size_t slash = image.rfind('/');
    if (slash != std::string_view::npos)
        image = image.substr(slash + 1);
    return std::string(image.substr(0, image.find(':')));
}

std::string image_of(const Declaration& from)
{
    const Value* given = from.find("image");
    if (given == nullptr)
        given = from.find("repo");
    std::string image = given == nullptr ? from.name : scalar_text(*given);
    const Value* tag = from.find("tag");
    const std::size_t slash = image.rfind('/');
    const bool has_tag = image.find(':', slash == std::string::npos ? 0 : slash) != std::string::npos;
    return tag == nullptr || has_tag ? image : image + ":" + scalar_text(*tag);
}

std::string container_name(const Declaration& from, Dialect dialect, const std::string& image)
{
    if (const Value* given = from.find("container_name"))
        return scalar_text(*given);
    // In 2014 too a recipe that says repo follows the later rule: the word came with it.
    if (dialect == Dialect::modern || from.find("repo") != nullptr)
        return short_name(from.name);
    const std::string name = short_name(image);
    if (!is(from.find("init_type"), false))
        return name;
    const Value* command = from.find("command");
    const std::string identity = image + '\n' + (command == nullptr ? "" : scalar_text(*command));
    return name + "-" + crypto::hash_hex(crypto::Algorithm::sha256, identity).substr(0, 8);
}

void set_restart(Resource& resource, const Declaration& from, Dialect dialect)
{
    if (const Value* policy = from.find("restart_policy")) {
        std::string text = scalar_text(*policy);
        const Value* count = from.find("restart_maximum_retry_count");
        if (text == "on-failure" && count != nullptr && scalar_text(*count) != "0")
            text += ":" + scalar_text(*count);
        resource.attributes["restart"] = {text, policy->position};
    } else if (dialect == Dialect::cookbook_2014 && is(from.find("detach"), true) &&
               !flag_or(resource, "remove", false) && !is(from.find("init_type"), false)) {
        resource.attributes["restart"] = {std::string("unless-stopped"), from.position};
    }
}

} // namespace

Dialect dialect_of(const std::vector<Declaration>& declarations)
{
    bool old = false;
    bool later = false;
    for (const Declaration& declaration : declarations) {
        if (declaration.type == "include_recipe" &&
            (declaration.name == "docker" || declaration.name == "docker::default"))
            return Dialect::cookbook_2014;
        old = old || uses(declaration, words_of_2014);
        later = later || uses(declaration, modern_words) || declaration.type == "docker_network" ||
                declaration.type == "docker_volume" || declaration.type.starts_with("docker_service") ||
                declaration.type.starts_with("docker_installation");
    }
    return old && !later ? Dialect::cookbook_2014 : Dialect::modern;
}

void translate_container(Resource& resource, const Declaration& from, Dialect dialect)
{
    const std::string image = image_of(from);
    resource.attributes["image"] = {image, from.position};
    const std::string name = container_name(from, dialect, image);
    if (name.empty())
        throw Error(ErrorKind::invalid, from.position, "'{}' gives no name for a container", printable(from.name))
            .hint("give it one with container_name");
    resource.attributes["container"] = {name, from.position};
    if (is(from.find("networking"), false))
        resource.attributes["network"] = {std::string("none"), from.position};
    set_restart(resource, from, dialect);
}

} // namespace dfriends::converge::chef
