// SPDX-License-Identifier: Apache-2.0
#pragma once

// For the files of this room only.
#include "net/endpoint.hpp"

#include <sys/socket.h>

namespace dfriends::net {

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t length = 0;
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

SocketAddress socket_address(const Endpoint& endpoint);
/// An empty address for what is neither IPv4 nor IPv6.
Endpoint endpoint_of(const sockaddr_storage& storage);

} // namespace dfriends::net
