// SPDX-License-Identifier: Apache-2.0
#include "paas/control.hpp"

#include "base/error.hpp"
#include "http/client.hpp"
#include "net/tcp.hpp"

namespace dfriends::paas {

net::Task<bool> sync_router(os::Path socket)
{
    http::ClientOptions options;
    options.dial = [socket](const http::Url&, std::chrono::milliseconds) { return net::connect_unix(socket); };
    http::Client client(std::move(options));
    http::Call call{.method = "POST", .url = {.scheme = "http", .host = "router"}};
    call.url.target = "/sync";
    call.head_timeout = call.idle_timeout = std::chrono::seconds(60); // where none serves, it is refused at once
    try {
        http::Reply reply = co_await client.send(std::move(call));
        (void)co_await reply.read_all(4096);
        co_return reply.ok();
    } catch (const Error&) {
        co_return false;
    }
}

} // namespace dfriends::paas
