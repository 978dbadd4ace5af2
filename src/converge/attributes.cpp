// SPDX-License-Identifier: Apache-2.0
#include "converge/attributes.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace dfriends::converge {

std::string address(const Resource& resource)
{
    return fmt::format("{}[{}]", resource.type, resource.name);
}

std::string address(const Reference& reference)
{
    return fmt::format("{}[{}]", reference.type, reference.name);
}

std::optional<Reference> parse_address(std::string_view text)
{
    const auto [type, rest] = split_once(text, '[');
    if (type.empty() || rest.size() < 2 || rest.back() != ']')
        return std::nullopt;
    return Reference{
        .type = std::string(trim(type)), .name = std::string(rest.substr(0, rest.size() - 1)), .position = {}};
}

std::string scalar_text(const Value& value)
{
    struct Render {
        std::string operator()(std::monostate) const { return {}; }
        std::string operator()(bool flag) const { return flag ? "true" : "false"; }
        std::string operator()(std::int64_t number) const { return std::to_string(number); }
        std::string operator()(double number) const { return fmt::format("{}", number); }
        std::string operator()(const std::string& text) const { return text; }
        std::string operator()(const Value::List& list) const
        {
            std::vector<std::string> parts;
            for (const Value& part : list)
                parts.push_back(scalar_text(part));
            return join(parts, " ");
        }
        std::string operator()(const Value::Map& map) const
        {
            std::vector<std::string> parts;
            for (const Member& member : map)
                parts.push_back(member.name + "=" + scalar_text(member.value));
            return join(parts, " ");
        }
    };
    return std::visit(Render{}, value.content);
}

const Value* find_attribute(const Resource& resource, std::string_view name)
{
    const auto row = resource.attributes.find(name);
    return row == resource.attributes.end() || row->second.is_null() ? nullptr : &row->second;
}

std::optional<std::string> find_text(const Resource& resource, std::string_view name)
{
    const Value* value = find_attribute(resource, name);
    return value == nullptr ? std::nullopt : std::optional(scalar_text(*value));
}

std::string text_or_name(const Resource& resource, std::string_view name)
{
    return find_text(resource, name).value_or(resource.name);
}

std::string text_or(const Resource& resource, std::string_view name, std::string_view fallback)
{
    return find_text(resource, name).value_or(std::string(fallback));
}

std::optional<std::int64_t> find_number(const Resource& resource, std::string_view name)
{
    const Value* value = find_attribute(resource, name);
    if (value == nullptr)
        return std::nullopt;
    const auto* number = std::get_if<std::int64_t>(&value->content);
    return number == nullptr ? std::nullopt : std::optional(*number);
}

bool flag_or(const Resource& resource, std::string_view name, bool fallback)
{
    const Value* value = find_attribute(resource, name);
    const bool* flag = value == nullptr ? nullptr : std::get_if<bool>(&value->content);
    return flag == nullptr ? fallback : *flag;
}

std::vector<std::string> list_of(const Resource& resource, std::string_view name)
{
    std::vector<std::string> texts;
    const Value* value = find_attribute(resource, name);
    if (value == nullptr)
        return texts;
    const auto* list = std::get_if<Value::List>(&value->content);
    if (list == nullptr)
        return {scalar_text(*value)};
    for (const Value& item : *list)
        texts.push_back(scalar_text(item));
    return texts;
}

std::vector<std::pair<std::string, std::string>> map_of(const Resource& resource, std::string_view name)
{
    std::vector<std::pair<std::string, std::string>> pairs;
    const Value* value = find_attribute(resource, name);
    if (value == nullptr)
        return pairs;
    if (const auto* map = std::get_if<Value::Map>(&value->content))
        for (const Member& member : *map)
            pairs.emplace_back(member.name, scalar_text(member.value));
    return pairs;
}

std::vector<std::string> shell_words(std::string_view text)
{
    std::vector<std::string> words;
    std::string word;
    bool inside = false; // also for an empty quoted word
    char quote = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (quote != 0 && c == quote) {
            quote = 0;
        } else if (quote == 0 && (c == '\'' || c == '"')) {
            quote = c;
            inside = true;
        } else if (c == '\\' && quote != '\'' && at + 1 < text.size()) {
            const char next = text[++at];
            if (quote == '"' && std::string_view("\"\\$`").find(next) == std::string_view::npos)
                word += c;
            word += next;
            inside = true;
        } else if (quote == 0 && (c == ' ' || c == '\t' || c == '\n')) {
            if (inside)
                words.push_back(std::exchange(word, {}));
            inside = false;
        } else {
            word += c;
            inside = true;
        }
    }
    if (quote != 0)
        throw Error(ErrorKind::invalid, "a quote is not closed in '{}'", text);
    if (inside)
        words.push_back(std::move(word));
    return words;
}

std::string shell_quoted(std::string_view word)
{
    return "'" + replace_all(word, "'", "'\\''") + "'";
}

} // namespace dfriends::converge
