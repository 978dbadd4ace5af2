// SPDX-License-Identifier: Apache-2.0
#include "converge/puppet/functions.hpp"

#include "base/text.hpp"
#include "converge/puppet/functions_inside.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace dfriends::converge::puppet {

namespace functions {

std::string text_at(Arguments arguments, std::size_t at)
{
    const auto* text = at < arguments.size() ? arguments[at].as<std::string>() : nullptr;
    if (text != nullptr)
        return *text;
    if (at < arguments.size() && to_number(arguments[at]))
        return to_text(arguments[at]);
    throw Error(ErrorKind::invalid, "argument {} must be a string, not {}", at + 1,
                at < arguments.size() ? kind_of(arguments[at]) : "missing");
}

std::int64_t number_at(Arguments arguments, std::size_t at)
{
    const auto number = at < arguments.size() ? to_number(arguments[at]) : std::nullopt;
    if (!number || number->as<std::int64_t>() == nullptr)
        throw Error(ErrorKind::invalid, "argument {} must be a whole number, not {}", at + 1,
                    at < arguments.size() ? kind_of(arguments[at]) : "missing");
    return *number->as<std::int64_t>();
}

const HashContent& hash_at(Arguments arguments, std::size_t at)
{
    const auto* hash = at < arguments.size() ? arguments[at].as<Hash>() : nullptr;
    if (hash == nullptr)
        throw Error(ErrorKind::invalid, "argument {} must be a hash, not {}", at + 1,
                    at < arguments.size() ? kind_of(arguments[at]) : "missing");
    return **hash;
}

void check_length(std::size_t length)
{
    if (length > (std::size_t{1} << 20))
        throw Error(ErrorKind::invalid, "the text grows beyond 1 MiB");
}

} // namespace functions

