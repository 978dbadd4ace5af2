// SPDX-License-Identifier: Apache-2.0
#include "converge/puppet/datum.hpp"

#include "base/text.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

namespace dfriends::converge::puppet {

namespace {

constexpr int deepest_datum = 64;
constexpr std::size_t heaviest = 200'000;

void include(Extent& extent, const Datum& datum)
{
    if (const auto* secret = datum.as<Secret>())
        return include(extent, *secret->value);
    int depth = 0;
    const auto* type = datum.as<TypeName>();
    if (type != nullptr && type->arguments != nullptr)
        depth = type->arguments->extent.depth;
    else if (const auto* list = datum.as<List>())
        depth = (*list)->extent.depth;
    else if (const auto* hash = datum.as<Hash>())
        depth = (*hash)->extent.depth;
    extent.depth = std::max(extent.depth, depth + 1);
    extent.weight += weight(datum);
    if (extent.depth > deepest_datum)
        throw Error(ErrorKind::invalid, "lists and hashes are nested more than {} deep", deepest_datum);
    if (extent.weight > heaviest)
        throw Error(ErrorKind::invalid, "a list or hash has more than {} parts", heaviest);
}

std::string decimal_text(double value)
{
    if (std::isfinite(value) && value == std::floor(value) && std::abs(value) < 1e15)
        return fmt::format("{:.1f}", value);
    return fmt::format("{}", value);
}

std::string capitalized(std::string_view name)
{
    std::string out(name);
    bool first = true;
    for (char& letter : out) {
        if (first)
            letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
        first = letter == ':';
    }
    return out;
}

std::string render(const Datum& datum, bool quoted);

std::string show_type(const TypeName& type)
{
    if (!type.alias.empty() || type.arguments == nullptr)
        return capitalized(type.alias.empty() ? type.name : type.alias);
    return capitalized(type.name) + render(type.arguments, true);
}

std::string render(const Datum& datum, bool quoted)
{
    if (const auto* text = datum.as<std::string>())
        return quoted ? "'" + replace_all(replace_all(*text, "\\", "\\\\"), "'", "\\'") + "'" : *text;
    if (const auto* flag = datum.as<bool>())
        return *flag ? "true" : "false";
    if (const auto* number = datum.as<std::int64_t>())
        return std::to_string(*number);
    if (const auto* number = datum.as<double>())
        return decimal_text(*number);
    std::vector<std::string> parts;
    if (const auto* list = datum.as<List>()) {
        for (const Datum& item : (*list)->items)
            parts.push_back(render(item, quoted));
        return "[" + join(parts, ", ") + "]";
    }
    if (const auto* hash = datum.as<Hash>()) {
        for (const auto& [key, value] : (*hash)->entries)
            parts.push_back(render(key, quoted) + " => " + render(value, quoted));
        return "{" + join(parts, ", ") + "}";
    }
    if (const auto* reference = datum.as<Reference>())
        return show(*reference);
    if (const auto* type = datum.as<TypeName>())
        return show_type(*type);
    if (const auto* pattern = datum.as<Pattern>())
        return "/" + pattern->text + "/";
    if (datum.as<Fallback>() != nullptr)
        return "default";
    if (const auto* collected = datum.as<Collected>())
        return capitalized(collected->type) + " <| |>";
    if (datum.as<Secret>() != nullptr)
        return "Sensitive [value redacted]";
    return quoted ? "undef" : "";
}

/// The integer of a text after an optional sign: decimal, 0x hexadecimal, 0 octal.
std::optional<std::int64_t> parse_integer(std::string_view text)
{
    int base = 10;
    if (text.starts_with("0x") || text.starts_with("0X")) {
        base = 16;
        text.remove_prefix(2);
    } else if (text.size() > 1 && text[0] == '0') {
        base = 8;
        text.remove_prefix(1);
    }
    std::int64_t value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    const bool whole = code == std::errc{} && end == text.data() + text.size() && !text.starts_with('-');
    return whole ? std::optional(value) : std::nullopt;
}

} // namespace

const Datum* HashContent::find(const Datum& key) const
{
    const auto place = places.find(identity(key));
    return place == places.end() ? nullptr : &entries[place->second].second;
}

Datum make_list(std::vector<Datum> items)
{
    Extent extent;
    for (const Datum& item : items)
        include(extent, item);
    return List(std::make_shared<const ListContent>(ListContent{std::move(items), extent}));
}

Datum make_hash(std::vector<std::pair<Datum, Datum>> entries)
{
    Extent extent;
    for (const auto& [key, value] : entries) {
        include(extent, key);
        include(extent, value);
    }
    HashContent content{{}, {}, extent};
    for (auto& [key, value] : entries) {
        const auto [place, is_new] = content.places.emplace(identity(key), content.entries.size());
        if (is_new)
            content.entries.emplace_back(std::move(key), std::move(value));
        else
            content.entries[place->second].second = std::move(value);
    }
    return Hash(std::make_shared<const HashContent>(std::move(content)));
}

bool TypeName::operator==(const TypeName& other) const
{
    if (arguments == nullptr || other.arguments == nullptr)
        return name == other.name && arguments == other.arguments;
    return name == other.name && equal(arguments, other.arguments);
}

bool Secret::operator==(const Secret& other) const
{
    return equal(*value, *other.value);
}

std::size_t weight(const Datum& datum)
{
    if (const auto* secret = datum.as<Secret>())
        return weight(*secret->value);
    if (const auto* list = datum.as<List>())
        return (*list)->extent.weight;
    if (const auto* hash = datum.as<Hash>())
        return (*hash)->extent.weight;
    if (const auto* type = datum.as<TypeName>())
        return 1 + (type->arguments == nullptr ? 0 : type->arguments->extent.weight);
    if (const auto* pattern = datum.as<Pattern>())
        return 1 + pattern->text.size() / 16;
    const auto* text = datum.as<std::string>();
    return text == nullptr ? 1 : 1 + text->size() / 16;
}

std::string to_text(const Datum& datum)
{
    return render(datum, false);
}

std::string inspect(const Datum& datum)
{
    return render(datum, true);
}

std::string brief(const Datum& datum)
{
    constexpr std::size_t longest = 80;
    std::string text = printable(inspect(datum));
    if (text.size() <= longest)
        return text;
    std::size_t end = longest;
    while (continues_character(text[end]))
        --end;
    return text.substr(0, end) + "…";
}

std::string identity(const Datum& datum)
{
    return std::to_string(datum.content.index()) + inspect(datum);
}

std::string_view kind_of(const Datum& datum)
{
    static constexpr std::array<std::string_view, 13> names{
        "undef",       "a boolean", "an integer", "a float", "a string",    "an array",         "a hash",
        "a reference", "a type",    "a pattern",  "default", "a collector", "a sensitive value"};
    return names[datum.content.index()];
}

std::string show(const Reference& reference)
{
    return capitalized(reference.type) + "[" + reference.name + "]";
}

bool equal(const Datum& left, const Datum& right)
{
    const auto number = [](const Datum& datum) -> std::optional<double> {
        if (const auto* integer = datum.as<std::int64_t>())
            return static_cast<double>(*integer);
        return datum.as<double>() == nullptr ? std::nullopt : std::optional(*datum.as<double>());
    };
    if (const auto a = number(left), b = number(right); a && b)
        return left.content.index() == right.content.index() ? left.content == right.content : *a == *b;
    if (left.content.index() != right.content.index())
        return false;
    if (const auto* text = left.as<std::string>())
        return equal_ignoring_case(*text, *right.as<std::string>());
    if (const auto* list = left.as<List>())
        return std::ranges::equal((*list)->items, (*right.as<List>())->items, equal);
    if (const auto* hash = left.as<Hash>()) {
        const auto& other = *right.as<Hash>();
        return (*hash)->entries.size() == other->entries.size() &&
               std::ranges::all_of((*hash)->entries, [&](const auto& entry) {
                   const Datum* found = other->find(entry.first);
                   return found != nullptr && equal(entry.second, *found);
               });
    }
    return left.content == right.content;
}

std::optional<Datum> to_number(const Datum& datum)
{
    if (datum.as<std::int64_t>() != nullptr || datum.as<double>() != nullptr)
        return datum;
    const auto* text = datum.as<std::string>();
    if (text == nullptr)
        return std::nullopt;
    std::string_view digits = trim(*text);
    const bool negative = digits.starts_with('-');
    if (negative)
        digits.remove_prefix(1);
    if (digits.empty() || std::isdigit(static_cast<unsigned char>(digits[0])) == 0)
        return std::nullopt;
    if (const auto integer = parse_integer(digits))
        return Datum(negative ? -*integer : *integer);
    double value = 0;
    const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (code != std::errc{} || end != digits.data() + digits.size() ||
        digits.find_first_of(".eE") == std::string_view::npos)
        return std::nullopt;
    return Datum(negative ? -value : value);
}

std::vector<Datum> to_items(const Datum& datum)
{
    if (const auto* list = datum.as<List>())
        return (*list)->items;
    if (datum.is_undef())
        return {};
    return {datum};
}

Datum make_secret(Datum value)
{
    if (value.as<Secret>() != nullptr)
        return value;
    return Secret{std::make_shared<const Datum>(std::move(value))};
}

bool has_secret(const Datum& datum)
{
    if (const auto* list = datum.as<List>())
        return std::ranges::any_of((*list)->items, has_secret);
    if (const auto* hash = datum.as<Hash>())
        return std::ranges::any_of((*hash)->entries, [](const auto& entry) { return has_secret(entry.second); });
    return datum.as<Secret>() != nullptr;
}

Datum without_secrets(const Datum& datum)
{
    if (const auto* secret = datum.as<Secret>())
        return without_secrets(*secret->value);
    if (!has_secret(datum))
        return datum;
    if (const auto* list = datum.as<List>()) {
        std::vector<Datum> items;
        for (const Datum& item : (*list)->items)
            items.push_back(without_secrets(item));
        return make_list(std::move(items));
    }
    std::vector<std::pair<Datum, Datum>> entries;
    for (const auto& [key, value] : (*datum.as<Hash>())->entries)
        entries.emplace_back(key, without_secrets(value));
    return make_hash(std::move(entries));
}

Datum from_value(const Value& value)
{
    if (const auto* list = std::get_if<Value::List>(&value.content)) {
        std::vector<Datum> items;
        for (const Value& item : *list)
            items.push_back(from_value(item));
        return make_list(std::move(items));
    }
    if (const auto* map = std::get_if<Value::Map>(&value.content)) {
        std::vector<std::pair<Datum, Datum>> entries;
        for (const Member& member : *map)
            entries.emplace_back(member.name, from_value(member.value));
        return make_hash(std::move(entries));
    }
    if (const auto* flag = std::get_if<bool>(&value.content))
        return *flag;
    if (const auto* number = std::get_if<std::int64_t>(&value.content))
        return *number;
    if (const auto* number = std::get_if<double>(&value.content))
        return *number;
    if (const auto* text = std::get_if<std::string>(&value.content))
        return *text;
    return {};
}

Value to_value(const Datum& datum, const SourcePosition& position)
{
    Value value{.content = std::monostate{}, .position = position};
    if (const auto* flag = datum.as<bool>())
        value.content = *flag;
    else if (const auto* integer = datum.as<std::int64_t>())
        value.content = *integer;
    else if (const auto* number = datum.as<double>())
        value.content = *number;
    else if (const auto* text = datum.as<std::string>())
        value.content = *text;
    else if (const auto* list = datum.as<List>()) {
        Value::List items;
        for (const Datum& item : (*list)->items)
            if (!item.is_undef())
                items.push_back(to_value(item, position));
        value.content = std::move(items);
    } else if (const auto* hash = datum.as<Hash>()) {
        Value::Map members;
        for (const auto& [key, item] : (*hash)->entries)
            members.push_back({to_text(key), to_value(item, position)});
        value.content = std::move(members);
    } else if (!datum.is_undef())
        throw Error(ErrorKind::invalid, position, "{} is no value that an attribute can have", kind_of(datum));
    return value;
}

} // namespace dfriends::converge::puppet
