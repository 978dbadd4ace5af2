// SPDX-License-Identifier: Apache-2.0
#include "applets/kv/ctl3/stdin.hpp"

#include <array>
#include <cerrno>
#include <unistd.h>

namespace dfriends::applets::kv::ctl3 {

namespace {

/// False at the end.
bool read_piece(std::string& buffer)
{
    std::array<char, 65536> piece;
    ssize_t count = 0;
    do
        count = ::read(STDIN_FILENO, piece.data(), piece.size());
    while (count < 0 && errno == EINTR);
    if (count > 0)
        buffer.append(piece.data(), static_cast<std::size_t>(count));
    return count > 0;
}

} // namespace

std::string read_stdin()
{
    std::string all;
    while (read_piece(all)) {
    }
    return all;
}

std::optional<std::string> StdinLines::next()
{
    for (;;) {
        if (const std::size_t end = buffer_.find('\n'); end != buffer_.npos) {
            std::string line = buffer_.substr(0, end);
            buffer_.erase(0, end + 1);
            return line;
        }
        if (!read_piece(buffer_))
            return std::nullopt;
    }
}

} // namespace dfriends::applets::kv::ctl3
