// SPDX-License-Identifier: Apache-2.0
#include "converge/chef/dialect.hpp"

#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/chef/docker_cookbook.hpp"
#include "crypto/hash.hpp"

#include <algorithm>
#include <array>
#include <span>
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

bool acts(const Declaration& from, std::string_view action)
{
    return std::ranges::find(from.actions, action) != from.actions.end();
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
    const bool tags_other = acts(from, "commit") && from.find("repository") != nullptr;
    const Value* tag = tags_other ? nullptr : from.find("tag");
    const std::size_t slash = image.rfind('/');
    const bool has_tag = image.find(':', slash == std::string::npos ? 0 : slash) != std::string::npos;
    return tag == nullptr || has_tag ? image : with_tag(image, scalar_text(*tag));
}

std::string container_name(const Declaration& from, Dialect dialect, const std::string& image)
{
    if (const Value* given = from.find("container_name"))
        return scalar_text(*given);
    // In a recipe of 2014, too, a container in later words follows the later rule: it came with them.
    if (dialect == Dialect::modern || uses(from, modern_words))
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
        if (count == nullptr)
            count = from.find("restart_maximum_retries");
        if (text == "on-failure" && count != nullptr && scalar_text(*count) != "0")
            text += ":" + scalar_text(*count);
        resource.attributes["restart"] = {text, policy->position};
    } else if (dialect == Dialect::cookbook_2014 && is(from.find("detach"), true) &&
               !flag_or(resource, "remove", false) && !is(from.find("init_type"), false)) {
        resource.attributes["restart"] = {std::string("unless-stopped"), from.position};
    }
}

/// ['CMD', word, …], ['CMD-SHELL', text] or ['NONE'].
void set_health_test(Resource& resource, const Value& test)
{
    const auto* list = std::get_if<Value::List>(&test.content);
    const std::string kind = list == nullptr || list->empty() ? "" : scalar_text(list->front());
    if (kind == "NONE") {
        resource.attributes["no_healthcheck"] = {true, test.position};
        return;
    }
    if ((kind != "CMD" && kind != "CMD-SHELL") || list->size() < 2)
        throw Error(ErrorKind::invalid, test.position, "'Test' of 'health_check' wants a list")
            .hint("['CMD-SHELL', 'curl -f localhost'], ['CMD', 'true'] or ['NONE']");
    if (kind == "CMD") {
        resource.attributes["health_cmd"] = {Value::List(list->begin() + 1, list->end()), test.position};
        return;
    }
    std::string command;
    for (const Value& word : std::span(*list).subspan(1))
        command += (command.empty() ? "" : " ") + scalar_text(word);
    resource.attributes["health_cmd"] = {command, test.position};
}

/// The hash of the engine's API: {'Test' => ['CMD-SHELL', '…'], 'Interval' => nanoseconds, …}.
void set_health_check(Resource& resource, const Value& check)
{
    static constexpr auto durations = std::to_array<std::pair<std::string_view, const char*>>(
        {{"Interval", "health_interval"}, {"StartPeriod", "health_start_period"}, {"Timeout", "health_timeout"}});
    const auto* map = std::get_if<Value::Map>(&check.content);
    if (map == nullptr)
        throw Error(ErrorKind::invalid, check.position, "'health_check' wants a hash")
            .hint("'Test' => ['CMD-SHELL', 'curl -f localhost'], 'Interval' => 10000000000");
    for (const auto& [name, value] : *map) {
        if (name == "Test") {
            set_health_test(resource, value);
        } else if (name == "Retries") {
            resource.attributes["health_retries"] = value;
        } else if (const auto* row =
                       std::ranges::find(durations, name, &std::pair<std::string_view, const char*>::first);
                   row != durations.end()) {
            resource.attributes[row->second] = {scalar_text(value) + "ns", check.position};
        } else {
            throw Error(ErrorKind::invalid, check.position, "'health_check' has no '{}'", printable(name));
        }
    }
}

