// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "base/scope_exit.hpp"
#include "net/loop_inside.hpp"
#include "net/socket_address.hpp"
#include "net/socket_stream.hpp"
#include "net/tcp.hpp"
#include "os/file.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <sys/un.h>
#include <unistd.h>

namespace dfriends::net {

namespace {

using Clock = std::chrono::steady_clock;

/// Waits until a connect() that began is decided; the errno of its failure, 0 when it is connected.
Task<int> finish_connect(int socket, std::chrono::milliseconds timeout)
{
    boost::asio::posix::stream_descriptor waiting(Loop::current().inside().context, socket);
    ScopeExit give_back([&] { waiting.release(); }); // the caller owns the descriptor
    bool timed_out = false;
    Deadline deadline([&] {
        timed_out = true;
        waiting.cancel();
    });
    deadline.expire_after(timeout);
    boost::system::error_code code;
    co_await waiting.async_wait(boost::asio::posix::stream_descriptor::wait_write,
                                boost::asio::redirect_error(boost::asio::use_awaitable, code));
    if (timed_out)
        co_return ETIMEDOUT;
    int failure = 0;
    socklen_t length = sizeof failure;
    ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &failure, &length);
    co_return failure;
}

Task<StreamPointer> connect_address(SocketAddress address, std::string peer, std::chrono::milliseconds timeout)
{
    const int family = address.storage.ss_family;
    os::Descriptor socket(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket)
        throw_socket_error("connect to", peer, errno);
    int code = ::connect(socket.number(), address.get(), address.length) == 0 ? 0 : errno;
    if (code == EINPROGRESS)
        code = co_await finish_connect(socket.number(), timeout);
    if (code != 0)
        throw_socket_error("connect to", peer, code);
    co_return adopt_socket(socket.release(), family);
}

} // namespace

Task<StreamPointer> connect_tcp(Endpoint endpoint, std::chrono::milliseconds timeout)
{
    co_return co_await connect_address(socket_address(endpoint), "'" + endpoint.text() + "'", timeout);
}

Task<StreamPointer> connect_tcp(std::string host, std::uint16_t port, std::chrono::milliseconds timeout)
{
    const auto end = Clock::now() + timeout;
    const std::vector<Endpoint> endpoints = co_await resolve(host, port);
    std::exception_ptr failure;
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
        // A silent first address must leave time for the next one.
        const auto share = i + 1 < endpoints.size() ? left / 2 : left;
        try {
            co_return co_await connect_tcp(endpoints[i], std::max(share, std::chrono::milliseconds(1)));
        } catch (const Error&) {
            failure = std::current_exception();
        }
    }
    std::rethrow_exception(failure);
}

Task<StreamPointer> connect_unix(std::filesystem::path path)
{
    SocketAddress address;
    auto& name = reinterpret_cast<sockaddr_un&>(address.storage);
    if (path.native().size() >= sizeof name.sun_path)
        throw Error(ErrorKind::invalid, "the socket's path '{}' is longer than {} bytes", path.string(),
                    sizeof name.sun_path - 1);
    name.sun_family = AF_UNIX;
    std::memcpy(name.sun_path, path.c_str(), path.native().size() + 1);
    address.length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.native().size() + 1);
    co_return co_await connect_address(address, "'" + path.string() + "'", std::chrono::seconds(10));
}

std::pair<StreamPointer, os::Descriptor> connect_pair()
{
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        throw Error(ErrorKind::unavailable, "cannot make a pair of sockets: {}", describe_errno(errno));
    os::Descriptor other(ends[1]);
    ::fcntl(ends[0], F_SETFL, ::fcntl(ends[0], F_GETFL) | O_NONBLOCK);
    return {adopt_socket(ends[0], AF_UNIX), std::move(other)};
}

} // namespace dfriends::net
