// SPDX-License-Identifier: Apache-2.0
#include "applets/paas/session.hpp"
#include "applets/paas/verbs.hpp"
#include "base/error.hpp"
#include "base/suggest.hpp"
#include "base/text.hpp"
#include "os/process.hpp"

namespace dfriends::applets::paas {

namespace {

core::Plugins::OnLine print_line(Context& context)
{
    return [&context](std::string_view line) { context.print("{}\n", line); };
}

} // namespace

int plugin_list(Context& context)
{
    context.expect_arguments(0, 0);
    Session session(context);
    for (const core::Plugin& plugin : session.plugins.list())
        context.print("  {:<20} {:<10} {:<10} {}\n", plugin.name, plugin.version,
                      plugin.enabled ? "enabled" : "disabled", plugin.description);
    return 0;
}

int plugin_install(Context& context)
{
    context.expect_arguments(1, 1);
    Session session(context);
    session.plugins.install(context.arguments[0], context.settings.text("name"), print_line(context));
    session.banner.step("Plugin " + context.arguments[0] + " installed");
    return 0;
}

int plugin_uninstall(Context& context)
{
    context.expect_arguments(1, 1);
    Session session(context);
    session.plugins.uninstall(context.arguments[0], print_line(context));
    session.banner.step("Plugin " + context.arguments[0] + " uninstalled");
    return 0;
}

int plugin_enable(Context& context)
{
    context.expect_arguments(1, 1);
    Session session(context);
    session.plugins.enable(context.arguments[0], true);
    session.banner.step("Plugin " + context.arguments[0] + " enabled");
    return 0;
}

int plugin_disable(Context& context)
{
    context.expect_arguments(1, 1);
    Session session(context);
    session.plugins.enable(context.arguments[0], false);
    session.banner.step("Plugin " + context.arguments[0] + " disabled");
    return 0;
}

int plugin_trigger(Context& context)
{
    context.expect_arguments(1);
    Session session(context);
    session.plugins.trigger(context.arguments[0], {context.arguments.begin() + 1, context.arguments.end()},
                            print_line(context));
    return 0;
}

int plugin_word(Context& context)
{
    const std::string word = context.arguments.front();
    Session session(context);
    if (const auto command = session.plugins.find_command(context.arguments))
        os::execute(*command);
    std::vector<std::string> candidates;
    for (const Verb& verb : paas_applet.verbs)
        if ((verb.traits & hidden) == 0)
            candidates.emplace_back(verb.name);
    throw Error(ErrorKind::usage, "`{}` is not a dokku command.", printable(word))
        .hint("See `dokku help` for a list of available commands. " + did_you_mean(word, candidates));
}

} // namespace dfriends::applets::paas
