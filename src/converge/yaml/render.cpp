// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/yaml/expressions.hpp"
#include "converge/yaml/manifest.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace dfriends::converge {

namespace {

/// What a reader would take for an expression is written so that it reads as the text that it is.
std::string in_quotes(std::string_view text)
{
    std::string out = "\"";
    for (const char c : yaml::without_expressions(text)) {
        if (c == '"' || c == '\\')
            out += '\\';
        if (c == '\n')
            out += "\\n";
        else if (c == '\t')
            out += "\\t";
        else if (static_cast<unsigned char>(c) < 0x20)
            out += fmt::format("\\x{:02x}", static_cast<unsigned>(c));
        else
            out += c;
    }
    return out + '"';
}

/// Unquoted where no reader of YAML could take it for something else.
std::string plain_or_quoted(const std::string& text)
{
    static constexpr std::string_view safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-";
    static constexpr std::array<std::string_view, 9> words{"true", "false", "yes", "no", "on", "off", "null", "y", "n"};
    const bool plain = !text.empty() && (std::isalpha(static_cast<unsigned char>(text[0])) != 0 || text[0] == '/') &&
                       text.find_first_not_of(safe) == std::string::npos &&
                       std::ranges::find(words, to_lower(text)) == words.end();
    return plain ? text : in_quotes(text);
}

std::string render_value(const Value& value)
{
    if (const auto* list = std::get_if<Value::List>(&value.content)) {
        std::vector<std::string> parts;
        for (const Value& item : *list)
            parts.push_back(render_value(item));
        return "[" + join(parts, ", ") + "]";
    }
    if (const auto* map = std::get_if<Value::Map>(&value.content)) {
        std::vector<std::string> parts;
        for (const Member& member : *map)
            parts.push_back(plain_or_quoted(member.name) + ": " + render_value(member.value));
        return "{" + join(parts, ", ") + "}";
    }
    if (value.is_null())
        return "null";
    return std::holds_alternative<std::string>(value.content) ? plain_or_quoted(std::get<std::string>(value.content))
                                                              : scalar_text(value);
}

std::string render_texts(const std::vector<std::string>& texts)
{
    std::vector<std::string> parts;
    for (const std::string& text : texts)
        parts.push_back(plain_or_quoted(text));
    return parts.size() == 1 ? parts[0] : "[" + join(parts, ", ") + "]";
}

std::string render_resource(const Resource& resource)
{
    std::string out = "  - " + resource.type + ": " + plain_or_quoted(resource.name) + "\n";
    const auto line = [&](std::string_view key, const std::string& value) {
        out += fmt::format("    {}: {}\n", key, value);
    };
    if (!resource.actions.empty())
        line("action", render_texts(resource.actions));
    for (const auto& [name, value] : resource.attributes)
        line(yaml_key(resource.type, name), name == "mode" ? in_quotes(scalar_text(value)) : render_value(value));
    if (resource.sensitive)
        line("sensitive", "true");
    if (resource.noop)
        line("noop", "true");
    if (resource.ignore_failure)
        line("ignore_failure", "true");
    if (resource.retries > 0) {
        line("retries", std::to_string(resource.retries));
        line("retry_delay", std::to_string(resource.retry_delay));
    }
    std::vector<std::string> texts;
    for (const Reference& reference : resource.requires_)
        texts.push_back(address(reference));
    if (!texts.empty())
        line("requires", render_texts(texts));
    if (!resource.notifications.empty())
        out += "    notifies:\n";
    for (const Notification& told : resource.notifications) {
        out += "      - {resource: " + plain_or_quoted(address(told.target));
        out += (told.action.empty() ? "" : ", action: " + plain_or_quoted(told.action)) +
               (told.immediately ? ", immediately: true}\n"
                : told.before    ? ", before: true}\n"
                                 : "}\n");
    }
    for (const bool only_if : {true, false}) {
        texts.clear();
        for (const Guard& guard : resource.guards)
            if (guard.only_if == only_if)
                texts.push_back(guard.command);
        if (!texts.empty())
            line(only_if ? "only_if" : "not_if", render_texts(texts));
    }
    return out;
}

} // namespace

std::string yaml_key(std::string_view type, std::string_view attribute)
{
    return attribute == type ? std::string(type) + "_name" : std::string(attribute);
}

std::string render_yaml_manifest(const Catalog& catalog)
{
    std::string out = catalog.resources.empty() ? "resources: []\n" : "resources:\n";
    for (const Resource& resource : catalog.resources)
        out += render_resource(resource);
    return out;
}

} // namespace dfriends::converge
