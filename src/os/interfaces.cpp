// SPDX-License-Identifier: Apache-2.0
#include "os/interfaces.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <ifaddrs.h>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <span>
#include <sys/socket.h>

namespace dfriends::os {

namespace {

std::string text_of(const sockaddr* address, socklen_t size)
{
    std::array<char, NI_MAXHOST> text{};
    const bool is_known =
        address != nullptr && ::getnameinfo(address, size, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) == 0;
    return is_known ? std::string(text.data()) : std::string();
}

unsigned length_of(const sockaddr* netmask, bool is_ipv4)
{
    if (netmask == nullptr)
        return 0;
    if (is_ipv4)
        return static_cast<unsigned>(std::popcount(reinterpret_cast<const sockaddr_in*>(netmask)->sin_addr.s_addr));
    unsigned length = 0;
    for (const std::uint8_t byte : std::span(reinterpret_cast<const sockaddr_in6*>(netmask)->sin6_addr.s6_addr))
        length += static_cast<unsigned>(std::popcount(byte));
    return length;
}

} // namespace

std::vector<InterfaceAddress> interface_addresses()
{
    ifaddrs* first = nullptr;
    if (::getifaddrs(&first) != 0)
        return {};
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(first, &::freeifaddrs);
    std::vector<InterfaceAddress> addresses;
    for (const ifaddrs* at = first; at != nullptr; at = at->ifa_next) {
        const auto family = at->ifa_addr == nullptr ? AF_UNSPEC : at->ifa_addr->sa_family;
        if (family != AF_INET && family != AF_INET6)
            continue;
        const bool is_ipv4 = family == AF_INET;
        const socklen_t size = is_ipv4 ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
        addresses.push_back({at->ifa_name, text_of(at->ifa_addr, size), text_of(at->ifa_netmask, size),
                             length_of(at->ifa_netmask, is_ipv4), is_ipv4});
    }
    return addresses;
}

} // namespace dfriends::os
