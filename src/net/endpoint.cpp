// SPDX-License-Identifier: Apache-2.0
#include "net/endpoint.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "net/socket_address.hpp"

#include <arpa/inet.h>
#include <array>
#include <cstring>

namespace dfriends::net {

namespace {

/// 4 or 16 bytes; empty where it is no address. IPv4-mapped IPv6 addresses count as IPv4.
std::string address_bytes(std::string_view text)
{
    const std::string copy(text);
    std::array<char, 16> bytes{};
    if (::inet_pton(AF_INET, copy.c_str(), bytes.data()) == 1)
        return {bytes.data(), 4};
    if (::inet_pton(AF_INET6, copy.c_str(), bytes.data()) != 1)
        return {};
    constexpr char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '\xff', '\xff'};
    if (std::memcmp(bytes.data(), mapped, sizeof mapped) == 0)
        return {bytes.data() + 12, 4};
    return {bytes.data(), 16};
}

} // namespace

std::string Endpoint::text() const
{
    return address.find(':') == address.npos ? fmt::format("{}:{}", address, port)
                                             : fmt::format("[{}]:{}", address, port);
}

bool is_address(std::string_view text)
{
    return !address_bytes(text).empty();
}

Endpoint parse_endpoint(std::string_view text)
{
    const auto fail = [&] {
        return Error(ErrorKind::invalid, "'{}' is no ADDRESS:PORT", printable(text))
            .hint("write 127.0.0.1:2379, [::1]:2379 or :8080");
    };
    const auto colon = text.rfind(':');
    if (colon == text.npos)
        throw fail();
    std::string_view address = text.substr(0, colon);
    const auto port = parse_unsigned(text.substr(colon + 1));
    if (!port || *port > 65535)
        throw fail();
    if (address.starts_with('[') && address.ends_with(']'))
        address = address.substr(1, address.size() - 2);
    else if (address.find(':') != address.npos)
        throw fail();
    if (address.empty() || address == "*")
        address = "0.0.0.0";
    if (address == "localhost")
        address = "127.0.0.1";
    if (!is_address(address))
        throw fail();
    return {std::string(address), static_cast<std::uint16_t>(*port)};
}

AddressRange::AddressRange(std::string_view text) : text_(text)
{
    const auto [address, prefix] = split_once(text, '/');
    bytes_ = address_bytes(address);
    const auto bits = static_cast<unsigned>(bytes_.size()) * 8;
    const bool has_prefix = address.size() != text.size();
    const auto number = has_prefix ? parse_unsigned(prefix) : std::optional<std::uint64_t>(bits);
    if (bytes_.empty() || !number || *number > bits)
        throw Error(ErrorKind::invalid, "'{}' is no address range", printable(text))
            .hint("write 172.17.0.0/16 or fd00::/8");
    prefix_ = static_cast<unsigned>(*number);
}

bool AddressRange::contains(std::string_view address) const
{
    const std::string bytes = address_bytes(address);
    if (bytes.size() != bytes_.size())
        return false;
    for (unsigned bit = 0; bit < prefix_; bit += 8) {
        const unsigned count = std::min(8U, prefix_ - bit);
        const unsigned mask = 0xffU << (8 - count) & 0xffU;
        if (((static_cast<unsigned char>(bytes[bit / 8]) ^ static_cast<unsigned char>(bytes_[bit / 8])) & mask) != 0)
            return false;
    }
    return true;
}

bool is_loopback(std::string_view address)
{
    static const AddressRange four("127.0.0.0/8"), six("::1");
    return four.contains(address) || six.contains(address);
}

bool is_special(std::string_view address)
{
    // IANA's special-purpose registries (RFC 6890), multicast, and tunnels that carry an IPv4 address inside.
    static const std::array ranges{
        AddressRange("0.0.0.0/8"),     AddressRange("10.0.0.0/8"),      AddressRange("100.64.0.0/10"),
        AddressRange("127.0.0.0/8"),   AddressRange("169.254.0.0/16"),  AddressRange("172.16.0.0/12"),
        AddressRange("192.0.0.0/24"),  AddressRange("192.0.2.0/24"),    AddressRange("192.168.0.0/16"),
        AddressRange("198.18.0.0/15"), AddressRange("198.51.100.0/24"), AddressRange("203.0.113.0/24"),
        AddressRange("224.0.0.0/3"),   AddressRange("::/127"),          AddressRange("fc00::/7"),
        AddressRange("fe80::/10"),     AddressRange("ff00::/8"),        AddressRange("64:ff9b::/96"),
        AddressRange("2001:db8::/32"), AddressRange("2002::/16"),
    };
    if (!is_address(address))
        return true;
    for (const AddressRange& range : ranges)
        if (range.contains(address))
            return true;
    return false;
}

SocketAddress socket_address(const Endpoint& endpoint)
{
    SocketAddress result;
    if (endpoint.address.find(':') == endpoint.address.npos) {
        auto& four = reinterpret_cast<sockaddr_in&>(result.storage);
        four.sin_family = AF_INET;
        four.sin_port = htons(endpoint.port);
        if (::inet_pton(AF_INET, endpoint.address.c_str(), &four.sin_addr) == 1)
            result.length = sizeof four;
    } else {
        auto& six = reinterpret_cast<sockaddr_in6&>(result.storage);
        six.sin6_family = AF_INET6;
        six.sin6_port = htons(endpoint.port);
        if (::inet_pton(AF_INET6, endpoint.address.c_str(), &six.sin6_addr) == 1)
            result.length = sizeof six;
    }
    if (result.length == 0)
        throw Error(ErrorKind::invalid, "'{}' is no IP address", endpoint.address);
    return result;
}

Endpoint endpoint_of(const sockaddr_storage& storage)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (storage.ss_family == AF_INET) {
        const auto& four = reinterpret_cast<const sockaddr_in&>(storage);
        ::inet_ntop(AF_INET, &four.sin_addr, text.data(), text.size());
        return {text.data(), ntohs(four.sin_port)};
    }
    if (storage.ss_family == AF_INET6) {
        const auto& six = reinterpret_cast<const sockaddr_in6&>(storage);
        ::inet_ntop(AF_INET6, &six.sin6_addr, text.data(), text.size());
        return {text.data(), ntohs(six.sin6_port)};
    }
    return {};
}

} // namespace dfriends::net
