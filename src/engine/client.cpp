// SPDX-License-Identifier: Apache-2.0
#include "engine/client.hpp"

#include "engine/wire.hpp"
#include "json/lines.hpp"

#include <array>

namespace dfriends::engine {

net::Task<EngineVersion> Client::version()
{
    co_return decode_version(co_await connection_.fetch({.path = "/version"}));
}

net::Task<EngineSummary> Client::info()
{
    co_return decode_summary(co_await connection_.fetch({.path = "/info"}));
}

net::Task<RegistryLogin> Client::log_in(RegistryLogin login)
{
    const std::string answer =
        co_await connection_.fetch({.method = "POST", .path = "/auth", .body = encode_login_document(login)});
    if (std::string token = decode_identity_token(answer); !token.empty()) {
        login.identity_token = std::move(token);
        login.password.clear();
    }
    co_return login;
}

net::Task<> Client::events(Filters filters, std::string since, std::string until, OnEvent on_event)
{
    const std::string query = Query().add("since", since).add("until", until).add("filters", filters).text();
    http::Reply reply = co_await connection_.send({.path = "/events" + query, .waits_long = true});
    json::LineSplitter lines;
    const auto hand_over = [&](std::string_view line) { on_event(decode_event(line)); };
    std::array<char, 16 * 1024> piece;
    while (const std::size_t count = co_await reply.read_some(piece))
        lines.feed({piece.data(), count}, hand_over);
    lines.finish(hand_over);
}

} // namespace dfriends::engine
