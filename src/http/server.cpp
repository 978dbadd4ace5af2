// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "base/scope_exit.hpp"
#include "http/connection.hpp"
#include "http/serve.hpp"
#include "net/loop.hpp"

#include <list>

namespace dfriends::http {

struct Server::Inside {
    Handler handler;
    ServeOptions options;
    std::list<Connection> connections;
    std::list<net::Listener> listeners;
    net::Event changed; ///< a connection ended
    bool stopping = false;
};

namespace {

/// Null where the client does not manage it in time.
net::Task<net::StreamPointer> shake_hands(net::StreamPointer stream, const ServeOptions& options)
{
    net::Stream& plain = *stream;
    net::Deadline deadline([&plain] { plain.close(); });
    deadline.expire_after(options.head);
    try {
        co_return co_await net::accept_tls(std::move(stream), *options.tls);
    } catch (const Error&) { // a port scanner, or one who does not trust us
        co_return nullptr;
    }
}

net::Task<> serve_accepted(net::StreamPointer stream, std::shared_ptr<Server::Inside> server)
{
    const auto place =
        server->connections.insert(server->connections.end(), Connection{stream.get(), &server->stopping, false, {}});
    ScopeExit leave([&] {
        server->connections.erase(place);
        server->changed.notify_all();
    });
    if (server->options.tls) {
        stream = co_await shake_hands(std::move(stream), server->options);
        place->stream = stream.get();
        if (stream == nullptr)
            co_return;
    }
    co_await serve_connection(*stream, server->handler, server->options, *place);
}

net::Task<> accept_all(net::Listener& listener, std::shared_ptr<Server::Inside> server)
{
    while (net::StreamPointer stream = co_await listener.accept()) {
        net::spawn(serve_accepted(std::move(stream), server));
        while (server->connections.size() >= server->options.connections && !server->stopping)
            co_await server->changed.wait(std::chrono::seconds(1));
    }
}

} // namespace

Server::Server(Handler handler, ServeOptions options) : inside_(std::make_shared<Inside>())
{
    inside_->handler = std::move(handler);
    inside_->options = std::move(options);
}

Server::~Server() = default;

void Server::start(net::Listener listener)
{
    net::Listener& kept = inside_->listeners.emplace_back(std::move(listener));
    net::spawn(accept_all(kept, inside_));
}

std::size_t Server::connections() const
{
    return inside_->connections.size();
}

net::Task<> Server::drain(std::chrono::milliseconds grace)
{
    const std::shared_ptr<Inside> inside = inside_;
    inside->stopping = true;
    for (net::Listener& listener : inside->listeners)
        listener.close();
    for (const Connection& connection : inside->connections)
        if (connection.on_drain)
            connection.on_drain();
        else if (!connection.busy)
            connection.stream->close();
    const auto end = std::chrono::steady_clock::now() + grace;
    while (!inside->connections.empty() && std::chrono::steady_clock::now() < end)
        co_await inside->changed.wait(std::chrono::milliseconds(100));
    for (const Connection& connection : inside->connections)
        connection.stream->close();
}

} // namespace dfriends::http
