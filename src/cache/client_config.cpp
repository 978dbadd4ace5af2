// SPDX-License-Identifier: Apache-2.0
#include "cache/client_config.hpp"

#include "net/endpoint.hpp"
#include "os/interfaces.hpp"

#include <fmt/format.h>

namespace dfriends::cache {

std::optional<std::string> interface_address(std::string_view name)
{
    for (os::InterfaceAddress& one : os::interface_addresses())
        if (one.is_ipv4 && one.interface == name)
            return std::move(one.address);
    return std::nullopt;
}

std::string proxy_url(std::string_view address, std::uint16_t port)
{
    return "http://" + net::Endpoint{std::string(address), port}.text();
}

std::string apt_line(std::string_view proxy)
{
    return fmt::format("Acquire::http {{ Proxy \"{}\"; }};", proxy);
}

std::string dockerfile_line(std::string_view proxy)
{
    return fmt::format("RUN echo '{}' >> /etc/apt/apt.conf.d/01proxy", apt_line(proxy));
}

} // namespace dfriends::cache
