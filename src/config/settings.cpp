// SPDX-License-Identifier: Apache-2.0
#include "config/settings.hpp"

#include "base/duration.hpp"
#include "base/size.hpp"
#include "base/suggest.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cstdlib>

namespace dfriends::config {

namespace {

std::string_view type_words(SettingType type)
{
    switch (type) {
    case SettingType::flag:
        return "true or false";
    case SettingType::text:
        return "text";
    case SettingType::number:
        return "a whole number";
    case SettingType::duration:
        return "a duration such as 90s, 5m or 1h30m";
    case SettingType::size:
        return "a size such as 512M or 20G";
    }
    return "text";
}

bool is_of_type(SettingType type, const std::string& text)
{
    switch (type) {
    case SettingType::flag:
        return text == "true" || text == "false";
    case SettingType::text:
        return true;
    case SettingType::number:
        return parse_signed(text).has_value();
    case SettingType::duration:
        return parse_duration(text).has_value();
    case SettingType::size:
        return parse_size(text).has_value();
    }
    return false;
}

std::vector<std::string> split_list(const Setting& row, std::string_view text)
{
    if (!row.repeatable)
        return {std::string(text)};
    std::vector<std::string> parts;
    for (const std::string_view part : split(text, ','))
        if (!trim(part).empty())
            parts.emplace_back(trim(part));
    return parts;
}

std::vector<std::string> from_flags(const Setting& row, const FlagValues& flags)
{
    std::vector<std::string> texts;
    for (const auto& [name, value] : flags) {
        if (name != row.name)
            continue;
        if (!is_of_type(row.type, value))
            throw Error(ErrorKind::usage, "--{} wants {}, not '{}'", row.name, type_words(row.type), printable(value));
        if (!row.repeatable)
            texts.clear(); // the last one counts
        texts.push_back(value);
    }
    return texts;
}

std::vector<std::string> from_environment(const Setting& row, const std::string& variable, const char* text)
{
    std::vector<std::string> texts = split_list(row, text);
    for (std::string& value : texts) {
        if (row.type == SettingType::flag && (value == "1" || value == "0"))
            value = value == "1" ? "true" : "false";
        if (!is_of_type(row.type, value))
            throw Error(ErrorKind::invalid, "{} wants {}, not '{}'", variable, type_words(row.type), printable(value));
    }
    return texts;
}

std::vector<std::string> from_file(const Setting& row, const Node& node)
{
    std::vector<std::string> texts;
    const std::vector<Node> items = row.repeatable ? node.items_or_one() : std::vector<Node>{node};
    for (const Node& item : items) {
        const std::string value = row.type == SettingType::flag ? (item.flag() ? "true" : "false") : item.text();
        if (!is_of_type(row.type, value))
            throw item.error(fmt::format("'{}' wants {}, not '{}'", row.name, type_words(row.type), printable(value)));
        texts.push_back(value);
    }
    return texts;
}

} // namespace

std::string environment_name(std::string_view prefix, const Setting& row)
{
    if (!row.environment.empty())
        return std::string(row.environment);
    if (prefix.empty())
        return {};
    std::string name(prefix);
    for (const char c : row.name)
        name += c == '-' || c == '.' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return name;
}

Settings::Settings(std::span<const Setting> rows, const Sources& sources)
{
    const auto environment =
        sources.environment ? sources.environment : [](const char* name) -> const char* { return std::getenv(name); };
    for (const Setting& row : rows) {
        Value value{{}, Origin::flag};
        if (sources.flags != nullptr)
            value.texts = from_flags(row, *sources.flags);
        const std::string variable = environment_name(sources.environment_prefix, row);
        const char* said = variable.empty() ? nullptr : environment(variable.c_str());
        if (value.texts.empty() && said != nullptr && *said != '\0') {
            value.texts = from_environment(row, variable, said);
            value.origin = Origin::environment;
        }
        const Node* node = sources.file != nullptr ? sources.file->find(row.name) : nullptr;
        if (value.texts.empty() && node != nullptr) {
            value.texts = from_file(row, *node);
            value.origin = Origin::file;
        }
        if (value.texts.empty()) {
            value.origin = Origin::fallback;
            if (!row.fallback.empty())
                value.texts = split_list(row, row.fallback);
        }
        values_.emplace(std::string(row.name), std::move(value));
    }
}

const Settings::Value& Settings::value(std::string_view name) const
{
    const auto found = values_.find(name);
    if (found == values_.end())
        throw Error(ErrorKind::internal, "no row describes the setting '{}'", name);
    return found->second;
}

std::optional<std::string> Settings::find(std::string_view name) const
{
    const auto& texts = value(name).texts;
    return texts.empty() ? std::nullopt : std::optional(texts.front());
}

const std::string& Settings::text(std::string_view name) const
{
    static const std::string nothing;
    const auto& texts = value(name).texts;
    return texts.empty() ? nothing : texts.front();
}

const std::vector<std::string>& Settings::list(std::string_view name) const
{
    return value(name).texts;
}

bool Settings::flag(std::string_view name) const
{
    return text(name) == "true";
}

std::int64_t Settings::number(std::string_view name) const
{
    return parse_signed(text(name)).value_or(0);
}

std::chrono::milliseconds Settings::duration(std::string_view name) const
{
    return parse_duration(text(name)).value_or(std::chrono::milliseconds(0));
}

std::uint64_t Settings::size(std::string_view name) const
{
    return parse_size(text(name)).value_or(0);
}

Origin Settings::origin(std::string_view name) const
{
    return value(name).origin;
}

} // namespace dfriends::config
