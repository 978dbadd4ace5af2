// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace dfriends::os {

/// An address of this machine.
struct InterfaceAddress {
    std::string interface; ///< "eth0"
    std::string address;   ///< "192.0.2.7", "2001:db8::7", "fe80::7%eth0"
    std::string netmask;   ///< "255.255.255.0", "ffff:ffff::"
    unsigned length = 0;   ///< of the prefix, in bits
    bool is_ipv4 = false;
};

/// All of them, in the kernel's order: the first of an interface is its main one. Empty where it does not tell.
std::vector<InterfaceAddress> interface_addresses();

} // namespace dfriends::os
