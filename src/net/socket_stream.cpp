// SPDX-License-Identifier: Apache-2.0
#include "net/socket_stream.hpp"

#include "base/error.hpp"
#include "net/loop_inside.hpp"
#include "net/socket_address.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <unistd.h>

namespace dfriends::net {

namespace {

namespace asio = boost::asio;

/// One class for TCP and Unix sockets: what differs is only how they were connected. Reads go through Asio, which
/// leaves out the read that would find nothing; writes try the system call first and wait only when the socket is full.
class SocketStream final : public Stream {
  public:
    SocketStream(int descriptor, int family) : socket_(Loop::current().inside().context)
    {
        socket_.assign(asio::generic::stream_protocol(family, 0), descriptor);
        socket_.native_non_blocking(true);
    }

    Task<std::size_t> read_some(std::span<char> into) override
    {
        boost::system::error_code code;
        const std::size_t count = co_await socket_.async_read_some(asio::buffer(into.data(), into.size()),
                                                                   asio::redirect_error(asio::use_awaitable, code));
        if (code == asio::error::eof)
            co_return 0;
        if (code)
            throw_socket_error("read from", peer(), code.value());
        co_return count;
    }

    Task<> write_all(std::string_view bytes, std::string_view more) override { return write(bytes, more, 0); }

    Task<> send_file(int descriptor, std::uint64_t offset, std::uint64_t length, std::string_view before) override
    {
        constexpr std::uint64_t largest = 1U << 30U;
        if (!before.empty()) // in the same packet as the file's first bytes
            co_await write(before, {}, length > 0 ? MSG_MORE : 0);
        auto place = static_cast<off_t>(offset);
        while (length > 0) {
            const ssize_t count = ::sendfile(socket_.native_handle(), descriptor, &place, std::min(length, largest));
            if (count < 0 && !co_await can_retry())
                throw_socket_error("write to", peer(), errno);
            if (count == 0)
                throw Error(ErrorKind::unavailable, "a file ended {} bytes too early while it was sent", length);
            length -= static_cast<std::uint64_t>(std::max<ssize_t>(count, 0));
        }
    }

    Task<> write(std::string_view bytes, std::string_view more, int flags)
    {
        for (;;) {
            iovec pieces[2] = {{const_cast<char*>(bytes.data()), bytes.size()},
                               {const_cast<char*>(more.data()), more.size()}};
            msghdr message{};
            message.msg_iov = pieces;
            message.msg_iovlen = more.empty() ? 1 : 2;
            const ssize_t count = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | flags);
            if (count < 0 && !co_await can_retry())
                throw_socket_error("write to", peer(), errno);
            auto written = static_cast<std::size_t>(std::max<ssize_t>(count, 0));
            const std::size_t first = std::min(written, bytes.size());
            bytes.remove_prefix(first);
            more.remove_prefix(written - first);
            if (bytes.empty() && more.empty())
                co_return;
        }
    }

    Task<> shutdown() override
    {
        boost::system::error_code ignored;
        socket_.shutdown(asio::socket_base::shutdown_send, ignored);
        co_return;
    }

    void close() noexcept override
    {
        boost::system::error_code ignored;
        socket_.close(ignored);
    }

    bool has_peer_closed() noexcept override
    {
        char byte = 0;
        const ssize_t count = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        return count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR);
    }

    std::string peer_address() const override
    {
        if (peer_address_.empty())
            peer_address_ = address(::getpeername);
        return peer_address_;
    }
    std::string local_address() const override { return address(::getsockname); }

  private:
    std::string peer() const
    {
        const std::string address = peer_address();
        return address.empty() ? "the peer" : address;
    }

    std::string address(int (*ask)(int, sockaddr*, socklen_t*)) const
    {
        sockaddr_storage storage{};
        socklen_t length = sizeof storage;
        auto& socket = const_cast<asio::generic::stream_protocol::socket&>(socket_);
        if (!socket.is_open() || ask(socket.native_handle(), reinterpret_cast<sockaddr*>(&storage), &length) != 0)
            return {};
        return endpoint_of(storage).address;
    }

    /// After a failed write: true once another try makes sense; errno is kept where it does not.
    Task<bool> can_retry()
    {
        const int code = errno;
        if (code == EINTR)
            co_return true;
        if (code != EAGAIN) {
            errno = code;
            co_return false;
        }
        boost::system::error_code failure;
        co_await socket_.async_wait(asio::socket_base::wait_write, asio::redirect_error(asio::use_awaitable, failure));
        errno = failure.value();
        co_return !failure;
    }

    asio::generic::stream_protocol::socket socket_;
    mutable std::string peer_address_; ///< once it was asked for
};

} // namespace

void throw_socket_error(std::string_view doing, std::string_view peer, int code)
{
    if (code == ECANCELED)
        throw Error(ErrorKind::unavailable, "the connection to {} was closed on our side", peer);
    throw Error(code == EACCES || code == EPERM ? ErrorKind::denied : ErrorKind::unavailable, "cannot {} {}: {}", doing,
                peer, describe_errno(code));
}

StreamPointer adopt_socket(int descriptor, int family)
{
    if (family != AF_UNIX) {
        const int on = 1;
        ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    return std::make_unique<SocketStream>(descriptor, family);
}

} // namespace dfriends::net
