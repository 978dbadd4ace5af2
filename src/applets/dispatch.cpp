// SPDX-License-Identifier: Apache-2.0
#include "applets/dispatch.hpp"

#include "applets/argument_error.hpp"
#include "applets/context.hpp"
#include "applets/help.hpp"
#include "applets/prepare.hpp"
#include "base/suggest.hpp"
#include "base/text.hpp"
#include "cli/options.hpp"
#include "cli/report.hpp"

#include <algorithm>
#include <cstdio>

namespace dfriends::applets {

namespace {

using Words = std::vector<std::string>;

std::vector<cli::Option> options_of(std::span<const config::Setting> settings)
{
    std::vector<cli::Option> options;
    for (const config::Setting& row : settings)
        options.push_back({std::string(row.name), row.letter, row.type != config::SettingType::flag, row.repeatable});
    return options;
}

/// How many of the words a name of one or two words covers; 0 where it does not stand there.
std::size_t count_match(std::string_view name, const Words& from)
{
    std::size_t count = 0;
    for (const std::string_view word : words(name)) {
        if (count >= from.size() || from[count] != word)
            return 0;
        ++count;
    }
    return count;
}

/// What a command line says, step by step: the personality, the options before the command, the applet, the verb.
class CommandLine {
  public:
    explicit CommandLine(Words all) : rest_(std::move(all))
    {
        const std::string called = rest_.empty() ? "dfriends" : rest_.front().substr(rest_.front().rfind('/') + 1);
        if (!rest_.empty())
            rest_.erase(rest_.begin());
        for (const Applet& applet : table())
            if (!applet.alias.empty() && applet.alias == called) {
                applet_ = &applet;
                program_ = called;
                is_alias_ = true;
            }
    }

    int run()
    {
        try {
            return find_and_run();
        } catch (const Error& error) {
            return report(error);
        } catch (const std::exception& error) {
            return report(Error(ErrorKind::internal, "a fault of dfriends: {}", error.what())
                              .hint("please report it with the command that you ran"));
        }
    }

  private:
    int find_and_run()
    {
        if (applet_ == nullptr) {
            if (!take_global_options())
                return 0;
            if (rest_.empty()) {
                fmt::print(stderr, "{}", render_overview());
                return cli::exit_code(ErrorKind::usage);
            }
            find_applet_word();
        }
        if (const Applet* other = applet_->instead != nullptr ? applet_->instead() : nullptr)
            applet_ = other;
        if (!take_applet_options())
            return 0;
        find_verb();
        return run_verb();
    }

    /// False where --help or --version has been answered.
    bool take_global_options()
    {
        const auto parsed = cli::parse_options(options_of(global_settings()), rest_, {.stops_at_argument = true});
        apply_global(parsed.options);
        rest_ = parsed.arguments;
        if (parsed.wants_help)
            Context(global_, program_).write(render_overview());
        else if (wants_version_)
            Context(global_, program_).write("dfriends " DFRIENDS_VERSION "\n");
        return !parsed.wants_help && !wants_version_;
    }

    void apply_global(const std::vector<std::pair<std::string, std::string>>& options)
    {
        for (const auto& [name, value] : options) {
            if (name == "state-dir")
                global_.state_directory = value;
            else if (name == "config")
                global_.configuration_file = value;
            else if (name == "verbose")
                ++global_.verbosity;
            else if (name == "quiet")
                global_.quiet = value != "false"; // where the applet's flags have values
            else if (name == "json")
                global_.json = value != "false";
            else if (name == "version")
                wants_version_ = true;
            else if (name == "log-format")
                global_.log_format =
                    one_of<log::Format>(name, value, {{"text", log::Format::text}, {"json", log::Format::json}});
            else if (name == "color")
                global_.colour = one_of<cli::Colour::When>(name, value,
                                                           {{"auto", cli::Colour::When::automatic},
                                                            {"always", cli::Colour::When::always},
                                                            {"never", cli::Colour::When::never}});
        }
    }

    template <class Value>
    static Value one_of(const std::string& name, const std::string& typed,
                        const std::vector<std::pair<std::string, Value>>& allowed)
    {
        Words names;
        for (const auto& [word, value] : allowed) {
            if (word == typed)
                return value;
            names.push_back(word);
        }
        throw Error(ErrorKind::usage, "--{} wants {}, not '{}'", name, join(names, " or "), printable(typed));
    }

    /// The longest applet name that the words spell; the house's own verbs otherwise.
    void find_applet_word()
    {
        std::size_t longest = 0;
        for (const Applet& applet : table()) {
            if (const std::size_t count = count_match(applet.name, rest_); count > longest) {
                longest = count;
                applet_ = &applet;
            }
        }
        if (applet_ == nullptr)
            applet_ = find_applet("");
        rest_.erase(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(longest));
        if (longest > 0)
            program_ += " " + std::string(applet_->name);
    }

