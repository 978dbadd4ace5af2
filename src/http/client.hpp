// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/message.hpp"
#include "http/url.hpp"
#include "net/tls.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace dfriends::http {

/// A request to send.
struct Call {
    std::string method = "GET";
    Url url;
    Headers headers;   ///< Host, Content-Length and Transfer-Encoding are added
    std::string body;  ///< sent with Content-Length where it is not empty or the method is POST, PUT or PATCH
    Producer producer; ///< instead of `body`: sent in chunks, or with the Content-Length of `headers`
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds head_timeout{60'000}; ///< until the reply's head is there; 0 waits for ever
    std::chrono::milliseconds idle_timeout{60'000}; ///< of each read of the reply's body; 0 waits for ever
};

/// A connection that is no longer HTTP, with the bytes that came after the head.
struct Upgraded {
    net::StreamPointer stream;
    std::string rest;
};

/// A reply whose head has arrived and whose body is still on the wire. Read to its end, its connection goes back to the
/// pool; dropped before, the connection is closed.
class Reply : public BodyReader {
  public:
    struct Inside;
    explicit Reply(std::unique_ptr<Inside> inside);
    Reply(Reply&&) noexcept;
    Reply& operator=(Reply&&) noexcept;
    ~Reply() override;

    int status() const;
    const std::string& reason() const;
    const Headers& headers() const;
    bool ok() const { return status() >= 200 && status() < 300; }
    /// The length that the head declares; nothing for chunked or close-delimited bodies.
    std::optional<std::uint64_t> content_length() const;
    /// True where the body ends only with the connection (neither length nor chunks).
    bool is_close_delimited() const;

    net::Task<std::size_t> read_some(std::span<char> into) override;
    /// After 101, or where the peer took the connection over (docker attach): the raw stream.
    Upgraded upgrade() &&;

  private:
    std::unique_ptr<Inside> inside_;
};

/// Opens the connection for a URL: how a Unix socket, a proxy or an address check gets in between.
using Dial = std::function<net::Task<net::StreamPointer>(const Url& url, std::chrono::milliseconds timeout)>;

struct ClientOptions {
    Dial dial;                              ///< empty: TCP, and TLS with the system's trust for https
    std::optional<net::TlsContext> tls;     ///< for https with the default dial
    std::optional<Url> proxy;               ///< an HTTP proxy for http URLs; https goes past it
    std::size_t idle_connections = 16;      ///< kept for each scheme, host and port
    std::chrono::milliseconds idle{30'000}; ///< how long
    std::string user_agent;                 ///< empty: "dfriends/<version>"
    std::size_t head_limit = 64 * 1024;
};

/// Sends requests of one loop over kept-alive connections. 1xx replies are swallowed, redirects are not followed. A
/// request without side effects that meets a connection which died in the pool is sent once more on a new one.
class Client {
  public:
    explicit Client(ClientOptions options = {});
    ~Client();
    Client(Client&&) noexcept;
    Client& operator=(Client&&) noexcept;

    net::Task<Reply> send(Call call);

    struct Pool;

  private:
    std::shared_ptr<Pool> pool_;
};

} // namespace dfriends::http