/// What a commit, a copy, an export and a removal make of it.
void set_products(Resource& resource, const Declaration& from, const std::string& image)
{
    if (const Value* destination = from.find("destination"))
        resource.attributes[acts(from, "cp") ? "copy_to" : "archive"] = *destination;
    if (acts(from, "remove_volume"))
        resource.attributes["remove_volumes"] = {true, from.position};
    if (!acts(from, "commit"))
        return;
    const Value* repository = from.find("repository");
    const Value* tag = from.find("tag");
    std::string name = image; // today's cookbook names the container's own image
    if (repository != nullptr)
        name = scalar_text(*repository) + ":" + (tag == nullptr ? "latest" : scalar_text(*tag));
    resource.attributes["commit_as"] = {std::move(name), from.position};
}

/// A part of the engine's API that is a hash there and a text here, and what stands before each of its values.
struct HashRow {
    const char* attribute;
    std::span<const std::pair<std::string_view, std::string_view>> parts; ///< in their order in the text
};

constexpr auto device_parts = std::to_array<std::pair<std::string_view, std::string_view>>(
    {{"PathOnHost", ""}, {"PathInContainer", ":"}, {"CgroupPermissions", ":"}});
constexpr auto limit_parts =
    std::to_array<std::pair<std::string_view, std::string_view>>({{"Name", ""}, {"Soft", "="}, {"Hard", ":"}});
constexpr std::array hash_rows{HashRow{"devices", device_parts}, HashRow{"ulimits", limit_parts}};

std::string text_of_hash(const HashRow& row, const Value::Map& map, const SourcePosition& position)
{
    for (const auto& [name, value] : map)
        if (std::ranges::find(row.parts, name, &std::pair<std::string_view, std::string_view>::first) ==
            row.parts.end())
            throw Error(ErrorKind::invalid, position, "'{}' has no '{}'", row.attribute, printable(name));
    std::string text;
    for (const auto& [name, mark] : row.parts)
        if (const auto part = std::ranges::find(map, name, &Member::name); part != map.end())
            text += std::string(mark) + scalar_text(part->value);
    return text;
}

/// devices and ulimits are lists of texts, or of hashes of the engine's API.
void spell_hashes(Resource& resource)
{
    for (const HashRow& row : hash_rows) {
        const auto found = resource.attributes.find(row.attribute);
        auto* list = found == resource.attributes.end() ? nullptr : std::get_if<Value::List>(&found->second.content);
        for (std::size_t at = 0; list != nullptr && at < list->size(); ++at)
            if (const auto* map = std::get_if<Value::Map>(&(*list)[at].content))
                (*list)[at].content = text_of_hash(row, *map, found->second.position);
    }
}

/// «all», a number, or the ids of some.
void set_gpus(Resource& resource, const Declaration& from)
{
    const Value* gpus = from.find("gpus");
    if (gpus == nullptr)
        return;
    const auto* several = std::get_if<Value::List>(&gpus->content);
    std::string text = scalar_text(*gpus);
    if (several != nullptr || (text != "all" && !parse_unsigned(text))) {
        std::vector<std::string> ids;
        for (const Value& id : several == nullptr ? Value::List{*gpus} : *several)
            ids.push_back(scalar_text(id));
        text = "\"device=" + join(ids, ",") + "\"";
    }
    if (const Value* driver = from.find("gpu_driver"))
        text += ",driver=" + scalar_text(*driver);
    resource.attributes["gpus"] = {std::move(text), gpus->position};
}

} // namespace

std::string with_tag(const std::string& image, const std::string& tag)
{
    return image + (tag.starts_with("sha256:") ? "@" : ":") + tag;
}

Dialect dialect_of(const std::vector<Declaration>& declarations)
{
    bool old = false;
    bool later = false;
    for (const Declaration& declaration : declarations) {
        if (declaration.type == "include_recipe" && is_docker_recipe(declaration.name))
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
    if (is(from.find("networking"), false) || is(from.find("network_disabled"), true))
        resource.attributes["network"] = {std::string("none"), from.position};
    if (const Value* check = from.find("health_check"))
        set_health_check(resource, *check);
    set_restart(resource, from, dialect);
    set_products(resource, from, image);
    set_gpus(resource, from);
    spell_hashes(resource);
}

} // namespace dfriends::converge::chef
