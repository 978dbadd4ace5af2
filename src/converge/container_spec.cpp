// SPDX-License-Identifier: Apache-2.0
#include "converge/container_spec.hpp"

#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/container_attributes.hpp"
#include "engine/run_flags.hpp"

#include <algorithm>
#include <array>

namespace dfriends::converge {

namespace {

std::vector<std::string> values_of(const Resource& resource, std::string_view attribute)
{
    const Value* value = find_attribute(resource, attribute);
    if (value == nullptr || !std::holds_alternative<Value::Map>(value->content))
        return list_of(resource, attribute);
    std::vector<std::string> pairs;
    for (const auto& [name, text] : map_of(resource, attribute))
        pairs.push_back(name + "=" + text);
    return pairs;
}

/// A list as it is; one text is split as a shell would.
std::vector<std::string> command_words(const Resource& resource, const char* attribute)
{
    const Value* value = find_attribute(resource, attribute);
    if (value == nullptr || std::holds_alternative<Value::List>(value->content))
        return list_of(resource, attribute);
    return shell_words(scalar_text(*value));
}

std::string flag_word(const ContainerAttribute& attribute, std::string_view value)
{
    return fmt::format("--{}={}", attribute.flag, value);
}

/// Whether an attribute is given as a list.
bool has_words(const Resource& resource, std::string_view attribute)
{
    const Value* value = find_attribute(resource, attribute);
    return value != nullptr && std::holds_alternative<Value::List>(value->content);
}

/// What docker run has no flag for: a check that no shell runs.
void set_health_words(engine::ContainerSpec& spec, const Resource& resource)
{
    if (!has_words(resource, "health_cmd"))
        return;
    engine::Health& health = spec.health ? *spec.health : spec.health.emplace();
    health.test = {"CMD"};
    for (std::string& word : list_of(resource, "health_cmd"))
        health.test.push_back(std::move(word));
}

std::vector<std::string> run_words(const Resource& resource)
{
    std::vector<std::string> words;
    for (const ContainerAttribute& row : container_attributes())
        if (row.name != "health_cmd" || !has_words(resource, row.name))
            for (const std::string& value : values_of(resource, row.name))
                words.push_back(flag_word(row, value));
    for (const std::string& text : list_of(resource, "extra_parameters"))
        for (std::string& word : shell_words(text))
            words.push_back(std::move(word));
    return words;
}

void check_compare(const Resource& resource)
{
    static constexpr std::array<std::string_view, 3> words{"declared", "ignore", "strict"};
    static constexpr std::array<std::string_view, 4> further{"*", "command", "entrypoint", "image"};
    for (const auto& [name, mode] : map_of(resource, "compare")) {
        if (std::ranges::find(words, mode) == words.end())
            throw Error(ErrorKind::invalid, "'{}' is no way to compare '{}'", mode, name)
                .hint("declared, strict or ignore");
        if (find_container_attribute(name) == nullptr && std::ranges::find(further, name) == further.end())
            throw Error(ErrorKind::invalid, "there is no attribute '{}' to compare", name);
    }
}

} // namespace

std::string container_name(const Resource& resource)
{
    std::string name = text_or_name(resource, "container");
    for (char& c : name)
        if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_' && c != '.' && c != '-')
            c = '-';
    return name.empty() || std::isalnum(static_cast<unsigned char>(name[0])) == 0 ? "c" + name : name;
}

engine::ContainerSpec container_spec(const Resource& resource)
{
    try {
        check_compare(resource);
        engine::RunRequest request;
        engine::apply_run_flags(request, run_words(resource));
        engine::ContainerSpec spec = std::move(request.spec);
        spec.name = container_name(resource);
        set_health_words(spec, resource);
        spec.image = text_or(resource, "image", "");
        spec.command = command_words(resource, "command");
        if (find_attribute(resource, "entrypoint") != nullptr)
            spec.entrypoint = command_words(resource, "entrypoint");
        return spec;
    } catch (const Error& error) {
        const ErrorKind kind = error.kind() == ErrorKind::usage ? ErrorKind::invalid : error.kind();
        throw Error(kind, resource.position, "'{}': {}", address(resource), error.message()).hint(error.hint());
    }
}

CompareMode compare_mode(const Resource& resource, std::string_view attribute)
{
    CompareMode mode = CompareMode::declared;
    for (const auto& [name, word] : map_of(resource, "compare")) {
        if (name != attribute && name != "*")
            continue;
        mode = word == "strict" ? CompareMode::strict : word == "ignore" ? CompareMode::ignore : CompareMode::declared;
        if (name == attribute)
            break;
    }
    return mode;
}

} // namespace dfriends::converge
