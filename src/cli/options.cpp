// SPDX-License-Identifier: Apache-2.0
#include "cli/options.hpp"

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "base/text.hpp"

#include <boost/program_options.hpp>

#include <algorithm>
#include <array>

namespace dfriends::cli {

namespace {

namespace po = boost::program_options;

constexpr const char* argument_key = "(argument)";

po::options_description describe(std::span<const Option> options)
{
    po::options_description description;
    const auto add = [&](const std::string& name, bool takes_value) {
        if (takes_value)
            description.add_options()(name.c_str(), po::value<std::vector<std::string>>()->composing(), "");
        else
            description.add_options()(name.c_str(), "");
    };
    for (const Option& option : options)
        add(option.letter == 0 ? option.name : option.name + "," + option.letter, option.takes_value);
    const auto has = [&](auto same) { return std::ranges::any_of(options, same); };
    if (!has([](const Option& option) { return option.name == "help"; }))
        add(has([](const Option& option) { return option.letter == 'h'; }) ? "help" : "help,h", false);
    return description;
}

/// Everything from the first argument on is an argument.
std::vector<po::option> take_rest(std::vector<std::string>& words)
{
    std::vector<po::option> taken;
    if (words.empty() || (words.front().size() > 1 && words.front()[0] == '-' && words.front() != "--"))
        return taken;
    if (words.front() == "--")
        words.erase(words.begin());
    if (words.empty()) {
        // Nothing follows "--": an option without tokens would be an endless loop for program_options.
        return taken;
    }
    for (const std::string& word : words) {
        po::option option;
        option.position_key = static_cast<int>(taken.size());
        option.value.push_back(word);
        option.original_tokens.push_back(word);
        taken.push_back(std::move(option));
    }
    words.clear();
    return taken;
}

/// A flag with a value, handed through program_options as an argument with two values: its name and what it says.
po::option carry_flag(const Option& row, std::string_view word, std::string_view value)
{
    constexpr std::array<std::string_view, 6> yes{"1", "t", "T", "true", "TRUE", "True"};
    constexpr std::array<std::string_view, 6> no{"0", "f", "F", "false", "FALSE", "False"};
    const bool is_yes = std::ranges::find(yes, value) != yes.end();
    if (!row.takes_value && !is_yes && std::ranges::find(no, value) == no.end())
        throw Error(ErrorKind::usage, "--{} wants true or false, not '{}'", row.name, printable(value));
    po::option option;
    option.value = {row.name, row.takes_value ? std::string(value) : is_yes ? "true" : "false"};
    option.original_tokens.emplace_back(word);
    return option;
}

/// "--flag=false"; nothing where the word is none.
std::vector<po::option> read_long_flag(std::span<const Option> options, std::string_view word)
{
    const auto [name, value] = split_once(word.substr(word.starts_with("--") ? 2 : 1), '=');
    const auto row = std::ranges::find_if(options, [name](const Option& option) { return option.name == name; });
    if (row == options.end() || row->takes_value)
        return {};
    return {carry_flag(*row, word, value)};
}

/// "-f=false", "-n=1" and "-af=false": what is after '=' belongs to the last letter; nothing where the word is none.
std::vector<po::option> read_letters(std::span<const Option> options, std::string_view word)
{
    const auto [letters, value] = split_once(word.substr(1), '=');
    std::vector<po::option> read;
    for (std::size_t i = 0; i < letters.size(); ++i) {
        const bool is_last = i + 1 == letters.size();
        const auto row =
            std::ranges::find_if(options, [&](const Option& option) { return option.letter == letters[i]; });
        if (row == options.end() || (row->takes_value && !is_last))
            return {};
        read.push_back(carry_flag(*row, word, is_last ? value : "true"));
    }
    return read;
}

/// Takes the first word where it is a flag with a value after '='.
std::vector<po::option> take_flag_value(std::span<const Option> options, std::vector<std::string>& words,
                                        ParseStyle style)
{
    if (words.empty() || !words.front().starts_with('-') || words.front().find('=') == std::string::npos)
        return {};
    const bool is_long = style.single_dash_names || words.front().starts_with("--");
    auto read = is_long ? read_long_flag(options, words.front()) : read_letters(options, words.front());
    if (!read.empty())
        words.erase(words.begin());
    return read;
}

std::vector<std::string> candidate_names(std::span<const Option> options)
{
    std::vector<std::string> names{"--help"};
    for (const Option& option : options)
        names.push_back("--" + option.name);
    return names;
}

/// program_options' reasons in our words.
[[noreturn]] void rethrow(const po::error& error, std::span<const Option> options)
{
    if (const auto* unknown = dynamic_cast<const po::unknown_option*>(&error)) {
        std::string typed = unknown->get_option_name();
        throw Error(ErrorKind::usage, "there is no option '{}'", printable(typed))
            .hint(did_you_mean(typed, candidate_names(options)));
    }
    if (const auto* syntax = dynamic_cast<const po::invalid_command_line_syntax*>(&error)) {
        const bool missing = syntax->kind() == po::invalid_syntax::missing_parameter ||
                             syntax->kind() == po::invalid_syntax::empty_adjacent_parameter;
        throw Error(ErrorKind::usage, "the option '{}' {}", printable(syntax->get_option_name()),
                    missing ? "wants a value" : "takes no value");
    }
    throw Error(ErrorKind::usage, "cannot read the options: {}", printable(error.what()));
}

std::vector<po::option> parse(std::span<const Option> options, const std::vector<std::string>& words, ParseStyle style)
{
    using namespace po::command_line_style;
    int flags = allow_long | long_allow_next | long_allow_adjacent | allow_short | allow_dash_for_short |
                short_allow_next | short_allow_adjacent | allow_sticky;
    if (style.single_dash_names)
        flags = (flags & ~(allow_sticky | short_allow_adjacent)) | allow_long_disguise;
    const po::options_description description = describe(options);
    try {
        po::command_line_parser parser(words);
        parser.options(description).style(flags);
        if (style.stops_at_argument || style.flag_values)
            parser.extra_style_parser([&](std::vector<std::string>& left) {
                std::vector<po::option> taken;
                if (style.flag_values)
                    taken = take_flag_value(options, left, style);
                return taken.empty() && style.stops_at_argument ? take_rest(left) : taken;
            });
        return parser.run().options;
    } catch (const po::error& error) {
        rethrow(error, options);
    }
}

} // namespace

Parsed parse_options(std::span<const Option> options, const std::vector<std::string>& all, ParseStyle style)
{
    Parsed parsed;
    std::vector<std::string> words = all;
    std::vector<std::string> rest;
    if (style.keeps_separator) {
        const auto separator = std::ranges::find(words, "--");
        rest.assign(separator, words.end());
        words.erase(separator, words.end());
    }
    for (const po::option& option : parse(options, words, style)) {
        if (option.string_key.empty() && option.value.size() == 2) { // see carry_flag
            parsed.options.emplace_back(option.value.front(), option.value.back());
            continue;
        }
        if (option.string_key.empty() || option.string_key == argument_key) {
            parsed.arguments.insert(parsed.arguments.end(), option.value.begin(), option.value.end());
            continue;
        }
        const auto row =
            std::ranges::find_if(options, [&](const Option& row) { return row.name == option.string_key; });
        if (row == options.end()) {
            parsed.wants_help = true; // the only one that we added
            continue;
        }
        parsed.options.emplace_back(row->name,
                                    row->takes_value && !option.value.empty() ? option.value.front() : "true");
    }
    parsed.arguments.insert(parsed.arguments.end(), rest.begin(), rest.end());
    return parsed;
}

} // namespace dfriends::cli
