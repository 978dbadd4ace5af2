// SPDX-License-Identifier: Apache-2.0
#include "applets/paas/session.hpp"
#include "applets/paas/verbs.hpp"
#include "applets/paas/wire.hpp"
#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "paas/app_name.hpp"

#include <algorithm>

namespace dfriends::applets::paas {

namespace {

constexpr std::size_t largest_value = 128U << 10U;

/// The app whose variables are meant: a name, or an empty one for --global.
struct Scope {
    std::string app;
    std::vector<std::string> rest;
    std::string name() const { return app.empty() ? "global" : app; }
};

Scope take_scope(Session& session)
{
    if (session.context.settings.flag("global"))
        return {"", session.context.arguments};
    const std::string app = session.take_app();
    return {app, session.rest()};
}

/// "KEY:  VALUE" rows with the values in one column.
void print_pairs(const Session& session, const core::Config& config, bool indented)
{
    std::size_t width = 0;
    for (const auto& [key, value] : config)
        width = std::max(width, key.size() + 1);
    for (const auto& [key, value] : config) {
        const std::string row = fmt::format("{:<{}}  {}", key + ":", width, value);
        if (indented)
            session.banner.detail(row);
        else
            session.banner.raw(row);
    }
}

/// In single quotes for a shell; an inner one is closed, escaped and opened again.
std::string shell_quoted(const std::string& value)
{
    return "'" + replace_all(value, "'", "'\\''") + "'";
}

std::string decoded(std::string value, bool encoded, const std::string& key)
{
    if (!encoded)
        return value;
    const auto bytes = decode_base64(value);
    if (!bytes)
        throw Error(ErrorKind::invalid, "the value of {} is not base64", key);
    return *bytes;
}

core::Config read_pairs(const std::vector<std::string>& words, bool encoded)
{
    core::Config pairs;
    for (const std::string& word : words) {
        const auto [key, value] = split_once(word, '=');
        if (word.find('=') == word.npos)
            throw Error(ErrorKind::usage, "Invalid env pair: {}", printable(word)).hint("write KEY=VALUE");
        std::string text = decoded(std::string(value), encoded, std::string(key));
        if (text.size() > largest_value || text.find('\0') != text.npos)
            throw Error(ErrorKind::invalid, "the value of {} is longer than 128 KiB or holds a NUL", key);
        if (!is_utf8(text))
            throw Error(ErrorKind::invalid, "the value of {} is not UTF-8, as the engine wants variables", key)
                .hint("encode it, as base64 say");
        pairs[core::parse_config_key(key)] = std::move(text);
    }
    return pairs;
}

/// What a change of variables means for what runs.
void restart(Session& session, const Scope& scope, const std::string& description)
{
    if (session.context.settings.flag("no-restart"))
        return;
    for (const core::App& app : session.apps.list())
        if ((scope.app.empty() || app.name == scope.app) && app.release != 0 && !app.stopped) {
            session.banner.step("Restarting app " + app.name);
            session.redeploy(app.name, description);
        }
}

void tell_plugins(Session& session, const Scope& scope, const std::string& verb, const std::vector<std::string>& keys)
{
    std::vector<std::string> arguments{scope.app, verb};
    arguments.insert(arguments.end(), keys.begin(), keys.end());
    session.plugins.trigger("post-config-update", arguments, [](std::string_view) {});
}

} // namespace

int config_show(Context& context)
{
    Session session(context);
    const Scope scope = take_scope(session);
    const core::Config config =
        context.settings.flag("merged") ? session.apps.merged_config(scope.app) : session.apps.config(scope.app);
    if (context.global.json) {
        context.write(encode_config(config));
        return 0;
    }
    session.banner.section(scope.name() + " env vars");
    print_pairs(session, config, false);
    return 0;
}

int config_get(Context& context)
{
    Session session(context);
    const Scope scope = take_scope(session);
    if (scope.rest.size() != 1)
        throw Error(ErrorKind::usage, "Expected: key");
    const core::Config config = session.apps.config(scope.app);
    const auto found = config.find(scope.rest[0]);
    if (found == config.end())
        return 1;
    context.print("{}\n", found->second);
    return 0;
}

int config_keys(Context& context)
{
    Session session(context);
    for (const auto& [key, value] : session.apps.config(take_scope(session).app))
        context.print("{}\n", key);
    return 0;
}

int config_set(Context& context)
{
    Session session(context);
    const Scope scope = take_scope(session);
    if (scope.rest.empty())
        throw Error(ErrorKind::usage, "At least one env pair must be given");
    const core::Config pairs = read_pairs(scope.rest, context.settings.flag("encoded"));
    const core::Config before = session.apps.config(scope.app);
    std::vector<std::string> changed;
    for (const auto& [key, value] : pairs)
        if (const auto old = before.find(key); old == before.end() || old->second != value)
            changed.push_back(key);
    session.banner.step("Setting config vars");
    print_pairs(session, pairs, true);
    if (changed.empty()) {
        session.banner.detail("Nothing changes");
        return 0;
    }
    session.apps.change_config(scope.app, pairs);
    tell_plugins(session, scope, "set", changed);
    restart(session, scope, "config:set " + join(changed, " "));
    return 0;
}

int config_unset(Context& context)
{
    Session session(context);
    const Scope scope = take_scope(session);
    const core::Config before = session.apps.config(scope.app);
    std::vector<std::string> keys = scope.rest;
    if (context.settings.flag("all"))
        for (const auto& [key, value] : before)
            keys.push_back(key);
    else if (keys.empty())
        throw Error(ErrorKind::usage, "At least one key must be given");
    std::erase_if(keys, [&before](const std::string& key) { return !before.contains(key); });
    for (const std::string& key : keys)
        session.banner.step("Unsetting " + key);
    if (keys.empty())
        return 0;
    session.apps.change_config(scope.app, {}, keys);
    tell_plugins(session, scope, "unset", keys);
    restart(session, scope, "config:unset " + join(keys, " "));
    return 0;
}

int config_export(Context& context)
{
    Session session(context);
    const Scope scope = take_scope(session);
    const std::string& format = context.settings.text("format");
    const core::Config config =
        context.settings.flag("merged") ? session.apps.merged_config(scope.app) : session.apps.config(scope.app);
    if (format == "json") {
        context.write(encode_config(config));
        return 0;
    }
    if (format != "exports" && format != "envfile" && format != "shell" && format != "docker-args")
        throw Error(ErrorKind::usage, "Unknown export format: {}", format)
            .hint("exports, envfile, shell, docker-args and json are known");
    std::string line;
    for (const auto& [key, value] : config) {
        const std::string pair = key + "=" + shell_quoted(value);
        if (format == "exports")
            context.print("export {}\n", pair);
        else if (format == "envfile")
            context.print("{}\n", pair);
        else
            line += (line.empty() ? "" : " ") + std::string(format == "docker-args" ? "--env=" : "") + pair;
    }
    if (!line.empty())
        context.print("{}\n", line);
    return 0;
}

} // namespace dfriends::applets::paas
