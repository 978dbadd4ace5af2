// SPDX-License-Identifier: Apache-2.0
#include "cli/options.hpp"

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "base/text.hpp"

#include <boost/program_options.hpp>

#include <algorithm>
#include <array>
#include <optional>

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
        if (style.stops_at_argument)
            parser.extra_style_parser(take_rest);
        return parser.run().options;
    } catch (const po::error& error) {
        rethrow(error, options);
    }
}

} // namespace

namespace {

/// The name of a flag that has a value after '=' and that value; nothing where the word is none.
std::optional<std::pair<std::string, std::string>> flag_with_value(std::span<const Option> options,
                                                                   std::string_view word, ParseStyle style)
{
    if (!word.starts_with(style.single_dash_names ? "-" : "--"))
        return std::nullopt;
    word.remove_prefix(word.starts_with("--") ? 2 : 1);
    const auto [name, value] = split_once(word, '=');
    if (name.size() == word.size())
        return std::nullopt;
    const auto row = std::ranges::find_if(options, [name](const Option& option) { return option.name == name; });
    if (row == options.end() || row->takes_value)
        return std::nullopt;
    constexpr std::array<std::string_view, 6> yes{"1", "t", "T", "true", "TRUE", "True"};
    constexpr std::array<std::string_view, 6> no{"0", "f", "F", "false", "FALSE", "False"};
    const bool is_yes = std::ranges::find(yes, value) != yes.end();
    if (!is_yes && std::ranges::find(no, value) == no.end())
        throw Error(ErrorKind::usage, "--{} wants true or false, not '{}'", name, printable(value));
    return std::pair(row->name, std::string(is_yes ? "true" : "false"));
}

/// Takes the flags with values away, up to "--".
std::vector<std::pair<std::string, std::string>> take_flag_values(std::span<const Option> options,
                                                                  std::vector<std::string>& words, ParseStyle style)
{
    std::vector<std::pair<std::string, std::string>> taken;
    const auto end = std::ranges::find(words, "--");
    const auto kept = std::remove_if(words.begin(), end, [&](const std::string& word) {
        auto flag = flag_with_value(options, word, style);
        if (flag)
            taken.push_back(std::move(*flag));
        return flag.has_value();
    });
    words.erase(kept, end);
    return taken;
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
    if (style.flag_values)
        parsed.options = take_flag_values(options, words, style);
    for (const po::option& option : parse(options, words, style)) {
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
