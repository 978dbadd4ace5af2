// SPDX-License-Identifier: Apache-2.0
#include "converge/chef/object.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace dfriends::converge::chef {

namespace {

constexpr int deepest_value = 32;
constexpr std::size_t heaviest_value = 20'000;
constexpr std::size_t longest_hash = 1'000;

template <class... Functions>
struct Overloaded : Functions... {
    using Functions::operator()...;
};

Extent extent_of(const Object& object)
{
    if (const List* list = object.as<List>())
        return (*list)->extent;
    if (const Hash* hash = object.as<Hash>())
        return (*hash)->extent;
    if (const auto* text = object.as<std::string>())
        return {0, 1 + text->size() / 16};
    return {0, 1};
}

void include(Extent& extent, const Object& object)
{
    const Extent inner = extent_of(object);
    extent.depth = std::max(extent.depth, inner.depth + 1);
    extent.weight += inner.weight;
    if (extent.depth > deepest_value)
        throw Error(ErrorKind::invalid, "a value is nested more than {} levels deep", deepest_value);
    if (extent.weight > heaviest_value)
        throw Error(ErrorKind::invalid, "a list or hash is too large");
}

std::string decimal_text(double value)
{
    std::string text = fmt::format("{}", value);
    return text.find_first_not_of("-0123456789") == std::string::npos ? text + ".0" : text;
}

std::string inspect_text(std::string_view text)
{
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            result += '\\';
        if (c == '\n')
            result += "\\n";
        else
            result += c;
    }
    return result + '"';
}

std::string path_text(const NodePath& path)
{
    std::string text = path.level.empty() ? "node" : "node." + path.level;
    for (const std::string& key : path.keys)
        text += "['" + key + "']";
    return text;
}

} // namespace

const Object* HashContent::find(const Object& key) const
{
    const auto entry = std::ranges::find_if(entries, [&](const auto& candidate) { return candidate.first == key; });
    return entry == entries.end() ? nullptr : &entry->second;
}

const Object* HashContent::find_word(const Object& key) const
{
    const Object* found = find(key);
    return found == nullptr && key.as<Symbol>() != nullptr ? find(key.as<Symbol>()->name) : found;
}

bool Object::operator==(const Object& other) const
{
    if (const List* list = as<List>()) {
        const List* second = other.as<List>();
        return second != nullptr && (*list)->items == (*second)->items;
    }
    if (const Hash* hash = as<Hash>()) {
        const Hash* second = other.as<Hash>();
        return second != nullptr && (*hash)->entries.size() == (*second)->entries.size() &&
               std::ranges::all_of((*hash)->entries, [&](const auto& entry) {
                   const Object* found = (*second)->find(entry.first);
                   return found != nullptr && *found == entry.second;
               });
    }
    if (content.index() != other.content.index())
        return compare(*this, other) == std::partial_ordering::equivalent; // 1 == 1.0
    return content == other.content;
}

Object make_list(std::vector<Object> items)
{
    Extent extent;
    for (const Object& item : items)
        include(extent, item);
    return std::make_shared<const ListContent>(ListContent{std::move(items), extent});
}

Object make_hash(std::vector<std::pair<Object, Object>> entries)
{
    Extent extent;
    if (entries.size() > longest_hash)
        throw Error(ErrorKind::invalid, "a hash has more than {} entries", longest_hash);
    for (const auto& [key, value] : entries) {
        include(extent, key);
        include(extent, value);
    }
    return std::make_shared<const HashContent>(HashContent{std::move(entries), extent});
}

std::size_t weight(const Object& object)
{
    return extent_of(object).weight;
}

std::string to_text(const Object& object)
{
    if (const auto* text = object.as<std::string>())
        return *text;
    if (const auto* symbol = object.as<Symbol>())
        return symbol->name;
    return object.is_nil() ? "" : inspect(object);
}

std::string inspect(const Object& object)
{
    return std::visit(Overloaded{
                          [](std::monostate) -> std::string { return "nil"; },
                          [](bool value) -> std::string { return value ? "true" : "false"; },
                          [](std::int64_t value) { return std::to_string(value); },
                          [](double value) { return decimal_text(value); },
                          [](const std::string& text) { return inspect_text(text); },
                          [](const Symbol& symbol) { return ":" + symbol.name; },
                          [](const NodePath& path) { return path_text(path); },
                          [](const Constant& constant) { return constant.name; },
                          [](const Pattern& pattern) { return "/" + pattern.text + "/"; },
                          [](const Lazy&) -> std::string { return "lazy { }"; },
                          [](const Range& range) {
                              return fmt::format("{}..{}", range.first, range.last ? fmt::to_string(*range.last) : "");
                          },
                          [](const Version& version) { return version.text; },
                          [](const List& list) {
                              std::string text;
                              for (const Object& item : list->items)
                                  text += (text.empty() ? "" : ", ") + inspect(item);
                              return "[" + text + "]";
                          },
                          [](const Hash& hash) {
                              std::string text;
                              for (const auto& [key, value] : hash->entries)
                                  text += (text.empty() ? "" : ", ") + inspect(key) + "=>" + inspect(value);
                              return "{" + text + "}";
                          },
                      },
                      object.content);
}

