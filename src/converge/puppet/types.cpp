// SPDX-License-Identifier: Apache-2.0
#include "converge/puppet/types.hpp"

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "converge/pattern.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <limits>

namespace dfriends::converge::puppet {

namespace {

using Arguments = std::span<const Datum>;

Arguments arguments_of(const TypeName& type)
{
    return type.arguments == nullptr ? Arguments() : Arguments(type.arguments->items);
}

bool is_bound(const Datum& datum)
{
    return datum.as<std::int64_t>() != nullptr || datum.as<double>() != nullptr || datum.as<Fallback>() != nullptr;
}

/// The bounds at the end of a type's arguments, [least, most]; the arguments before them stay.
struct Bounds {
    double least = -std::numeric_limits<double>::infinity();
    double most = std::numeric_limits<double>::infinity();
    bool hold(double number) const { return number >= least && number <= most; }
};

Bounds take_bounds(Arguments& arguments)
{
    std::size_t first = arguments.size();
    while (first > 0 && arguments.size() - first < 2 && is_bound(arguments[first - 1]))
        --first;
    const Arguments written = arguments.subspan(first);
    arguments = arguments.first(first);
    const auto number = [&](std::size_t at, double otherwise) {
        if (at >= written.size() || written[at].as<Fallback>() != nullptr)
            return otherwise;
        const auto* integer = written[at].as<std::int64_t>();
        return integer != nullptr ? static_cast<double>(*integer) : *written[at].as<double>();
    };
    const Bounds open;
    return {number(0, open.least), number(1, open.most)};
}

bool fits(const Datum& datum, const Datum& type)
{
    if (const auto* text = type.as<std::string>()) // Optional['a'] is Optional[Enum['a']]
        return datum.as<std::string>() != nullptr && *datum.as<std::string>() == *text;
    const auto* name = type.as<TypeName>();
    return name == nullptr || is_instance(datum, *name).value_or(true);
}

bool is_scalar(const Datum& datum)
{
    return datum.as<std::string>() != nullptr || datum.as<bool>() != nullptr || datum.as<std::int64_t>() != nullptr ||
           datum.as<double>() != nullptr;
}

bool is_plain(const Datum& datum)
{
    if (const auto* list = datum.as<List>())
        return std::ranges::all_of((*list)->items, is_plain);
    if (const auto* hash = datum.as<Hash>())
        return std::ranges::all_of((*hash)->entries, [](const auto& entry) {
            return entry.first.template as<std::string>() != nullptr && is_plain(entry.second);
        });
    return datum.is_undef() || is_scalar(datum);
}

bool is_number(const Datum& datum, Arguments arguments, bool whole, bool decimal)
{
    const Bounds bounds = take_bounds(arguments);
    if (const auto* integer = datum.as<std::int64_t>())
        return whole && bounds.hold(static_cast<double>(*integer));
    return decimal && datum.as<double>() != nullptr && bounds.hold(*datum.as<double>());
}

bool is_text(const Datum& datum, Arguments arguments)
{
    const auto* text = datum.as<std::string>();
    return text != nullptr && take_bounds(arguments).hold(static_cast<double>(count_characters(*text)));
}

bool is_one_of(const Datum& datum, Arguments words)
{
    const auto* text = datum.as<std::string>();
    const bool any_case = !words.empty() && words.back().as<bool>() != nullptr && words.back().truthy();
    return text != nullptr && (words.empty() || std::ranges::any_of(words, [&](const Datum& word) {
                                   const auto* known = word.as<std::string>();
                                   return known != nullptr &&
                                          (any_case ? equal_ignoring_case(*known, *text) : *known == *text);
                               }));
}

bool is_like(const Datum& datum, Arguments patterns)
{
    const auto* text = datum.as<std::string>();
    return text != nullptr &&
           (patterns.empty() || std::ranges::any_of(patterns, [&](const Datum& pattern) {
                if (const auto* inner = pattern.as<TypeName>())
                    return is_instance(datum, *inner).value_or(false);
                const auto* written = pattern.as<Pattern>();
                return Automaton(written != nullptr ? written->text : to_text(pattern), false).found_in(*text);
            }));
}

bool is_array(const Datum& datum, Arguments arguments)
{
    const auto* list = datum.as<List>();
    const Bounds bounds = take_bounds(arguments);
    return list != nullptr && bounds.hold(static_cast<double>((*list)->items.size())) &&
           (arguments.empty() ||
            std::ranges::all_of((*list)->items, [&](const Datum& item) { return fits(item, arguments[0]); }));
}

bool is_hash(const Datum& datum, Arguments arguments)
{
    const auto* hash = datum.as<Hash>();
    const Bounds bounds = take_bounds(arguments);
    return hash != nullptr && bounds.hold(static_cast<double>((*hash)->entries.size())) &&
           (arguments.size() < 2 || std::ranges::all_of((*hash)->entries, [&](const auto& entry) {
                return fits(entry.first, arguments[0]) && fits(entry.second, arguments[1]);
            }));
}

/// The last type of a tuple goes for all items behind it.
bool is_tuple(const Datum& datum, Arguments arguments)
{
    const auto* list = datum.as<List>();
    Arguments types = arguments;
    Bounds bounds = take_bounds(types);
    if (types.size() == arguments.size())
        bounds = {static_cast<double>(types.size()), static_cast<double>(types.size())};
    if (list == nullptr || arguments.empty())
        return list != nullptr;
    const auto& items = (*list)->items;
    bool all = bounds.hold(static_cast<double>(items.size()));
    for (std::size_t at = 0; all && at < items.size() && !types.empty(); ++at)
        all = fits(items[at], types[std::min(at, types.size() - 1)]);
    return all;
}

/// A key of a Struct, and whether it may be left out.
struct StructKey {
    std::string name;
    bool is_optional = false;
};

StructKey key_of(const Datum& key, const Datum& type)
{
    const auto* wrapped = key.as<TypeName>(); // Optional['a'], NotUndef['a']
    if (wrapped != nullptr && wrapped->arguments != nullptr && !wrapped->arguments->items.empty())
        return {to_text(wrapped->arguments->items[0]), wrapped->name == "optional"};
    const auto* value = type.as<TypeName>();
    return {to_text(key), wrapped == nullptr && value != nullptr && fits(Datum(), type)};
}

/// What is wrong with a hash as a Struct; nothing where it is one.
std::string struct_misfit(const HashContent& hash, const HashContent& members)
{
    std::size_t known = 0;
    for (const auto& [key, type] : members.entries) {
        const StructKey wanted = key_of(key, type);
        const Datum* found = hash.find(wanted.name);
        known += found != nullptr ? 1 : 0;
        if (found == nullptr && !wanted.is_optional)
            return fmt::format("it has no key '{}'", printable(wanted.name));
        const auto* name = type.as<TypeName>();
        if (found != nullptr && !fits(*found, type))
            return fmt::format("its key '{}' is {}, not {}", printable(wanted.name),
                               name != nullptr ? misfit(*found, *name) : std::string(kind_of(*found)), inspect(type));
    }
    if (known == hash.entries.size())
        return {};
    for (const auto& [key, value] : hash.entries)
        if (std::ranges::none_of(members.entries, [&](const auto& member) {
                return equal(Datum(key_of(member.first, member.second).name), key);
            }))
            return "it may not have the key " + brief(key);
    return {};
}

bool is_struct(const Datum& datum, Arguments arguments)
{
    const auto* hash = datum.as<Hash>();
    if (hash == nullptr || arguments.empty())
        return hash != nullptr;
    return struct_misfit(**hash, **arguments[0].as<Hash>()).empty();
}

bool is_collection(const Datum& datum, Arguments arguments)
{
    return datum.as<List>() != nullptr ? is_array(datum, arguments) : is_hash(datum, arguments);
}

bool is_boolean(const Datum& datum, Arguments arguments)
{
    return datum.as<bool>() != nullptr && (arguments.empty() || equal(datum, arguments[0]));
}

bool is_secret(const Datum& datum, Arguments arguments)
{
    const auto* secret = datum.as<Secret>();
    return secret != nullptr && (arguments.empty() || fits(*secret->value, arguments[0]));
}

bool is_any_of(const Datum& datum, Arguments types)
{
    return types.empty() || std::ranges::any_of(types, [&](const Datum& type) { return fits(datum, type); });
}

/// stdlib::ip::address[::v4 or ::v6][::cidr or ::nosubnet]: with a prefix's length, without one, or as it likes.
bool is_address(const Datum& datum, std::string_view type)
{
    const auto* text = datum.as<std::string>();
    if (text == nullptr)
        return false;
    const std::size_t slash = text->find('/');
    const std::string address = text->substr(0, slash);
    std::array<unsigned char, 16> bytes{};
    const bool is_v6 = address.find(':') != std::string::npos;
    if (::inet_pton(is_v6 ? AF_INET6 : AF_INET, address.c_str(), bytes.data()) != 1 ||
        type.find(is_v6 ? "::v4" : "::v6") != std::string_view::npos)
        return false;
    if (slash == std::string::npos)
        return !type.ends_with("::cidr");
    const auto length = parse_unsigned(text->substr(slash + 1));
    return length && *length <= (is_v6 ? 128U : 32U) && !type.ends_with("::nosubnet");
}

constexpr auto address_types = std::to_array<std::string_view>(
    {"stdlib::ip::address", "stdlib::ip::address::cidr", "stdlib::ip::address::nosubnet", "stdlib::ip::address::v4",
     "stdlib::ip::address::v4::cidr", "stdlib::ip::address::v4::nosubnet", "stdlib::ip::address::v6",
     "stdlib::ip::address::v6::cidr", "stdlib::ip::address::v6::nosubnet"});

bool is_reference(const Datum& datum, Arguments)
{
    return datum.as<Reference>() != nullptr;
}

struct Row {
    std::string_view name;
    bool (*holds)(const Datum& datum, Arguments arguments);
};
constexpr auto rows = std::to_array<Row>({
    {"any", [](const Datum&, Arguments) { return true; }},
    {"array", is_array},
    {"boolean", is_boolean},
    {"callable", [](const Datum&, Arguments) { return false; }},
    {"catalogentry", is_reference},
    {"collection", is_collection},
    {"data", [](const Datum& d, Arguments) { return is_plain(d); }},
    {"default", [](const Datum& d, Arguments) { return d.as<Fallback>() != nullptr; }},
    {"enum", is_one_of},
    {"float", [](const Datum& d, Arguments a) { return is_number(d, a, false, true); }},
    {"hash", is_hash},
    {"integer", [](const Datum& d, Arguments a) { return is_number(d, a, true, false); }},
    {"iterable", [](const Datum& d, Arguments) { return d.as<List>() != nullptr || d.as<Hash>() != nullptr; }},
    {"notundef", [](const Datum& d, Arguments a) { return !d.is_undef() && (a.empty() || fits(d, a[0])); }},
    {"numeric", [](const Datum& d, Arguments a) { return is_number(d, a, true, true); }},
    {"optional", [](const Datum& d, Arguments a) { return d.is_undef() || a.empty() || fits(d, a[0]); }},
    {"pattern", is_like},
    {"regexp", [](const Datum& d, Arguments) { return d.as<Pattern>() != nullptr; }},
    {"resource", is_reference},
    {"richdata", [](const Datum&, Arguments) { return true; }},
    {"scalar", [](const Datum& d, Arguments) { return is_scalar(d) || d.as<Pattern>() != nullptr; }},
    {"scalardata", [](const Datum& d, Arguments) { return is_scalar(d); }},
    {"semver", [](const Datum&, Arguments) { return false; }},
    {"sensitive", is_secret},
    {"string", is_text},
    {"struct", is_struct},
    {"timespan", [](const Datum&, Arguments) { return false; }},
    {"timestamp", [](const Datum&, Arguments) { return false; }},
    {"tuple", is_tuple},
    {"type", [](const Datum& d, Arguments) { return d.as<TypeName>() != nullptr || d.as<Reference>() != nullptr; }},
    {"undef", [](const Datum& d, Arguments) { return d.is_undef(); }},
    {"variant", is_any_of},
});

/// Patterns are dearer than what is compared otherwise.
std::size_t dearness(const Datum& datum)
{
    if (const auto* pattern = datum.as<Pattern>())
        return 8 * (1 + pattern->text.size() / 16);
    if (const auto* hash = datum.as<Hash>()) {
        std::size_t all = 1;
        for (const auto& [key, value] : (*hash)->entries)
            all += dearness(key) + dearness(value);
        return all;
    }
    const auto* type = datum.as<TypeName>();
    if (type == nullptr)
        return 1;
    std::size_t all = 1;
    for (const Datum& argument : arguments_of(*type))
        all += type->name == "pattern" && argument.as<std::string>() != nullptr ? 8 * weight(argument)
                                                                                : dearness(argument);
    return all;
}

Error wrong_arguments(const TypeName& type, std::string_view wanted, const Datum& found)
{
    return Error(ErrorKind::invalid, "'{}' wants {} between [ and ], not {}", inspect(TypeName{type.name}), wanted,
                 kind_of(found));
}

bool is_type(const Datum& datum)
{
    return datum.as<TypeName>() != nullptr || datum.as<Reference>() != nullptr;
}

void check_arguments(const TypeName& type, Arguments arguments)
{
    const auto all = [&](std::string_view wanted, auto fit) {
        for (const Datum& argument : arguments)
            if (!fit(argument))
                throw wrong_arguments(type, wanted, argument);
    };
    const std::string& name = type.name;
    const auto is_word = [](const Datum& datum) { return datum.as<std::string>() != nullptr; };
    if (name == "integer" || name == "float" || name == "numeric" || name == "collection")
        all("numbers", is_bound);
    else if (name == "enum")
        all("strings", [&](const Datum& datum) { return is_word(datum) || datum.as<bool>() != nullptr; });
    else if (name == "pattern")
        all("patterns", [&](const Datum& d) { return is_word(d) || is_type(d) || d.as<Pattern>() != nullptr; });
    else if (name == "struct") {
        if (arguments.size() != 1 || arguments[0].as<Hash>() == nullptr)
            throw wrong_arguments(type, "a hash of keys and types", arguments.empty() ? Datum() : arguments[0]);
    } else if (name == "array" || name == "hash" || name == "tuple" || name == "string")
        all("types and sizes", [&](const Datum& datum) { return is_type(datum) || is_bound(datum); });
    else if (name == "optional" || name == "notundef" || name == "variant" || name == "sensitive")
        all("types", [&](const Datum& datum) { return is_type(datum) || is_word(datum); });
}

} // namespace

bool is_data_type(std::string_view name)
{
    return std::ranges::find(rows, name, &Row::name) != rows.end() ||
           std::ranges::find(address_types, name) != address_types.end();
}

TypeName make_type(const TypeName& type, std::span<const Datum> arguments)
{
    check_arguments(type, arguments);
    const Datum list = make_list({arguments.begin(), arguments.end()});
    return {type.name, *list.as<List>(), {}};
}

std::optional<bool> is_instance(const Datum& datum, const TypeName& type)
{
    if (std::ranges::find(address_types, type.name) != address_types.end())
        return is_address(datum, type.name);
    const auto row = std::ranges::find(rows, type.name, &Row::name);
    return row == rows.end() ? std::nullopt : std::optional(row->holds(datum, arguments_of(type)));
}

std::size_t type_cost(const Datum& datum, const Datum& type)
{
    return type.as<TypeName>() == nullptr || type.as<TypeName>()->arguments == nullptr ? 1
                                                                                       : weight(datum) * dearness(type);
}

std::string misfit(const Datum& datum, const TypeName& type)
{
    const std::string kind(kind_of(datum));
    const Arguments arguments = arguments_of(type);
    if (arguments.empty() || has_secret(datum) || inspect(type).find("Sensitive") != std::string::npos)
        return kind;
    if (type.name == "optional" && arguments[0].as<TypeName>() != nullptr)
        return misfit(datum, *arguments[0].as<TypeName>());
    if (const auto* list = datum.as<List>(); list != nullptr && type.name == "array") {
        for (std::size_t at = 0; at < (*list)->items.size(); ++at)
            if (const auto* item = arguments[0].as<TypeName>();
                item != nullptr && !fits((*list)->items[at], arguments[0]))
                return fmt::format("{}: its item {} is {}, not {}", kind, at, misfit((*list)->items[at], *item),
                                   inspect(*item));
        return fmt::format("{} of {}", kind, (*list)->items.size());
    }
    if (const auto* hash = datum.as<Hash>(); hash != nullptr && type.name == "struct")
        return kind + ": " + struct_misfit(**hash, **arguments[0].as<Hash>());
    if (const auto* hash = datum.as<Hash>(); hash != nullptr && type.name == "hash" && arguments.size() > 1)
        for (const auto& [key, value] : (*hash)->entries)
            for (const auto& [part, wanted] : {std::pair(&key, &arguments[0]), std::pair(&value, &arguments[1])})
                if (const auto* named = wanted->as<TypeName>(); named != nullptr && !fits(*part, *wanted))
                    return fmt::format("{}: its {} {} is {}, not {}", kind, part == &key ? "key" : "value of",
                                       brief(key), misfit(*part, *named), inspect(*named));
    return datum.as<List>() != nullptr || datum.as<Hash>() != nullptr || datum.is_undef() ? kind : brief(datum);
}

} // namespace dfriends::converge::puppet
