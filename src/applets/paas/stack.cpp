// SPDX-License-Identifier: Apache-2.0
#include "applets/paas/session.hpp"
#include "applets/paas/verbs.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "net/loop.hpp"
#include "paas/package_cache.hpp"
#include "paas/stack/build.hpp"

namespace dfriends::applets::paas {

int stack_build(Context& context)
{
    core::StackOptions options{.image = context.settings.text("image"),
                               .mirror = context.settings.text("mirror"),
                               .suite = context.settings.text("suite"),
                               .proxy = context.settings.text("proxy"),
                               .packages = context.arguments,
                               .labels = context.settings.list("label")};
    for (const std::string& label : options.labels)
        if (label.find_first_of("\"\\\n") != label.npos || label.find('=') == label.npos ||
            label.find(' ') < label.find('='))
            throw Error(ErrorKind::usage, "'{}' is no label", printable(label)).hint("write it as KEY=VALUE");
    if (options.packages.empty())
        options.packages = core::stack_packages();
    if (options.proxy.empty())
        options.proxy = net::run(core::find_package_cache(context.engine()));
    const core::Banner banner([&context](std::string_view line) { context.write(line); });
    context.print("{}\n", net::run(core::build_stack(context.engine(), options, banner)));
    return 0;
}

} // namespace dfriends::applets::paas