std::string_view kind_of(const Object& object)
{
    static constexpr std::string_view names[] = {
        "nil",    "true or false",    "a whole number", "a number",  "a string",     "a symbol", "an array",
        "a hash", "a node attribute", "a class",        "a pattern", "a lazy value", "a range",  "a version"};
    return names[object.content.index()];
}

std::strong_ordering compare_versions(std::string_view left, std::string_view right)
{
    const auto next = [](std::string_view& text) {
        const std::size_t cut = std::min(text.find_first_of(".-"), text.size());
        const std::string_view part = text.substr(0, cut);
        text.remove_prefix(std::min(cut + 1, text.size()));
        return part;
    };
    while (!left.empty() || !right.empty()) {
        const std::string_view a = next(left);
        const std::string_view b = next(right);
        const auto x = a.empty() ? 0 : parse_unsigned(a);
        const auto y = b.empty() ? 0 : parse_unsigned(b);
        // As in RubyGems, a word such as «rc» stands before every number.
        const auto order = x && y ? *x <=> *y
                           : x    ? std::strong_ordering::greater
                           : y    ? std::strong_ordering::less
                                  : a <=> b;
        if (order != 0)
            return order;
    }
    return std::strong_ordering::equal;
}

std::partial_ordering compare(const Object& left, const Object& right)
{
    const auto* a = left.as<std::string>();
    const auto* b = right.as<std::string>();
    if (a != nullptr && b != nullptr)
        return *a <=> *b;
    if (left.as<Version>() != nullptr && right.as<Version>() != nullptr)
        return compare_versions(left.as<Version>()->text, right.as<Version>()->text);
    if (left.as<List>() != nullptr && right.as<List>() != nullptr) {
        const auto& first = (*left.as<List>())->items;
        const auto& second = (*right.as<List>())->items;
        return std::lexicographical_compare_three_way(first.begin(), first.end(), second.begin(), second.end(),
                                                      compare);
    }
    if (left.as<Symbol>() != nullptr && right.as<Symbol>() != nullptr)
        return left.as<Symbol>()->name <=> right.as<Symbol>()->name;
    const auto* i = left.as<std::int64_t>();
    const auto* j = right.as<std::int64_t>();
    if (i != nullptr && j != nullptr)
        return *i <=> *j;
    const auto* x = left.as<double>();
    const auto* y = right.as<double>();
    if ((i == nullptr && x == nullptr) || (j == nullptr && y == nullptr))
        return std::partial_ordering::unordered;
    return (x != nullptr ? *x : static_cast<double>(*i)) <=> (y != nullptr ? *y : static_cast<double>(*j));
}

bool is_lazy(const Object& object)
{
    if (const List* list = object.as<List>())
        return std::ranges::any_of((*list)->items, is_lazy);
    if (const Hash* hash = object.as<Hash>())
        return std::ranges::any_of((*hash)->entries, [](const auto& entry) { return is_lazy(entry.second); });
    return object.as<Lazy>() != nullptr;
}

Value to_value(const Object& object, const SourcePosition& position)
{
    Value value{{}, position};
    if (object.as<Lazy>() != nullptr)
        throw Error(ErrorKind::invalid, position, "a lazy value stands where its content is needed at once")
            .hint("give it to a property alone: content lazy { … }");
    if (const auto* flag = object.as<bool>()) {
        value.content = *flag;
    } else if (const auto* integer = object.as<std::int64_t>()) {
        value.content = *integer;
    } else if (const auto* decimal = object.as<double>()) {
        value.content = *decimal;
    } else if (const auto* range = object.as<Range>()) {
        if (!range->last || (*range->last > range->first && *range->last - range->first >= 10'000))
            throw Error(ErrorKind::invalid, position, "a range has more than 10000 numbers");
        Value::List items;
        for (std::int64_t at = range->first; at <= *range->last; ++at)
            items.push_back({at, position});
        value.content = std::move(items);
    } else if (const List* list = object.as<List>()) {
        Value::List items;
        for (const Object& item : (*list)->items)
            items.push_back(to_value(item, position));
        value.content = std::move(items);
    } else if (const Hash* hash = object.as<Hash>()) {
        Value::Map members;
        for (const auto& [key, item] : (*hash)->entries)
            members.push_back({to_text(key), to_value(item, position)});
        value.content = std::move(members);
    } else if (!object.is_nil()) {
        value.content = to_text(object);
    }
    return value;
}

std::optional<bool> is_of_class(const Object& value, std::string_view name)
{
    if (name == "String")
        return value.as<std::string>() != nullptr;
    if (name == "Integer" || name == "Fixnum")
        return value.as<std::int64_t>() != nullptr;
    if (name == "Float")
        return value.as<double>() != nullptr;
    if (name == "Numeric")
        return value.as<std::int64_t>() != nullptr || value.as<double>() != nullptr;
    if (name == "Symbol")
        return value.as<Symbol>() != nullptr;
    if (name == "Array")
        return value.as<List>() != nullptr;
    if (name == "Range")
        return value.as<Range>() != nullptr;
    if (name == "Hash")
        return value.as<Hash>() != nullptr;
    if (name == "NilClass")
        return value.is_nil();
    if (name == "TrueClass" || name == "FalseClass")
        return value.as<bool>() != nullptr && *value.as<bool>() == (name == "TrueClass");
    return std::nullopt;
}

} // namespace dfriends::converge::chef
