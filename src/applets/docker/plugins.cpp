// SPDX-License-Identifier: Apache-2.0
// plugin.
#include "engine/plugins.hpp"

#include "applets/docker/confirm.hpp"
#include "applets/docker/each.hpp"
#include "applets/docker/format.hpp"
#include "applets/docker/list.hpp"
#include "applets/docker/session.hpp"
#include "applets/docker/verbs.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "engine/client.hpp"
#include "net/loop.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace dfriends::applets::docker {

namespace {

const Fields plugin_headings{{"ID", "ID"},
                             {"Name", "NAME"},
                             {"Description", "DESCRIPTION"},
                             {"Enabled", "ENABLED"},
                             {"PluginReference", "PLUGIN REFERENCE"}};

Fields fields_of(const engine::PluginDetails& plugin, bool whole)
{
    constexpr std::size_t widest = 45;
    const std::string description = replace_all(replace_all(plugin.description, "\n", ""), "\r", "");
    return {{"ID", whole ? plugin.id : short_id(plugin.id)},
            {"Name", plugin.name},
            {"Description", whole ? description : shortened(description, widest)},
            {"Enabled", plugin.enabled ? "true" : "false"},
            {"PluginReference", plugin.reference}};
}

/// What a plugin asks for, which the user is asked to grant unless --grant-all-permissions does so.
std::vector<engine::PluginPrivilege> granted_privileges(Context& context, const std::string& remote)
{
    auto privileges = net::run(context.engine().plugins().privileges(remote));
    if (privileges.empty() || context.settings.flag("grant-all-permissions"))
        return privileges;
    context.print("Plugin \"{}\" is requesting the following privileges:\n", remote);
    for (const auto& privilege : privileges)
        context.print(" - {}: [{}]\n", printable(privilege.name), printable(join(privilege.values, " ")));
    if (!confirms(context, "Do you grant the above permissions?"))
        throw Error(ErrorKind::denied, "permission denied while installing plugin {}", remote);
    return privileges;
}

/// The settings are made before anything runs; a plugin that does not take them is not left there.
void set_new(engine::Client& client, const std::string& plugin, const std::vector<std::string>& settings)
{
    try {
        net::run(client.plugins().set(plugin, settings));
    } catch (const Error&) {
        net::run(client.plugins().remove(plugin));
        throw;
    }
}

} // namespace

int plugin_disable(Context& context)
{
    context.expect_arguments(1, 1);
    net::run(context.engine().plugins().disable(context.arguments.front(), context.settings.flag("force")));
    context.print("{}\n", context.arguments.front());
    return 0;
}

int plugin_enable(Context& context)
{
    context.expect_arguments(1, 1);
    const auto timeout =
        std::clamp<std::int64_t>(context.settings.number("timeout"), 0, std::numeric_limits<int>::max());
    net::run(context.engine().plugins().enable(context.arguments.front(), static_cast<int>(timeout)));
    context.print("{}\n", context.arguments.front());
    return 0;
}

int plugin_inspect(Context& context)
{
    return inspect_each(context, [&context](const std::string& name) {
        return net::run(context.engine().plugins().inspect(name)).document;
    });
}

int plugin_install(Context& context)
{
    context.expect_arguments(1);
    const std::string& remote = context.arguments.front();
    const std::string alias = context.settings.text("alias");
    const std::string name = engine::parse_plugin_reference(alias.empty() ? remote : alias).familiar();
    const std::vector<std::string> settings(context.arguments.begin() + 1, context.arguments.end());
    auto& client = context.engine();
    net::run(client.plugins().install(name, remote, granted_privileges(context, remote), print_progress(context)));
    if (!settings.empty())
        set_new(client, name, settings);
    if (!context.settings.flag("disable"))
        net::run(client.plugins().enable(name, 0));
    context.print("Installed plugin {}\n", remote);
    return 0;
}

int plugin_ls(Context& context)
{
    context.expect_arguments(0, 0);
    auto plugins = net::run(context.engine().plugins().list(parse_filters(context.settings.list("filter"))));
    std::ranges::sort(plugins, {}, &engine::PluginDetails::name);
    List list{.type = "*plugin.pluginContext",
              .table = "table {{.ID}}\t{{.Name}}\t{{.Description}}\t{{.Enabled}}",
              .headings = plugin_headings,
              .rows = {}};
    for (const auto& plugin : plugins)
        list.rows.push_back(fields_of(plugin, context.settings.flag("no-trunc")));
    print_list(context, list, "ID");
    return 0;
}

int plugin_rm(Context& context)
{
    return for_each_argument(context, [&context](const std::string& name) {
        net::run(context.engine().plugins().remove(name, context.settings.flag("force")));
    });
}

int plugin_set(Context& context)
{
    context.expect_arguments(2);
    const std::vector<std::string> settings(context.arguments.begin() + 1, context.arguments.end());
    net::run(context.engine().plugins().set(context.arguments.front(), settings));
    return 0;
}

int plugin_upgrade(Context& context)
{
    context.expect_arguments(1, 2);
    auto& client = context.engine();
    const engine::PluginDetails plugin = net::run(client.plugins().inspect(context.arguments.front()));
    if (plugin.enabled)
        throw Error(ErrorKind::conflict, "the plugin must be disabled before upgrading")
            .hint("run 'docker plugin disable " + plugin.name + "' first");
    const std::string remote = context.arguments.size() > 1 ? context.arguments[1] : plugin.reference;
    const std::string from = engine::parse_plugin_reference(plugin.reference).familiar();
    const std::string to = engine::parse_plugin_reference(remote).familiar();
    context.print("Upgrading plugin {} from {} to {}\n", plugin.name, from, to);
    if (from != to && !context.settings.flag("skip-remote-check") &&
        !confirms(context, "Plugin images do not match, are you sure?"))
        throw Error(ErrorKind::denied, "canceling upgrade request");
    net::run(
        client.plugins().upgrade(plugin.name, remote, granted_privileges(context, remote), print_progress(context)));
    context.print("Upgraded plugin {} to {}\n", plugin.name, remote);
    return 0;
}

} // namespace dfriends::applets::docker
