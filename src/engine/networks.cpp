// SPDX-License-Identifier: Apache-2.0
#include "engine/networks.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "engine/wire.hpp"

namespace dfriends::engine {

namespace {

std::string path_of_network(const std::string& network, std::string_view rest = {})
{
    if (network.empty())
        throw Error(ErrorKind::invalid, "a network's name or id is empty");
    return "/networks/" + encode_percent(network) + std::string(rest);
}

} // namespace

net::Task<Created> Networks::create(NetworkSpec spec)
{
    co_return decode_created(
        co_await connection_.fetch({.method = "POST", .path = "/networks/create", .body = encode_network(spec)}));
}

net::Task<NetworkDetails> Networks::inspect(std::string network)
{
    co_return decode_network(co_await connection_.fetch({.path = path_of_network(network)}));
}

net::Task<std::optional<NetworkDetails>> Networks::find(std::string network)
{
    try {
        co_return co_await inspect(network);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::not_found)
            throw;
    }
    co_return std::nullopt;
}

net::Task<std::vector<NetworkDetails>> Networks::list(Filters filters)
{
    co_return decode_network_list(
        co_await connection_.fetch({.path = "/networks" + Query().add("filters", filters).text()}));
}

net::Task<> Networks::remove(std::string network)
{
    co_await connection_.fetch({.method = "DELETE", .path = path_of_network(network)});
}

net::Task<> Networks::connect(std::string container, NetworkAttachment attachment)
{
    const std::string body = encode_connect(container, attachment);
    co_await connection_.fetch(
        {.method = "POST", .path = path_of_network(attachment.network, "/connect"), .body = body});
}

net::Task<> Networks::disconnect(std::string network, std::string container, bool force)
{
    const std::string body = encode_disconnect(container, force);
    co_await connection_.fetch({.method = "POST", .path = path_of_network(network, "/disconnect"), .body = body});
}

} // namespace dfriends::engine
