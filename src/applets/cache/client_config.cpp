// SPDX-License-Identifier: Apache-2.0
#include "cache/client_config.hpp"

#include "applets/cache/verbs.hpp"
#include "applets/cache/wire.hpp"
#include "applets/context.hpp"

namespace dfriends::applets::cache {

int client_config(Context& context)
{
    context.expect_arguments(0, 0);
    const auto port = context.settings.number("port");
    if (port < 1 || port > 65535)
        throw Error(ErrorKind::usage, "{} is not a port", port);
    const auto address = dfriends::cache::interface_address("docker0");
    if (!address)
        throw Error(ErrorKind::not_found, "this host has no interface 'docker0' with an IPv4 address")
            .hint("start the Docker Engine; its bridge brings the interface");
    const auto proxy = dfriends::cache::proxy_url(*address, static_cast<std::uint16_t>(port));
    const auto apt = dfriends::cache::apt_line(proxy);
    const auto dockerfile = dfriends::cache::dockerfile_line(proxy);
    if (context.global.json)
        context.print("{}\n", encode_client_config(proxy, apt, dockerfile));
    else
        context.print("{}\n", context.settings.flag("dockerfile") ? dockerfile : apt);
    return 0;
}

} // namespace dfriends::applets::cache