namespace {

using namespace functions;

/// A function of one text, which lists take for each of their items.
template <class Function>
Datum on_each_text(Arguments arguments, Function function)
{
    if (const auto* list = arguments[0].as<List>()) {
        std::vector<Datum> items;
        for (const Datum& item : (*list)->items)
            items.push_back(function(to_text(item)));
        return make_list(std::move(items));
    }
    return function(text_at(arguments, 0));
}

Datum to_flag(const Datum& datum)
{
    if (datum.as<bool>() != nullptr)
        return datum;
    const std::string word = to_lower(to_text(datum));
    if (word == "true" || word == "yes" || word == "1" || word == "y" || word == "t")
        return true;
    if (word == "false" || word == "no" || word == "0" || word == "n" || word == "f" || word.empty())
        return false;
    throw Error(ErrorKind::invalid, "{} is neither true nor false", brief(datum));
}

Datum to_integer(const Datum& datum)
{
    const auto number = to_number(datum);
    if (!number)
        throw Error(ErrorKind::invalid, "{} is no number", brief(datum));
    const auto* decimal = number->as<double>();
    if (decimal == nullptr)
        return *number;
    if (!(std::abs(*decimal) < 9e18))
        throw Error(ErrorKind::invalid, "{} does not fit into 64 bits", brief(datum));
    return static_cast<std::int64_t>(*decimal);
}

using Function = Datum (*)(Arguments);
struct Row {
    std::string_view name;
    std::size_t least; ///< arguments
    Function function;
};
template <std::string (*function)(std::string)>
Datum each_text(Arguments arguments)
{
    return on_each_text(arguments, function);
}

constexpr auto rows = std::to_array<Row>({
    {"abs", 1,
     [](Arguments a) {
         return apply_operator("<", to_integer(a[0]), std::int64_t{0}).truthy()
                    ? apply_operator("-", std::int64_t{0}, a[0])
                    : a[0];
     }},
    {"any2array", 0,
     [](Arguments a) { return a.size() == 1 ? make_list(to_items(a[0])) : make_list({a.begin(), a.end()}); }},
    {"any2bool", 1, [](Arguments a) { return to_flag(a[0]); }},
    {"array", 1, [](Arguments a) { return make_list(to_items(a[0])); }},
    {"basename", 1, [](Arguments a) { return Datum(base_name(text_at(a, 0))); }},
    {"bool2str", 1, [](Arguments a) { return Datum(std::string(a[0].truthy() ? "true" : "false")); }},
    {"boolean", 1, [](Arguments a) { return to_flag(a[0]); }},
    {"capitalize", 1, each_text<capital>},
    {"chomp", 1, each_text<chomped>},
    {"compact", 1, [](Arguments a) { return without_undef(a); }},
    {"concat", 1, concatenated},
    {"delete", 2,
     [](Arguments a) {
         return a[0].as<std::string>() != nullptr ? Datum(replace_all(text_at(a, 0), text_at(a, 1), ""))
                                                  : apply_operator("-", a[0], a[1]);
     }},
    {"delete_undef_values", 1, without_undef},
    {"dig", 1, dig},
    {"dirname", 1, [](Arguments a) { return Datum(folder_name(text_at(a, 0))); }},
    {"downcase", 1,
     [](Arguments a) { return on_each_text(a, [](const std::string& text) { return to_lower(text); }); }},
    {"empty", 1, [](Arguments a) { return Datum(is_empty(a[0])); }},
    {"flatten", 1, flattened},
    {"has_key", 2, [](Arguments a) { return Datum(hash_at(a, 0).find(a[1]) != nullptr); }},
    {"integer", 1, [](Arguments a) { return to_integer(a[0]); }},
    {"join", 1, join_texts},
    {"keys", 1, [](Arguments a) { return parts_of_hash(a, true); }},
    {"length", 1, [](Arguments a) { return size_of(a[0]); }},
    {"lstrip", 1,
     [](Arguments a) { return on_each_text(a, [](const std::string& text) { return trimmed(text, true, false); }); }},
    {"max", 1, [](Arguments a) { return extreme(a, ">"); }},
    {"member", 2, [](Arguments a) { return apply_operator("in", a[1], a[0]); }},
    {"merge", 1, merged},
    {"min", 1, [](Arguments a) { return extreme(a, "<"); }},
    {"num2bool", 1, [](Arguments a) { return Datum(number_at(a, 0) > 0); }},
    {"pick", 1, [](Arguments a) { return picked(a, true); }},
    {"pick_default", 1, [](Arguments a) { return picked(a, false); }},
    {"prefix", 2, [](Arguments a) { return affixed(a, true); }},
    {"range", 2, range},
    {"regsubst", 3, replaced},
    {"reverse_each", 1, [](Arguments a) { return reversed(a[0]); }},
    {"rstrip", 1,
     [](Arguments a) { return on_each_text(a, [](const std::string& text) { return trimmed(text, false, true); }); }},
    {"sensitive", 1, [](Arguments a) { return make_secret(a[0]); }},
    {"shell_escape", 1, [](Arguments a) { return Datum("'" + replace_all(text_at(a, 0), "'", "'\\''") + "'"); }},
    {"size", 1, [](Arguments a) { return size_of(a[0]); }},
    {"sort", 1, [](Arguments a) { return sorted(a[0]); }},
    {"split", 2, split_text},
    {"sprintf", 1, formatted},
    {"str2bool", 1, [](Arguments a) { return to_flag(a[0]); }},
    {"string", 1, [](Arguments a) { return Datum(to_text(a[0])); }},
    {"strip", 1,
     [](Arguments a) { return on_each_text(a, [](const std::string& text) { return trimmed(text, true, true); }); }},
    {"suffix", 2, [](Arguments a) { return affixed(a, false); }},
    {"unique", 1, [](Arguments a) { return unique(a[0]); }},
    {"unwrap", 1, [](Arguments a) { return without_secrets(a[0]); }},
    {"upcase", 1, each_text<upper>},
    {"values", 1, [](Arguments a) { return parts_of_hash(a, false); }},
    {"versioncmp", 2, compare_versions},
});

} // namespace

std::optional<Datum> call_function(std::string_view name, std::span<const Datum> arguments)
{
    if (const auto* type = arguments.empty() ? nullptr : arguments[0].as<TypeName>(); type != nullptr && name == "new")
        return call_function(type->name, arguments.subspan(1)); // Integer.new('1') is Integer('1')
    const std::string word = to_lower(name.starts_with("stdlib::") ? name.substr(8) : name);
    const auto row = std::ranges::find(rows, word, &Row::name);
    if (row == rows.end())
        return std::nullopt;
    if (arguments.size() < row->least)
        throw Error(ErrorKind::invalid, "'{}' wants {} argument{}", name, row->least, row->least == 1 ? "" : "s");
    return row->function(arguments);
}

std::vector<std::string> function_names()
{
    std::vector<std::string> names;
    for (const Row& row : rows)
        names.emplace_back(row.name);
    return names;
}

} // namespace dfriends::converge::puppet
