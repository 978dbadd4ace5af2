// SPDX-License-Identifier: Apache-2.0
#include "converge/puppet/functions.hpp"

#include "base/text.hpp"
#include "converge/puppet/functions_inside.hpp"
#include "crypto/hash.hpp"

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
    if (word == "false" || word == "no" || word == "0" || word == "n" || word == "f" || word.empty() ||
        word == "undef" || word == "undefined")
        return false;
    throw Error(ErrorKind::invalid, "{} is neither true nor false", brief(datum));
}

/// A number above 0, a word for yes or no, and what else is there.
Datum any_to_flag(const Datum& datum)
{
    if (datum.is_undef() || datum.as<List>() != nullptr || datum.as<Hash>() != nullptr)
        return !datum.is_undef();
    const auto number = to_number(datum);
    return number ? apply_operator(">", *number, std::int64_t{0}) : to_flag(datum);
}

/// bool2str(FLAG, [FOR TRUE, FOR FALSE]).
Datum flag_text(Arguments arguments)
{
    if (arguments[0].as<bool>() == nullptr)
        throw Error(ErrorKind::invalid, "argument 1 must be a boolean, not {}", kind_of(arguments[0]));
    if (arguments.size() == 2)
        throw Error(ErrorKind::invalid, "'bool2str' wants a text for true and another one for false");
    const bool is_true = arguments[0].truthy();
    return arguments.size() > 2 ? text_at(arguments, is_true ? 1 : 2) : std::string(is_true ? "true" : "false");
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
    {"abs", 1, [](Arguments a) { return absolute(a[0]); }},
    {"any2array", 0, any_to_array},
    {"any2bool", 1, [](Arguments a) { return any_to_flag(a[0]); }},
    {"array", 1, [](Arguments a) { return a.size() > 1 && a[1].truthy() ? make_list({a[0]}) : array_of(a[0]); }},
    {"assert_type", 2, asserted},
    {"base64", 2, base64},
    {"basename", 1,
     [](Arguments a) {
         const std::string name = base_name(text_at(a, 0));
         return Datum(a.size() > 1 ? without_suffix(name, text_at(a, 1)) : name);
     }},
    {"bool2num", 1, [](Arguments a) { return Datum(std::int64_t{to_flag(a[0]).truthy() ? 1 : 0}); }},
    {"bool2str", 1, flag_text},
    {"boolean", 1, [](Arguments a) { return to_flag(a[0]); }},
    {"camelcase", 1, each_text<camel>},
    {"capitalize", 1, each_text<capital>},
    {"ceiling", 1, [](Arguments a) { return rounded(a[0], std::ceil); }},
    {"chomp", 1, each_text<chomped>},
    {"chop", 1, each_text<chopped>},
    {"clamp", 1, clamped},
    {"compact", 1, [](Arguments a) { return without_undef(a); }},
    {"concat", 1, concatenated},
    {"count", 1, counted},
    {"deep_merge", 1, deep_merged},
    {"delete", 2,
     [](Arguments a) {
         return a[0].as<std::string>() != nullptr ? Datum(replace_all(text_at(a, 0), text_at(a, 1), ""))
                                                  : apply_operator("-", a[0], a[1]);
     }},
    {"delete_at", 2, without_place},
    {"delete_undef_values", 1, without_undef},
    {"delete_values", 2, without_values},
    {"difference", 2,
     [](Arguments a) { return apply_operator("-", make_list(items_at(a, 0)), make_list(items_at(a, 1))); }},
    {"dig", 1, dig},
    {"dirname", 1, [](Arguments a) { return Datum(folder_name(text_at(a, 0))); }},
    {"downcase", 1,
     [](Arguments a) { return on_each_text(a, [](const std::string& text) { return to_lower(text); }); }},
    {"empty", 1, [](Arguments a) { return Datum(is_empty(a[0])); }},
    {"end_with", 2, [](Arguments a) { return has_edge(a, false); }},
    {"ensure", 1, ensured},
    {"extname", 1, [](Arguments a) { return Datum(extension(text_at(a, 0))); }},
    {"flatten", 1, flattened},
    {"float", 1, [](Arguments a) { return float_of(a[0]); }},
    {"floor", 1, [](Arguments a) { return rounded(a[0], std::floor); }},
    {"grep", 2, [](Arguments a) { return searched(a, true); }},
    {"has_key", 2, [](Arguments a) { return Datum(hash_at(a, 0).find(a[1]) != nullptr); }},
    {"hash", 1, [](Arguments a) { return hash_of(a[0]); }},
    {"integer", 1, integer_of},
    {"intersection", 2, intersection},
    {"join", 1, join_texts},
    {"join_keys_to_values", 2, joined_pairs},
    {"keys", 1, [](Arguments a) { return parts_of_hash(a, true); }},
    {"length", 1, [](Arguments a) { return size_of(a[0]); }},
    {"lstrip", 1,
     [](Arguments a) { return on_each_text(a, [](const std::string& text) { return trimmed(text, true, false); }); }},
    {"match", 2, matched},
    {"max", 1, [](Arguments a) { return extreme(a, ">"); }},
    {"md5", 1, [](Arguments a) { return Datum(crypto::hash_hex(crypto::Algorithm::md5, text_at(a, 0))); }},
    {"member", 2, [](Arguments a) { return apply_operator("in", a[1], a[0]); }},
    {"merge", 1, merged},
    {"min", 1, [](Arguments a) { return extreme(a, "<"); }},
    {"num2bool", 1, [](Arguments a) { return apply_operator(">", rounded(a[0], std::trunc), std::int64_t{0}); }},
    {"numeric", 1, [](Arguments a) { return number_of(a[0]); }},
    {"parsejson", 1, parsed},
    {"parseyaml", 1, parsed},
    {"pick", 1, [](Arguments a) { return picked(a, true); }},
    {"pick_default", 1, [](Arguments a) { return picked(a, false); }},
    {"prefix", 1, [](Arguments a) { return affixed(a, true); }},
    {"range", 1, range},
    {"regsubst", 3, replaced},
    {"reject", 2, [](Arguments a) { return searched(a, false); }},
    {"reverse", 1, [](Arguments a) { return reversed(a[0]); }},
    {"reverse_each", 1, [](Arguments a) { return reversed(a[0]); }},
    {"round", 1, [](Arguments a) { return rounded(a[0], std::round); }},
    {"rstrip", 1,
     [](Arguments a) { return on_each_text(a, [](const std::string& text) { return trimmed(text, false, true); }); }},
    {"seeded_rand", 2, [](Arguments a) { return Datum(random_of(text_at(a, 1), number_at(a, 0))); }},
    {"sensitive", 1, [](Arguments a) { return make_secret(a[0]); }},
    {"sha1", 1, [](Arguments a) { return Datum(crypto::hash_hex(crypto::Algorithm::sha1, text_at(a, 0))); }},
    {"sha256", 1, [](Arguments a) { return Datum(crypto::hash_hex(crypto::Algorithm::sha256, text_at(a, 0))); }},
    {"shell_escape", 1, [](Arguments a) { return Datum("'" + replace_all(text_at(a, 0), "'", "'\\''") + "'"); }},
    {"size", 1, [](Arguments a) { return size_of(a[0]); }},
    {"sort", 1, [](Arguments a) { return sorted(a[0]); }},
    {"split", 2, split_text},
    {"sprintf", 1, formatted},
    {"sprintf_hash", 2, formatted},
    {"start_with", 2, [](Arguments a) { return has_edge(a, true); }},
    {"str2bool", 1, [](Arguments a) { return to_flag(a[0]); }},
    {"string", 1, string_of},
    {"strip", 1,
     [](Arguments a) { return on_each_text(a, [](const std::string& text) { return trimmed(text, true, true); }); }},
    {"suffix", 1, [](Arguments a) { return affixed(a, false); }},
    {"sum", 1, sum_of},
    {"swapcase", 1, each_text<swapped>},
    {"to_json", 1, to_json},
    {"to_json_pretty", 1, to_json_pretty},
    {"to_yaml", 1, to_yaml},
    {"union", 1, united},
    {"unique", 1, [](Arguments a) { return unique(a[0]); }},
    {"unwrap", 1, [](Arguments a) { return without_secrets(a[0]); }},
    {"upcase", 1, each_text<upper>},
    {"values", 1, [](Arguments a) { return parts_of_hash(a, false); }},
    {"values_at", 2, values_at},
    {"versioncmp", 2, compare_versions},
    {"zip", 2, zipped},
});

} // namespace

std::optional<Datum> call_function(std::string_view name, std::span<const Datum> arguments)
{
    if (const auto* type = arguments.empty() ? nullptr : arguments[0].as<TypeName>(); type != nullptr && name == "new")
        return call_function(type->name, arguments.subspan(1)); // Integer.new('1') is Integer('1')
    const std::string word = to_lower(name.starts_with("stdlib::") ? name.substr(8) : name);
    const auto row = std::ranges::find(rows, word, &Row::name);
    if (row == rows.end())
        return question(word, arguments);
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
