// SPDX-License-Identifier: Apache-2.0
#include "applets/help.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace dfriends::applets {

namespace {

using config::Setting;
using config::SettingType;

constexpr std::size_t width = 100;

constexpr std::array globals{
    Setting{.name = "state-dir",
            .help = "Directory of state.db",
            .placeholder = "DIR",
            .environment = "DFRIENDS_STATE_DIR"},
    Setting{.name = "config", .help = "Configuration file", .placeholder = "FILE", .environment = "DFRIENDS_CONFIG"},
    Setting{.name = "verbose", .type = SettingType::flag, .help = "Say more", .letter = 'v', .repeatable = true},
    Setting{.name = "quiet", .type = SettingType::flag, .help = "Say only what went wrong", .letter = 'q'},
    Setting{
        .name = "log-format", .help = "How log lines look: text or json", .placeholder = "FORMAT", .fallback = "text"},
    Setting{.name = "json", .type = SettingType::flag, .help = "Results as JSON"},
    Setting{.name = "color", .help = "Colours: auto, always or never", .placeholder = "WHEN", .fallback = "auto"},
    Setting{.name = "version", .type = SettingType::flag, .help = "Print the version"},
};

using Rows = std::vector<std::pair<std::string, std::string>>;

/// Two columns; the second is wrapped below itself.
std::string render_rows(const Rows& rows)
{
    std::size_t left = 0;
    for (const auto& [name, text] : rows)
        left = std::max(left, std::min<std::size_t>(name.size(), 32));
    std::string result;
    for (const auto& [name, text] : rows) {
        const std::string wrapped = replace_all(wrap(text, width - left - 4), "\n", "\n" + std::string(left + 4, ' '));
        if (name.size() > left)
            result += fmt::format("  {}\n{}{}\n", name, std::string(left + 4, ' '), wrapped);
        else
            result += fmt::format("  {:<{}}  {}\n", name, left, wrapped);
    }
    return result;
}

std::string option_words(const Setting& row)
{
    std::string words =
        row.letter != 0 ? fmt::format("-{}, --{}", row.letter, row.name) : fmt::format("    --{}", row.name);
    if (row.type != SettingType::flag)
        words += fmt::format(" {}", row.placeholder.empty() ? "VALUE" : row.placeholder);
    return words;
}

std::string option_text(const Setting& row, const std::string& environment_prefix)
{
    std::string text(row.help);
    if (row.repeatable && row.type != SettingType::flag)
        text += "; may be given several times";
    std::vector<std::string> notes;
    if (!row.fallback.empty())
        notes.push_back("default " + std::string(row.fallback));
    if (const std::string name = config::environment_name(environment_prefix, row); !name.empty())
        notes.push_back(name);
    return notes.empty() ? text : fmt::format("{} ({})", text, join(notes, ", "));
}

Rows option_rows(std::span<const Setting> settings, const std::string& environment_prefix = {})
{
    Rows rows;
    for (const Setting& row : settings)
        rows.emplace_back(option_words(row), option_text(row, environment_prefix));
    return rows;
}

Rows verb_rows(const Applet& applet)
{
    Rows rows;
    for (const Verb& verb : applet.verbs)
        if ((verb.traits & hidden) == 0)
            rows.emplace_back(verb.usage.empty() ? std::string(verb.name) : fmt::format("{} {}", verb.name, verb.usage),
                              verb.synopsis);
    return rows;
}

} // namespace

std::span<const Setting> global_settings()
{
    return globals;
}

std::string render_overview()
{
    std::string text =
        "Usage: dfriends [OPTIONS] COMMAND [ARGUMENTS]\n\nEverything around Docker in one executable.\n\nApplets:\n";
    Rows rows;
    for (const Applet& applet : table())
        if (!applet.name.empty() && applet.name.find(' ') == applet.name.npos)
            rows.emplace_back(applet.name, applet.synopsis);
    text += render_rows(rows) + "\nCommands:\n" + render_rows(verb_rows(*find_applet(""))) + "\nOptions:\n" +
            render_rows(option_rows(globals));
    return text + "\nSee 'dfriends help COMMAND' for one of them.\n";
}

std::string render_applet_help(const Applet& applet, const std::string& program)
{
    std::string text = fmt::format("Usage: {} [OPTIONS] VERB [ARGUMENTS]\n\n{}.\n\nVerbs:\n{}", program,
                                   applet.synopsis, render_rows(verb_rows(applet)));
    if (!applet.settings.empty())
        text += "\nOptions of every verb:\n" + render_rows(option_rows(applet.settings));
    return text + fmt::format("\nSee '{} VERB --help' for one of them.\n", program);
}

std::string render_verb_help(const Applet& applet, const Verb& verb, const std::string& program)
{
    const bool has_options = !verb.settings.empty() || !applet.settings.empty();
    std::string text = fmt::format("Usage: {} {}{}{}{}\n\n{}.\n", program, verb.name, has_options ? " [OPTIONS]" : "",
                                   verb.usage.empty() ? "" : " ", verb.usage, verb.synopsis);
    std::string prefix;
    if ((verb.traits & long_running) != 0)
        prefix = config::environment_name("DFRIENDS_", Setting{.name = section_of(applet, verb)}) + "_";
    if (!verb.settings.empty())
        text += "\nOptions:\n" + render_rows(option_rows(verb.settings, prefix));
    if (!applet.settings.empty())
        text += "\nOptions of every verb:\n" + render_rows(option_rows(applet.settings));
    if (!verb.details.empty())
        for (const std::string_view paragraph : lines(verb.details))
            text += "\n" + (paragraph.starts_with("  ") ? std::string(paragraph) : wrap(paragraph, width)) + "\n";
    return text;
}

} // namespace dfriends::applets
