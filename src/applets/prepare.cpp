// SPDX-License-Identifier: Apache-2.0
#include "applets/prepare.hpp"

#include "applets/configuration.hpp"
#include "base/error.hpp"
#include "os/user.hpp"

namespace dfriends::applets {

namespace {

/// The rows of a verb that reads its words itself are for help; what stood before it has been read.
std::vector<config::Setting> rows_to_read(const Applet& applet, const Verb& verb)
{
    if ((verb.traits & own_options) != 0)
        return {applet.settings.begin(), applet.settings.end()};
    return rows_of(applet, verb);
}

config::Settings make_settings(Context& context, const config::FlagValues& flags)
{
    const Applet& applet = *context.applet;
    const Verb& verb = *context.verb;
    config::Settings::Sources sources;
    sources.flags = &flags;
    if ((verb.traits & long_running) != 0) {
        const std::string section = section_of(applet, verb);
        sources.file = find_section(context.configuration(), applet, verb);
        sources.environment_prefix = config::environment_name("DFRIENDS_", config::Setting{.name = section}) + "_";
    }
    return config::Settings(rows_to_read(applet, verb), sources);
}

} // namespace

void prepare(Context& context, const Applet& applet, const Verb& verb, config::FlagValues flags)
{
    context.applet = &applet;
    context.verb = &verb;
    context.make_settings = [flags = std::move(flags)](Context& of) { return make_settings(of, flags); };
    context.settings = context.make_settings(context);
    if ((verb.needs & root) != 0 && !os::is_root())
        throw Error(ErrorKind::denied, "'{} {}' must run as root", context.program, verb.name).hint("run it with sudo");
    if ((verb.needs & state) != 0)
        context.store();
}

} // namespace dfriends::applets
