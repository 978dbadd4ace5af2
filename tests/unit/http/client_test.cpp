// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "http/client.hpp"
#include "http/serve.hpp"
#include "net/loop.hpp"
#include "support/scripted_stream.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::http;

namespace {

/// A client whose every connection meets the same script.
ClientOptions scripted(std::string script, std::size_t step = 5)
{
    ClientOptions options;
    options.dial = [script, step](const Url&, std::chrono::milliseconds) -> net::Task<net::StreamPointer> {
        co_return std::make_unique<ScriptedStream>(script, step);
    };
    return options;
}

struct Heard {
    int status;
    std::string body;
    bool close_delimited;
};

net::Task<Heard> fetch(ClientOptions options, std::string method)
{
    Client client(std::move(options));
    Call call;
    call.method = method;
    call.url = parse_url("http://h/x");
    Reply reply = co_await client.send(call);
    const bool close_delimited = reply.is_close_delimited();
    const std::string body = co_await reply.read_all(1000);
    co_return Heard{reply.status(), body, close_delimited};
}

std::string body_of(const std::string& script, const std::string& method = "GET")
{
    return net::run(fetch(scripted(script), method)).body;
}

net::Task<Response> count_up(Request& request)
{
    static int served = 0;
    const std::string body = co_await request.body->read_all(1U << 20U);
    co_return text_response(200, request.connection->peer_address() + " " + std::to_string(++served) + " " +
                                     std::to_string(body.size()));
}

net::Task<> write_much(BodyWriter& writer)
{
    for (int i = 0; i < 10; ++i)
        co_await writer.write(std::string(10'000, 'x'));
}

net::Task<std::size_t> use_a_real_server()
{
    Server server(count_up);
    net::Listener listener = net::Listener::tcp({"127.0.0.1", 0});
    const std::string base = "http://" + listener.endpoint().text() + "/";
    server.start(std::move(listener));
    Client client;
    for (int i = 0; i < 3; ++i) {
        Call call;
        call.url = parse_url(base);
        call.method = "POST";
        call.producer = write_much;
        Reply reply = co_await client.send(std::move(call));
        const std::string body = co_await reply.read_all(1000);
        CHECK(body == "127.0.0.1 " + std::to_string(i + 1) + " 100000");
    }
    const std::size_t connections = server.connections();
    co_await server.drain(std::chrono::seconds(30));
    CHECK(server.connections() == 0);
    co_return connections;
}

net::Task<std::string> upgrade(ClientOptions options)
{
    Client client(std::move(options));
    Call call;
    call.url = parse_url("http://h/attach");
    call.method = "POST";
    Reply reply = co_await client.send(call);
    Upgraded raw = std::move(reply).upgrade();
    std::string all = raw.rest;
    std::array<char, 100> piece;
    while (const std::size_t count = co_await raw.stream->read_some(piece))
        all.append(piece.data(), count);
    co_return all;
}

} // namespace

TEST_CASE("Client: reads bodies of a length, in chunks, and up to the end")
{
    CHECK(body_of("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcIGNORED") == "abc");
    CHECK(body_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n") ==
          "abcdefg");
    const Heard heard = net::run(fetch(scripted("HTTP/1.1 200 OK\r\n\r\nabc"), "GET"));
    CHECK(heard.body == "abc");
    CHECK(heard.close_delimited);
    CHECK(body_of("HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n").empty());
    CHECK(body_of("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", "HEAD").empty());
}

TEST_CASE("Client: a body cut short is an error, not an end")
{
    CHECK_THROWS_AS(body_of("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc"), Error);
    CHECK_THROWS_AS(body_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc"), Error);
    CHECK_THROWS_AS(body_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"), Error);
    CHECK_THROWS_AS(body_of("HTTP/1.1 200"), Error);
    CHECK_THROWS_AS(body_of("nonsense\r\n\r\n"), Error);
    CHECK_THROWS_AS(body_of(""), Error);
}

TEST_CASE("Client: swallows 1xx and hands 101 over with the bytes after the head")
{
    CHECK(body_of("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na") == "a");
    CHECK(net::run(upgrade(scripted("HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\n\r\nraw bytes", 50))) == "raw bytes");
}

TEST_CASE("Client: sends nothing that could end a header line early")
{
    const auto send_bad = [] {
        return []() -> net::Task<> {
            Client client(scripted(""));
            Call call;
            call.url = parse_url("http://h/");
            call.headers.set("X", "a\r\nY: b");
            co_await client.send(call);
        }();
    };
    CHECK_THROWS_WITH_AS(net::run(send_bad()), doctest::Contains("control character"), Error);
}

TEST_CASE("Client: may be used on one loop after the other")
{
    ClientOptions options =
        scripted("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb", 39);
    Client client(std::move(options));
    const auto get = [](Client& with) -> net::Task<std::string> {
        Call call;
        call.url = parse_url("http://h/");
        Reply reply = co_await with.send(std::move(call));
        co_return co_await reply.read_all(100);
    };
    for (int i = 0; i < 3; ++i)
        CHECK(net::run(get(client)) == "a"); // a second answer on a kept connection would be "b"
}

TEST_CASE("Client: one connection serves one call after the other; the server drains")
{
    CHECK(net::run(use_a_real_server()) == 1);
}

TEST_CASE("Client: a proxy is told the whole URL, without the user's name")
{
    ClientOptions options;
    options.proxy = parse_url("http://proxy:3142");
    ScriptedStream* heard = nullptr;
    options.dial = [&heard](const Url&, std::chrono::milliseconds) -> net::Task<net::StreamPointer> {
        auto stream = std::make_unique<ScriptedStream>("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        heard = stream.get();
        co_return stream;
    };
    net::run([](ClientOptions given, ScriptedStream*& stream) -> net::Task<> {
        Client client(std::move(given));
        Call call;
        call.url = parse_url("http://me:secret@h/x?y");
        const Reply reply = co_await client.send(call);
        CHECK(stream->said.starts_with("GET http://h/x?y HTTP/1.1\r\nHost: h\r\n"));
    }(options, heard));
}
