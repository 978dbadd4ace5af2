// SPDX-License-Identifier: Apache-2.0
#include "engine/byte_pipe.hpp"

#include "base/error.hpp"
#include "net/tcp.hpp"

#include <cerrno>
#include <sys/socket.h>

namespace dfriends::engine {

namespace {

void send_all(int socket, std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t count = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            throw Error(ErrorKind::interrupted, "nobody reads any more");
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
}

} // namespace

BytePipe::BytePipe(std::function<void(const Sink& sink)> make)
{
    auto [stream, socket] = net::connect_pair();
    stream_ = std::move(stream);
    thread_ = std::thread([this, make = std::move(make), end = std::move(socket)]() mutable {
        try {
            make([&](std::string_view bytes) { send_all(end.number(), bytes); });
        } catch (...) {
            failure_ = std::current_exception();
        }
        end.close(); // the reader sees the end only after the failure is in its place
    });
}

BytePipe::~BytePipe()
{
    stream_->close();
    if (thread_.joinable())
        thread_.join();
}

net::Task<std::size_t> BytePipe::read_some(std::span<char> into)
{
    const std::size_t count = co_await stream_->read_some(into);
    if (count == 0 && thread_.joinable()) {
        thread_.join();
        if (failure_)
            std::rethrow_exception(failure_);
    }
    co_return count;
}

} // namespace dfriends::engine
