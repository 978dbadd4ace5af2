// SPDX-License-Identifier: Apache-2.0
#include "applets/help.hpp"

#include "applets/context.hpp"
#include "applets/house/verbs.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace dfriends::applets::house {

namespace {

const Verb* find_verb(const Applet& applet, std::string_view name)
{
    for (const Verb& verb : applet.verbs)
        if (verb.name == name)
            return &verb;
    return nullptr;
}

/// The longest front part of the words that names an applet, and what is left as a verb's name.
std::pair<const Applet*, std::string> find_command(const std::vector<std::string>& words)
{
    for (std::size_t count = std::min<std::size_t>(2, words.size()); count > 0; --count) {
        const std::vector<std::string> front(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(count));
        if (const Applet* applet = find_applet(join(front, " ")))
            return {applet, join({words.begin() + static_cast<std::ptrdiff_t>(count), words.end()}, " ")};
    }
    return {find_applet(""), join(words, " ")};
}

} // namespace

int help(Context& context)
{
    if (context.arguments.empty()) {
        context.write(render_overview());
        return 0;
    }
    const auto [applet, name] = find_command(context.arguments);
    const std::string program = applet->name.empty() ? "dfriends" : "dfriends " + std::string(applet->name);
    if (name.empty()) {
        context.write(render_applet_help(*applet, program));
        return 0;
    }
    const Verb* verb = find_verb(*applet, name);
    if (verb == nullptr)
        throw Error(ErrorKind::usage, "there is no command '{}'", printable(join(context.arguments, " ")))
            .hint("'dfriends help' lists them");
    context.write(render_verb_help(*applet, *verb, program));
    return 0;
}

} // namespace dfriends::applets::house
