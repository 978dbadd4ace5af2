// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/endpoint.hpp"
#include "net/stream.hpp"
#include "os/file.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace dfriends::net {

/// The addresses of a host name, in the order to try them. Throws Error(unavailable) where the name does not resolve.
Task<std::vector<Endpoint>> resolve(std::string host, std::uint16_t port);

Task<StreamPointer> connect_tcp(Endpoint endpoint, std::chrono::milliseconds timeout);
/// Resolves and tries each address in turn; the whole takes at most `timeout`.
Task<StreamPointer> connect_tcp(std::string host, std::uint16_t port, std::chrono::milliseconds timeout);
Task<StreamPointer> connect_unix(std::filesystem::path path);

/// Two ends of one connection inside this process: a stream for the current loop, and a blocking socket for a thread of
/// its own. Closing either end ends the other.
std::pair<StreamPointer, os::Descriptor> connect_pair();

/// A listening socket. Accepting happens on the loop that is current when accept() is first called.
class Listener {
  public:
    /// Port 0 takes a free one. Throws Error(conflict) where the port is taken, with a hint who may hold it.
    /// `reuse_port`: several loops may listen on the same one.
    static Listener tcp(const Endpoint& endpoint, bool reuse_port = false);
    /// Replaces a stale socket file; the new one gets `mode`.
    static Listener unix_socket(const std::filesystem::path& path, unsigned mode = 0600);
    /// Takes over a listening descriptor (socket activation).
    static Listener adopt(int descriptor);

    Listener(Listener&&) noexcept;
    Listener& operator=(Listener&&) noexcept;
    ~Listener();

    /// Where it really listens; the address is empty for a Unix socket.
    const Endpoint& endpoint() const;
    /// The next connection; a null pointer after close(). Passing shortages (too many open files) are waited out.
    Task<StreamPointer> accept();
    void close() noexcept;

  private:
    struct Socket;
    explicit Listener(std::shared_ptr<Socket> socket);
    std::shared_ptr<Socket> socket_;
};

} // namespace dfriends::net
