// SPDX-License-Identifier: Apache-2.0
#include "paas/plugins.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <unistd.h>

namespace dfriends::paas {

namespace fs = std::filesystem;

namespace {

/// dokku's code for "not one of my words".
constexpr int not_implemented = 10;

void check_plugin_name(std::string_view name)
{
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
               c == '.';
    };
    if (name.empty() || name.size() > 64 || name[0] == '.' || name[0] == '-' || !std::ranges::all_of(name, fits))
        throw Error(ErrorKind::invalid, "'{}' is no name for a plugin", printable(name)).hint("choose one with --name");
}

/// "maintenance" of ".../dokku-maintenance.git".
std::string name_of(std::string_view source)
{
    while (source.ends_with('/'))
        source.remove_suffix(1);
    std::string_view name = source.substr(source.find_last_of("/:") + 1);
    if (name.ends_with(".git"))
        name.remove_suffix(4);
    if (name.starts_with("dokku-"))
        name.remove_prefix(6);
    return std::string(name);
}

/// A value of plugin.toml: key = "value".
std::string find_value(std::string_view text, std::string_view key)
{
    for (const std::string_view line : lines(text)) {
        const auto [name, value] = split_once(line, '=');
        if (trim(name) != key)
            continue;
        const std::string_view quoted = trim(value);
        if (quoted.size() >= 2 && quoted.front() == '"' && quoted.back() == '"')
            return printable(quoted.substr(1, quoted.size() - 2));
    }
    return {};
}

bool is_program(const os::Path& path)
{
    return fs::is_regular_file(path) && ::access(path.c_str(), X_OK) == 0;
}

bool is_plugin(const os::Path& folder)
{
    return fs::is_regular_file(folder / "plugin.toml") || fs::is_regular_file(folder / "commands") ||
           fs::is_directory(folder / "subcommands") ||
           std::ranges::any_of(fs::directory_iterator(folder),
                               [](const auto& entry) { return is_program(entry.path()); });
}

} // namespace

Plugins::Plugins(os::Path directory, std::map<std::string, std::string> environment)
    : directory_(std::move(directory)), environment_(std::move(environment))
{
    environment_["PLUGIN_PATH"] = directory_.string();
    environment_["PLUGIN_AVAILABLE_PATH"] = (directory_ / "available").string();
    environment_["PLUGIN_ENABLED_PATH"] = (directory_ / "enabled").string();
}

std::vector<Plugin> Plugins::list() const
{
    std::vector<Plugin> plugins;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(directory_ / "available", none)) {
        Plugin plugin{.name = entry.path().filename().string()};
        if (plugin.name.starts_with('.')) // one that is being installed
            continue;
        const std::string text = os::find_file(entry.path() / "plugin.toml", 64U << 10U).value_or("");
        plugin.description = find_value(text, "description");
        plugin.version = find_value(text, "version");
        plugin.enabled = fs::exists(directory_ / "enabled" / plugin.name);
        plugins.push_back(std::move(plugin));
    }
    std::ranges::sort(plugins, {}, &Plugin::name);
    return plugins;
}

std::vector<os::Path> Plugins::programs(const std::string& trigger) const
{
    std::vector<os::Path> found;
    for (const Plugin& plugin : list())
        if (const os::Path program = folder(plugin.name) / trigger; plugin.enabled && is_program(program))
            found.push_back(program);
    return found;
}

os::Command Plugins::command(const os::Path& program, const std::vector<std::string>& arguments) const
{
    os::Command command{.words = {program.string()}, .environment = environment_};
    command.words.insert(command.words.end(), arguments.begin(), arguments.end());
    command.directory = program.parent_path();
    return command;
}

void Plugins::run(const os::Path& program, const std::vector<std::string>& arguments, const OnLine& on_line) const
{
    os::Command call = command(program, arguments);
    std::string rest;
    call.on_output = [&](std::string_view bytes) {
        rest += bytes;
        for (std::size_t end = 0; (end = rest.find('\n')) != rest.npos; rest.erase(0, end + 1))
            on_line(rest.substr(0, end));
    };
    const os::Outcome outcome = os::run(call);
    if (!rest.empty())
        on_line(rest);
    if (!outcome.ok())
        throw Error(ErrorKind::failed, "the plugin '{}' refuses: its {} ended with {}",
                    program.parent_path().filename().string(), program.filename().string(), outcome.status);
}

