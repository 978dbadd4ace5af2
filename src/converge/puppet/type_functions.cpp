// SPDX-License-Identifier: Apache-2.0
// The functions of stdlib that ask what a value is: is_string(), validate_re() and their like.
#include "base/text.hpp"
#include "converge/pattern.hpp"
#include "converge/puppet/functions_inside.hpp"
#include "converge/puppet/types.hpp"

#include <algorithm>
#include <array>

namespace dfriends::converge::puppet::functions {

namespace {

bool is_like(const Datum& datum, std::string_view expression)
{
    const auto* text = datum.as<std::string>();
    return text != nullptr && Automaton(expression, false).found_in(*text);
}

bool is_path(const Datum& datum)
{
    return is_like(datum, "\\A(/|[a-zA-Z]:[\\\\/]|[\\\\/][\\\\/][^\\\\/]+[\\\\/][^\\\\/]+)");
}

bool is_whole_number(const Datum& datum)
{
    const auto number = to_number(datum);
    return number && number->as<std::int64_t>() != nullptr;
}

bool is_of(const Datum& datum, const char* type)
{
    return is_instance(datum, {type}).value_or(false);
}

struct Question {
    std::string_view word;
    bool (*holds)(const Datum& datum);
};
/// is_WORD() and validate_WORD().
constexpr auto questions = std::to_array<Question>({
    {"absolute_path", is_path},
    {"array", [](const Datum& d) { return d.as<List>() != nullptr; }},
    {"bool", [](const Datum& d) { return d.as<bool>() != nullptr; }},
    {"domain_name",
     [](const Datum& d) { return is_like(d, "\\A([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.?)+\\z"); }},
    {"email_address", [](const Datum& d) { return is_like(d, "\\A[^@\\s]+@[A-Za-z0-9.-]+\\z"); }},
    {"float", [](const Datum& d) { return to_number(d) && to_number(d)->as<double>() != nullptr; }},
    {"hash", [](const Datum& d) { return d.as<Hash>() != nullptr; }},
    {"integer", is_whole_number},
    {"ip_address", [](const Datum& d) { return is_of(d, "stdlib::ip::address"); }},
    {"ipv4_address", [](const Datum& d) { return is_of(d, "stdlib::ip::address::v4"); }},
    {"ipv6_address", [](const Datum& d) { return is_of(d, "stdlib::ip::address::v6"); }},
    {"mac_address", [](const Datum& d) { return is_like(d, "\\A([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\\z"); }},
    {"numeric", [](const Datum& d) { return to_number(d).has_value(); }},
    {"string", [](const Datum& d) { return d.as<std::string>() != nullptr; }},
});

[[noreturn]] void fail_validation(Arguments arguments, std::size_t message, std::string_view otherwise)
{
    const auto* text = message < arguments.size() ? arguments[message].as<std::string>() : nullptr;
    throw Error(ErrorKind::invalid, "{}", text != nullptr ? printable(*text) : std::string(otherwise));
}

/// validate_re(TEXT, PATTERN or list of them, [MESSAGE]).
void validate_pattern(Arguments arguments)
{
    const std::string text = text_at(arguments, 0);
    for (const Datum& pattern : arguments.size() > 1 ? to_items(arguments[1]) : std::vector<Datum>()) {
        const auto* written = pattern.as<Pattern>();
        if (Automaton(written != nullptr ? written->text : to_text(pattern), false).found_in(text))
            return;
    }
    fail_validation(arguments, 2,
                    fmt::format("{} does not match {}", brief(arguments[0]),
                                arguments.size() > 1 ? brief(arguments[1]) : "nothing"));
}

/// validate_slength(TEXT, MOST, [LEAST]).
void validate_length(Arguments arguments)
{
    const std::int64_t most = number_at(arguments, 1);
    const std::int64_t least = arguments.size() > 2 ? number_at(arguments, 2) : 0;
    for (const Datum& text : to_items(arguments[0])) {
        const auto length = static_cast<std::int64_t>(to_text(text).size());
        if (length > most || length < least)
            throw Error(ErrorKind::invalid, "{} has {} characters, not {} to {}", brief(text), length, least, most);
    }
}

/// validate_integer(VALUE, [MOST], [LEAST]).
void validate_number(Arguments arguments, bool whole)
{
    for (const Datum& item : to_items(arguments[0])) {
        if (whole ? !is_whole_number(item) : !to_number(item))
            throw Error(ErrorKind::invalid, "{} is no {}", brief(item), whole ? "whole number" : "number");
        const auto number = *to_number(item);
        const auto bound = [&](std::size_t at, std::string_view mark) {
            const auto limit = at < arguments.size() ? to_number(arguments[at]) : std::nullopt;
            if (limit && apply_operator(mark, number, *limit).truthy())
                throw Error(ErrorKind::invalid, "{} is {} than {}", brief(item), mark == ">" ? "more" : "less",
                            brief(*limit));
        };
        bound(1, ">");
        bound(2, "<");
    }
}

} // namespace

/// Nothing where the word is none of theirs.
std::optional<Datum> question(std::string_view name, Arguments arguments)
{
    const bool validates = name.starts_with("validate_");
    if (!validates && !name.starts_with("is_"))
        return std::nullopt;
    const std::string_view word = name.substr(name.find('_') + 1);
    const auto row = std::ranges::find(questions, word, &Question::word);
    const bool is_apart = validates && (word == "re" || word == "slength" || word == "legacy");
    if ((row == questions.end() && !is_apart && word != "a") || (word == "a" && validates))
        return std::nullopt;
    if (arguments.size() < (is_apart || word == "a" ? 2U : 1U))
        throw Error(ErrorKind::invalid, "'{}' wants more arguments", name);
    if (word == "a")
        return matches(arguments[0], arguments[1]);
    if (!validates)
        return row->holds(arguments[0]);
    if (word == "re")
        validate_pattern(arguments);
    else if (word == "slength")
        validate_length(arguments);
    else if (word == "integer" || word == "numeric")
        validate_number(arguments, word == "integer");
    else if (word == "legacy") { // the type, the name of the older function, the value
        if (arguments.size() > 2)
            asserted(std::vector<Datum>{arguments[0], arguments[2]});
    } else
        for (const Datum& argument : arguments)
            if (!row->holds(argument))
                throw Error(ErrorKind::invalid, "{} is not what '{}' asks for", brief(argument), name);
    return Datum();
}

/// assert_type(TYPE, VALUE).
Datum asserted(Arguments arguments)
{
    const auto* type = arguments[0].as<TypeName>();
    if (type == nullptr)
        return arguments[1];
    if (!is_instance(arguments[1], *type).value_or(true))
        throw Error(ErrorKind::invalid, "the value is {}, not {}", misfit(arguments[1], *type), inspect(arguments[0]));
    return arguments[1];
}

/// The type of a value, without what may stand in its brackets.
TypeName kind_type(const Datum& datum)
{
    static constexpr std::array<std::string_view, 13> names{
        "undef",        "boolean", "integer", "float",   "string",       "array",    "hash",
        "catalogentry", "type",    "regexp",  "default", "catalogentry", "sensitive"};
    return {std::string(names[datum.content.index()])};
}

/// stdlib::ensure(WISH, [KIND]): true and 'present' are what a resource of the kind calls it.
Datum ensured(Arguments arguments)
{
    const std::string wish = to_text(arguments[0]);
    const std::string kind = arguments.size() > 1 ? text_at(arguments, 1) : "";
    if (wish != "true" && wish != "false" && wish != "present" && wish != "absent")
        throw Error(ErrorKind::invalid, "'ensure' is made of true, false, present or absent, not of {}",
                    brief(arguments[0]));
    const bool is_there = wish == "true" || wish == "present";
    if (kind == "service")
        return std::string(is_there ? "running" : "stopped");
    if (!is_there)
        return std::string("absent");
    return kind.empty() ? std::string("present") : kind == "package" ? std::string("installed") : kind;
}

} // namespace dfriends::converge::puppet::functions
