// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
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
#include <optional>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace dfriends::net {

struct Listener::Socket {
    os::Descriptor descriptor;
    Endpoint endpoint;
    int family = 0;
    std::filesystem::path file; ///< of a Unix socket that we made
    bool closed = false;
    std::optional<boost::asio::posix::stream_descriptor> waiting;

    ~Socket() { close(); }

    void close() noexcept
    {
        closed = true;
        if (waiting) {
            boost::system::error_code ignored;
            waiting->cancel(ignored);
            waiting->release();
            waiting.reset();
        }
        descriptor.close();
        if (!file.empty())
            ::unlink(file.c_str());
        file.clear();
    }

    void read_name()
    {
        sockaddr_storage storage{};
        socklen_t length = sizeof storage;
        ::getsockname(descriptor.number(), reinterpret_cast<sockaddr*>(&storage), &length);
        endpoint = endpoint_of(storage);
        family = storage.ss_family;
    }
};

namespace {

constexpr int backlog = 1024;

os::Descriptor make_socket(int family)
{
    os::Descriptor socket(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket)
        throw Error(ErrorKind::unavailable, "cannot make a socket: {}", describe_errno(errno));
    return socket;
}

[[noreturn]] void throw_listen_error(const std::string& name, int code, std::uint16_t port)
{
    Error error(kind_of_errno(code), "cannot listen on '{}': {}", name, describe_errno(code));
    if (code == EADDRINUSE)
        error.hint(fmt::format(
            "another program has that port: 'ss -ltnp sport = :{}' shows which; or choose another with --listen",
            port));
    if (code == EACCES)
        error.hint("ports below 1024 need root or CAP_NET_BIND_SERVICE; or choose another with --listen");
    if (code == EADDRNOTAVAIL)
        error.hint("this host has no such address: 'ip addr' shows which it has");
    throw error;
}

} // namespace

Listener::Listener(std::shared_ptr<Socket> socket) : socket_(std::move(socket)) {}
Listener::Listener(Listener&&) noexcept = default;
Listener& Listener::operator=(Listener&&) noexcept = default;
Listener::~Listener()
{
    close();
}

Listener Listener::tcp(const Endpoint& endpoint, bool reuse_port)
{
    const SocketAddress address = socket_address(endpoint);
    auto socket = std::make_shared<Socket>();
    socket->descriptor = make_socket(address.storage.ss_family);
    const int number = socket->descriptor.number();
    const int on = 1;
    ::setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (reuse_port)
        ::setsockopt(number, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (::bind(number, address.get(), address.length) != 0 || ::listen(number, backlog) != 0)
        throw_listen_error(endpoint.text(), errno, endpoint.port);
    socket->read_name();
    return Listener(std::move(socket));
}

Listener Listener::unix_socket(const std::filesystem::path& path, unsigned mode)
{
    sockaddr_un address{};
    if (path.native().size() >= sizeof address.sun_path)
        throw Error(ErrorKind::invalid, "the socket's path '{}' is longer than {} bytes", path.string(),
                    sizeof address.sun_path - 1);
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.native().size() + 1);
    auto socket = std::make_shared<Socket>();
    socket->descriptor = make_socket(AF_UNIX);
    struct stat found{};
    if (::stat(path.c_str(), &found) == 0 && S_ISSOCK(found.st_mode))
        ::unlink(path.c_str());
    const int number = socket->descriptor.number();
    if (::bind(number, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        throw_listen_error(path.string(), errno, 0);
    socket->file = path;
    if (::chmod(path.c_str(), mode) != 0 || ::listen(number, backlog) != 0)
        throw_listen_error(path.string(), errno, 0);
    socket->family = AF_UNIX;
    return Listener(std::move(socket));
}

Listener Listener::adopt(int descriptor)
{
    auto socket = std::make_shared<Socket>();
    socket->descriptor = os::Descriptor(descriptor);
    if (::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK) != 0) // accept() relies on it
        throw Error(ErrorKind::invalid, "descriptor {} cannot be listened on: {}", descriptor, describe_errno(errno));
    socket->read_name();
    return Listener(std::move(socket));
}

const Endpoint& Listener::endpoint() const
{
    return socket_->endpoint;
}

void Listener::close() noexcept
{
    if (socket_)
        socket_->close();
}

Task<StreamPointer> Listener::accept()
{
    const std::shared_ptr<Socket> socket = socket_;
    while (!socket->closed) {
        const int accepted = ::accept4(socket->descriptor.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (accepted >= 0)
            co_return adopt_socket(accepted, socket->family);
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            co_await sleep(std::chrono::milliseconds(100)); // others will close some; the backlog waits
            continue;
        }
        if (errno != EAGAIN)
            continue; // the connection broke before it was accepted
        if (!socket->waiting)
            socket->waiting.emplace(Loop::current().inside().context, socket->descriptor.number());
        boost::system::error_code code;
        co_await socket->waiting->async_wait(boost::asio::posix::stream_descriptor::wait_read,
                                             boost::asio::redirect_error(boost::asio::use_awaitable, code));
    }
    co_return nullptr;
}

} // namespace dfriends::net
