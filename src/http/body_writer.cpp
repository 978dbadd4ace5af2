// SPDX-License-Identifier: Apache-2.0
#include "http/body_writer.hpp"

#include "base/error.hpp"

namespace dfriends::http {

net::Task<> BodyWriter::write_each(std::span<const std::string> pieces)
{
    for (const std::string& piece : pieces)
        co_await write(piece);
}

net::Task<> ChunkedWriter::write(std::string_view bytes)
{
    constexpr std::size_t small = 4096; // up to here a copy is cheaper than a second system call
    if (bytes.empty())
        co_return; // an empty chunk would end the body
    std::string frame = fmt::format("{:x}\r\n", bytes.size());
    written_ += bytes.size();
    if (bytes.size() <= small) {
        frame.append(bytes).append("\r\n");
        co_await stream_.write_all(frame);
        co_return;
    }
    co_await stream_.write_all(frame, bytes);
    co_await stream_.write_all("\r\n");
}

net::Task<> ChunkedWriter::write_each(std::span<const std::string> pieces)
{
    if (pieces.size() == 1)
        co_return co_await write(pieces.front());
    std::string frames;
    for (const std::string& piece : pieces) {
        if (piece.empty())
            continue;
        fmt::format_to(std::back_inserter(frames), "{:x}\r\n", piece.size());
        frames.append(piece).append("\r\n");
        written_ += piece.size();
    }
    co_await stream_.write_all(frames);
}

net::Task<> ChunkedWriter::send_file(int descriptor, std::uint64_t offset, std::uint64_t length)
{
    if (length == 0)
        co_return;
    const std::string frame = fmt::format("{:x}\r\n", length);
    co_await stream_.write_all(frame);
    co_await stream_.send_file(descriptor, offset, length);
    co_await stream_.write_all("\r\n");
    written_ += length;
}

net::Task<> ChunkedWriter::finish()
{
    co_await stream_.write_all("0\r\n\r\n");
}

void PlainWriter::count(std::uint64_t bytes)
{
    written_ += bytes;
    if (length_ && written_ > *length_)
        throw Error(ErrorKind::internal, "a body exceeds its Content-Length of {}", *length_);
}

net::Task<> PlainWriter::write(std::string_view bytes)
{
    count(bytes.size());
    if (!bytes.empty())
        co_await stream_.write_all(bytes);
}

net::Task<> PlainWriter::send_file(int descriptor, std::uint64_t offset, std::uint64_t length)
{
    count(length);
    co_await stream_.send_file(descriptor, offset, length);
}

void PlainWriter::finish() const
{
    if (length_ && written_ != *length_)
        throw Error(ErrorKind::internal, "a body of {} bytes falls short of its Content-Length of {}", written_,
                    *length_);
}

} // namespace dfriends::http
