// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::net {

/// A numeric IP address and a port.
struct Endpoint {
    std::string address;
    std::uint16_t port = 0;
    /// "127.0.0.1:80", "[::1]:80".
    std::string text() const;
    bool operator==(const Endpoint&) const = default;
};

/// "127.0.0.1:2379", "[::1]:2379", ":8080" (all IPv4 addresses), "localhost:80". Throws Error(invalid).
Endpoint parse_endpoint(std::string_view text);

/// An address range such as 172.17.0.0/16 or fd00::/8; a bare address is a range of one.
class AddressRange {
  public:
    /// Throws Error(invalid).
    explicit AddressRange(std::string_view text);
    bool contains(std::string_view address) const;
    const std::string& text() const { return text_; }

  private:
    std::string text_;
    std::string bytes_; ///< 4 or 16
    unsigned prefix_;
};

/// 127.0.0.0/8, ::1 and their IPv4-mapped forms.
bool is_loopback(std::string_view address);
/// Loopback, link-local, private (RFC 1918, RFC 4193), shared (RFC 6598), multicast, unspecified and reserved:
/// everything that an outside name has no business to resolve to. What is not an address counts as such too.
bool is_special(std::string_view address);
bool is_address(std::string_view text);

} // namespace dfriends::net