    bool take_applet_options()
    {
        if (applet_->name.empty())
            return true;
        std::vector<cli::Option> options = options_of(applet_->settings);
        const bool has_version = std::ranges::any_of(options, [](const auto& row) { return row.name == "version"; });
        if (!has_version)
            options.push_back({.name = "version", .letter = applet_->version_line.empty() ? '\0' : 'v'});
        const auto parsed = cli::parse_options(options, rest_,
                                               {.stops_at_argument = true,
                                                .single_dash_names = applet_->single_dash_names,
                                                .flag_values = applet_->flag_values});
        for (const auto& [name, value] : parsed.options)
            if (name == "version" && !has_version && value != "false") {
                const std::string_view line = applet_->version_line;
                Context(global_, program_).print("{}\n", line.empty() ? "dfriends " DFRIENDS_VERSION : line);
                return false;
            }
        flags_ = parsed.options;
        rest_ = parsed.arguments;
        if (applet_->alone != nullptr && !parsed.wants_help)
            return true;
        const bool asked = parsed.wants_help || (!rest_.empty() && rest_.front() == "help");
        if (!asked && !rest_.empty())
            return true;
        if (!asked)
            throw Error(ErrorKind::usage, "'{}' wants a verb", program_).hint(fmt::format("see '{} --help'", program_));
        Context(global_, program_)
            .write(applet_->alone != nullptr ? render_verb_help(*applet_, *applet_->alone, program_)
                                             : render_applet_help(*applet_, program_));
        return false;
    }

    void find_verb()
    {
        if (applet_->alone != nullptr) {
            verb_ = applet_->alone;
            return;
        }
        std::size_t longest = 0;
        for (const Verb& verb : applet_->verbs) {
            if (const std::size_t count = count_match(verb.name, rest_); count > longest) {
                longest = count;
                verb_ = &verb;
            }
        }
        if (verb_ == nullptr)
            verb_ = applet_->other;
        if (verb_ == nullptr)
            throw_unknown_verb();
        rest_.erase(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(longest));
    }

    [[noreturn]] void throw_unknown_verb() const
    {
        Words candidates;
        for (const Verb& verb : applet_->verbs)
            if ((verb.traits & hidden) == 0)
                candidates.emplace_back(verb.name);
        if (applet_->name.empty())
            for (const Applet& applet : table())
                candidates.emplace_back(applet.name);
        std::string typed = printable(rest_.front());
        for (const Verb& verb : applet_->verbs) // the first word of a verb of two: the second is what is wrong
            if (rest_.size() > 1 && verb.name.starts_with(rest_.front() + " ")) {
                typed += " " + printable(rest_[1]);
                break;
            }
        std::string hint = did_you_mean(typed, candidates);
        if (hint.empty())
            hint = fmt::format("'{} --help' lists them", program_);
        ArgumentError error(ErrorKind::usage, "there is no {} '{}'", applet_->name.empty() ? "command" : "verb", typed);
        error.hint(hint);
        throw error; // with its own type
    }

    int run_verb()
    {
        if ((verb_->traits & own_options) != 0)
            return run_with_own_options();
        const std::vector<config::Setting> rows = rows_of(*applet_, *verb_);
        std::vector<cli::Option> options = options_of(rows);
        add_global_options(options);
        const bool stops = (verb_->traits & stops_at_argument) != 0;
        auto parsed = cli::parse_options(options, rest_,
                                         {.stops_at_argument = stops,
                                          .single_dash_names = applet_->single_dash_names,
                                          .keeps_separator = (verb_->traits & keeps_separator) != 0,
                                          .flag_values = applet_->flag_values});
        std::vector<std::pair<std::string, std::string>> global_flags;
        for (auto& [name, value] : parsed.options)
            (is_own(rows, name) ? flags_ : global_flags).emplace_back(name, value);
        apply_global(global_flags);

        Context context(global_, program_);
        if (parsed.wants_help) {
            context.write(render_verb_help(*applet_, *verb_, program_));
            return 0;
        }
        context.arguments = std::move(parsed.arguments);
        prepare(context, *applet_, *verb_, flags_);
        return verb_->run(context);
    }

    int run_with_own_options()
    {
        Context context(global_, program_);
        context.arguments = std::move(rest_);
        prepare(context, *applet_, *verb_, flags_);
        return verb_->run(context);
    }

    static bool is_own(const std::vector<config::Setting>& rows, std::string_view name)
    {
        for (const config::Setting& row : rows)
            if (row.name == name)
                return true;
        return false;
    }

    /// The long global options also stand after the verb, where they are not that verb's own; not under another tool's
    /// name.
    void add_global_options(std::vector<cli::Option>& options) const
    {
        if (is_alias_)
            return;
        for (cli::Option& global : options_of(global_settings())) {
            global.letter = 0;
            bool taken = global.name == "version";
            for (const cli::Option& option : options)
                taken = taken || option.name == global.name;
            if (!taken)
                options.push_back(global);
        }
    }

    int report(const Error& error) const
    {
        Context context(global_, program_);
        context.applet = applet_;
        context.verb = verb_;
        if (applet_ != nullptr && applet_->report != nullptr)
            if (const int code = applet_->report(error, context); code >= 0)
                return code;
        if (error.kind() != ErrorKind::interrupted)
            fmt::print(stderr, "{}", cli::render_error("dfriends", error, context.error_colour));
        return cli::exit_code(error.kind());
    }

    Words rest_;
    GlobalOptions global_;
    std::string program_ = "dfriends";
    bool wants_version_ = false;
    bool is_alias_ = false; ///< called by the name of another tool
    const Applet* applet_ = nullptr;
    const Verb* verb_ = nullptr;
    config::FlagValues flags_;
};

} // namespace

int dispatch(const std::vector<std::string>& words)
{
    return CommandLine(words).run();
}

} // namespace dfriends::applets