void Plugins::trigger(const std::string& name, const std::vector<std::string>& arguments, const OnLine& on_line) const
{
    for (const os::Path& program : programs(name))
        run(program, arguments, on_line);
}

std::string Plugins::filter(const std::string& name, const std::vector<std::string>& arguments, std::string input) const
{
    for (const os::Path& program : programs(name)) {
        os::Command call = command(program, arguments);
        call.input = input.empty() ? "\n" : input;
        const os::Outcome outcome = os::run(call);
        if (!outcome.ok())
            throw Error(ErrorKind::failed, "the plugin '{}' refuses: its {} ended with {}",
                        program.parent_path().filename().string(), name, outcome.status);
        input = trim(outcome.output);
    }
    return input;
}

std::optional<os::Command> Plugins::find_command(const std::vector<std::string>& words) const
{
    const auto [prefix, word] = split_once(words.front(), ':');
    for (const Plugin& plugin : list()) {
        if (!plugin.enabled)
            continue;
        const os::Path sub = folder(plugin.name) / "subcommands" / (word.empty() ? "default" : std::string(word));
        if (plugin.name == prefix && word.find('/') == word.npos && is_program(sub))
            return command(sub, words);
        const os::Path all = folder(plugin.name) / "commands";
        if (!is_program(all))
            continue;
        // Only the plugin itself knows its words: it passes with this code.
        os::Command asked = command(all, words);
        asked.environment["DOKKU_NOT_IMPLEMENTED_EXIT"] = std::to_string(not_implemented);
        if (plugin.name == prefix)
            return asked;
    }
    return std::nullopt;
}

void Plugins::install(const std::string& source, std::string name, const OnLine& on_line) const
{
    if (name.empty())
        name = name_of(source);
    check_plugin_name(name);
    if (fs::exists(folder(name)))
        throw Error(ErrorKind::conflict, "the plugin '{}' is installed already", name);
    os::make_directories(directory_ / "available", 0755);
    os::make_directories(directory_ / "enabled", 0755);
    const os::Path made = directory_ / "available" / ("." + name + ".new");
    std::error_code ignored;
    fs::remove_all(made, ignored);
    if (fs::is_directory(source) && !fs::exists(os::Path(source) / ".git") && !fs::exists(os::Path(source) / "HEAD")) {
        fs::copy(source, made, fs::copy_options::recursive | fs::copy_options::copy_symlinks);
    } else {
        os::Command clone{.words = {"git", "clone", "--quiet", "--depth", "1", "--", source, made.string()}};
        clone.environment = {{"GIT_ALLOW_PROTOCOL", "https:ssh:file"}, {"GIT_TERMINAL_PROMPT", "0"}};
        (void)os::run_checked(clone);
    }
    if (!is_plugin(made)) {
        fs::remove_all(made, ignored);
        throw Error(ErrorKind::invalid, "'{}' is no plugin: it has neither a plugin.toml nor a program", source);
    }
    fs::rename(made, folder(name));
    enable(name, true);
    for (const char* step : {"dependencies", "install"})
        if (const os::Path program = folder(name) / step; is_program(program))
            run(program, {}, on_line);
}

void Plugins::enable(const std::string& name, bool enabled) const
{
    check_plugin_name(name);
    if (!fs::is_directory(folder(name)))
        throw Error(ErrorKind::not_found, "Plugin {} is not installed", name);
    const os::Path link = directory_ / "enabled" / name;
    std::error_code ignored;
    fs::remove(link, ignored);
    if (enabled)
        fs::create_directory_symlink(os::Path("..") / "available" / name, link);
}

void Plugins::uninstall(const std::string& name, const OnLine& on_line) const
{
    check_plugin_name(name);
    if (!fs::is_directory(folder(name)))
        throw Error(ErrorKind::not_found, "Plugin {} is not installed", name);
    if (const os::Path program = folder(name) / "uninstall"; is_program(program))
        run(program, {name}, on_line);
    enable(name, false);
    fs::remove_all(folder(name));
}

} // namespace dfriends::paas
