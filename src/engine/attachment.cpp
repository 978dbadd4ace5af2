// SPDX-License-Identifier: Apache-2.0
#include "engine/attachment.hpp"

#include <array>
#include <utility>

namespace dfriends::engine {

Attachment::Attachment(http::Upgraded connection, bool tty)
    : stream_(std::move(connection.stream)), rest_(std::move(connection.rest)), tty_(tty)
{
}

net::Task<bool> Attachment::read(const OnOutput& on_output)
{
    std::string bytes = std::exchange(rest_, {}); // what came with the head is the beginning of the stream
    if (bytes.empty()) {
        std::array<char, 32 * 1024> piece;
        bytes.assign(piece.data(), co_await stream_->read_some(piece));
    }
    if (bytes.empty())
        co_return false;
    if (tty_)
        on_output(Channel::output, bytes);
    else
        frames_.feed(bytes, on_output);
    co_return true;
}

net::Task<> Attachment::write(std::string bytes)
{
    co_await stream_->write_all(bytes);
}

net::Task<> Attachment::close_input()
{
    co_await stream_->shutdown();
}

void Attachment::close() noexcept
{
    stream_->close();
}

} // namespace dfriends::engine
