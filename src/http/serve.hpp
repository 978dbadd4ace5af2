// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/message.hpp"
#include "net/tcp.hpp"
#include "net/tls.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace dfriends::http {

/// What the access log is told of a request when its answer has gone out.
struct Exchange {
    const Request& request;
    int status;
    std::uint64_t body_bytes;
    std::chrono::microseconds duration;
    bool complete; ///< false where the connection broke before the end
};

/// Serves a connection that does not speak HTTP/1 from its first byte on. `begun` is what was read of it; `on_drain`
/// gets a function that a server calls once when it stops.
using OtherProtocol = std::function<net::Task<>(net::Stream&, std::string begun, std::function<void()>& on_drain)>;

struct ServeOptions {
    std::size_t head_limit = 64 * 1024;               ///< bytes of a request's head; above it 431
    std::chrono::milliseconds idle{75'000};           ///< between two requests
    std::chrono::milliseconds head{30'000};           ///< from a head's first byte to its last
    std::chrono::milliseconds transfer{120'000};      ///< a single read or write of a body that does not move
    std::size_t connections = 4096;                   ///< open at once; further ones wait in the backlog
    std::string server_name = "dfriends";             ///< the Server header; empty leaves it out
    std::function<void(const Exchange&)> on_exchange; ///< may be empty
    OtherProtocol http2;                ///< for connections that begin with HTTP/2's preface; may be empty
    std::optional<net::TlsContext> tls; ///< a Server's connections are TLS
};

/// Serves HTTP/1.1 requests of one connection, pipelined ones in order, until it ends. `stopping` (may be null) makes
/// it end after the current request.
net::Task<> serve(net::Stream& stream, const Handler& handler, const ServeOptions& options,
                  const bool* stopping = nullptr);

/// Accepts connections on any number of listeners of one loop.
class Server {
  public:
    Server(Handler handler, ServeOptions options = {});
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Starts to accept on the current loop.
    void start(net::Listener listener);
    /// Stops to accept, closes idle connections, waits for busy ones and then closes those too.
    net::Task<> drain(std::chrono::milliseconds grace);
    std::size_t connections() const;

    struct Inside;

  private:
    std::shared_ptr<Inside> inside_;
};

} // namespace dfriends::http
