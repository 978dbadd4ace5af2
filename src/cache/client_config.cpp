// SPDX-License-Identifier: Apache-2.0
#include "cache/client_config.hpp"

#include "net/endpoint.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <array>
#include <ifaddrs.h>
#include <memory>
#include <netinet/in.h>

namespace dfriends::cache {

std::optional<std::string> interface_address(std::string_view name)
{
    ifaddrs* first = nullptr;
    if (::getifaddrs(&first) != 0)
        return std::nullopt;
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(first, &::freeifaddrs);
    for (const auto* entry = first; entry != nullptr; entry = entry->ifa_next) {
        if (entry->ifa_addr == nullptr || entry->ifa_addr->sa_family != AF_INET || name != entry->ifa_name)
            continue;
        std::array<char, INET_ADDRSTRLEN> text{};
        const auto* address = reinterpret_cast<const sockaddr_in*>(entry->ifa_addr);
        if (::inet_ntop(AF_INET, &address->sin_addr, text.data(), text.size()) != nullptr)
            return std::string(text.data());
    }
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
