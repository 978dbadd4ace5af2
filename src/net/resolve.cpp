// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "base/text.hpp"
#include "net/socket_address.hpp"
#include "net/tcp.hpp"
#include "net/worker.hpp"

#include <algorithm>
#include <cstring>
#include <netdb.h>

namespace dfriends::net {

namespace {

std::vector<Endpoint> look_up(const std::string& host, std::uint16_t port)
{
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo* list = nullptr;
    const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
    if (code != 0)
        throw Error(ErrorKind::unavailable, "cannot resolve '{}': {}", printable(host), ::gai_strerror(code));
    std::vector<Endpoint> found;
    for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
        sockaddr_storage storage{};
        std::memcpy(&storage, entry->ai_addr, std::min<std::size_t>(entry->ai_addrlen, sizeof storage));
        Endpoint endpoint = endpoint_of(storage);
        endpoint.port = port;
        if (!endpoint.address.empty() && std::ranges::find(found, endpoint) == found.end())
            found.push_back(std::move(endpoint));
    }
    ::freeaddrinfo(list);
    if (found.empty())
        throw Error(ErrorKind::unavailable, "cannot resolve '{}': no address", printable(host));
    return found;
}

} // namespace

Task<std::vector<Endpoint>> resolve(std::string host, std::uint16_t port)
{
    if (is_address(host))
        co_return std::vector<Endpoint>{{host, port}};
    if (host.empty() || host.size() > 253)
        throw Error(ErrorKind::invalid, "'{}' is no host name", printable(host));
    co_return co_await shared_worker().call([host, port] { return look_up(host, port); });
}

} // namespace dfriends::net
