// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "net/loop.hpp"
#include "net/tcp.hpp"
#include "os/file.hpp"

#include <doctest/doctest.h>

#include <array>
#include <fcntl.h>
#include <memory>

using namespace dfriends;
using namespace dfriends::net;
using namespace std::chrono_literals;

namespace {

Task<> echo(Listener& listener)
{
    const StreamPointer stream = co_await listener.accept();
    std::array<char, 1000> piece;
    while (const std::size_t count = co_await stream->read_some(piece))
        co_await stream->write_all({piece.data(), count});
    co_await stream->shutdown();
}

Task<std::string> read_to_end(Stream& stream)
{
    std::string all;
    std::array<char, 700> piece;
    while (const std::size_t count = co_await stream.read_some(piece))
        all.append(piece.data(), count);
    co_return all;
}

Task<std::string> converse(StreamPointer stream)
{
    co_await stream->write_all("hello ", "world");
    co_await stream->shutdown();
    co_return co_await read_to_end(*stream);
}

Task<std::string> over_tcp()
{
    Listener listener = Listener::tcp({"127.0.0.1", 0});
    spawn(echo(listener));
    co_return co_await converse(co_await connect_tcp(listener.endpoint(), 5s));
}

Task<std::string> over_unix(os::Path path)
{
    Listener listener = Listener::unix_socket(path);
    spawn(echo(listener));
    co_return co_await converse(co_await connect_unix(path));
}

Task<> send_big(Listener& listener, int file, std::uint64_t size)
{
    const StreamPointer stream = co_await listener.accept();
    co_await stream->send_file(file, 1, size - 1);
    co_await stream->shutdown();
}

Task<std::string> receive_big(int file, std::uint64_t size)
{
    Listener listener = Listener::tcp({"127.0.0.1", 0});
    spawn(send_big(listener, file, size));
    const StreamPointer stream = co_await connect_tcp(listener.endpoint(), 5s);
    co_return co_await read_to_end(*stream);
}

Task<> connect_nowhere(Endpoint endpoint)
{
    co_await connect_tcp(endpoint, 5s);
}

} // namespace

TEST_CASE("tcp: bytes go both ways, and an end is a zero")
{
    CHECK(run(over_tcp()) == "hello world");
}

TEST_CASE("unix_socket: replaces a stale file and removes its own")
{
    const os::TemporaryDirectory directory;
    const auto path = directory.path() / "s";
    CHECK(run(over_unix(path)) == "hello world");
    CHECK(!std::filesystem::exists(path));
}

TEST_CASE("send_file: sends a part that does not fit the socket's buffer")
{
    const os::TemporaryDirectory directory;
    const std::string content = std::string(20'000'000, 'x') + "end";
    os::write_file(directory.path() / "f", content);
    const os::Descriptor file = os::open_file(directory.path() / "f", O_RDONLY);
    CHECK(run(receive_big(file.number(), content.size())) == content.substr(1));
}

TEST_CASE("listen: a taken port says how to find who has it")
{
    const Listener first = Listener::tcp({"127.0.0.1", 0});
    try {
        Listener::tcp(first.endpoint());
        FAIL("listened twice");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::conflict);
        CHECK(error.hint().find("ss -ltnp") != std::string::npos);
    }
}

TEST_CASE("connect: a refused connection is unavailable")
{
    Endpoint endpoint;
    {
        const Listener gone = Listener::tcp({"127.0.0.1", 0});
        endpoint = gone.endpoint();
    }
    CHECK_THROWS_WITH_AS(run(connect_nowhere(endpoint)), doctest::Contains("Connection refused"), Error);
}
