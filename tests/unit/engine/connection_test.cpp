// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "engine/connection.hpp"
#include "http/serve.hpp"
#include "net/loop.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace std::chrono_literals;

namespace {

net::Task<> say_half(http::BodyWriter& writer)
{
    co_await writer.write("[{");
    co_await net::sleep(900ms);
    co_await writer.write("}]");
}

/// An engine that pauses in the middle of every answer.
net::Task<http::Response> pause_midway(http::Request& request)
{
    http::Response response = http::text_response(200, "OK");
    if (request.target.find("_ping") == std::string::npos)
        response.body = http::Producer(say_half);
    response.headers.set("API-Version", "1.41");
    co_return response;
}

net::Task<std::string> ask(std::chrono::milliseconds longest_silence, bool as_stream)
{
    http::Server server(pause_midway);
    net::Listener listener = net::Listener::tcp({"127.0.0.1", 0});
    const std::string place = "tcp://" + listener.endpoint().text();
    server.start(std::move(listener));
    engine::Connection connection(engine::parse_host(place), {}, longest_silence);
    if (!as_stream)
        co_return co_await connection.fetch({.path = "/containers/json"});
    http::Reply reply = co_await connection.send({.path = "/events"});
    co_return co_await reply.read_all(100);
}

/// What a first question costs an engine of that version; "" names none in the heads of its answers but a ping's.
net::Task<std::string> first_question(std::string newest)
{
    std::string calls;
    http::Server server([&](http::Request& request) -> net::Task<http::Response> {
        calls += (calls.empty() ? "" : " ") + request.target;
        http::Response response = http::text_response(200, "[]");
        if (!newest.empty() || request.target == "/_ping")
            response.headers.set("API-Version", newest.empty() ? "1.24" : newest);
        co_return response;
    });
    net::Listener listener = net::Listener::tcp({"127.0.0.1", 0});
    const std::string place = "tcp://" + listener.endpoint().text();
    server.start(std::move(listener));
    engine::Connection connection(engine::parse_host(place), {});
    for (int count = 0; count < 2; ++count)
        co_await connection.fetch({.path = "/containers/json", .may_be_first = true});
    co_return calls;
}

} // namespace

TEST_CASE("Connection: a first question that may be one agrees on the version by itself")
{
    CHECK(net::run(first_question("1.41")) == "/containers/json /v1.41/containers/json");
    CHECK(net::run(first_question("")) == "/containers/json /_ping /v1.24/containers/json /v1.24/containers/json");
    // What is newer than all that is known here is asked for in words that are.
    CHECK(net::run(first_question("1.99")) ==
          fmt::format("/containers/json /_ping /v{0}/containers/json /v{0}/containers/json",
                      engine::Connection::newest_api));
}

TEST_CASE("Connection: an answer that stops on its way is an error; a stream may pause")
{
    CHECK_THROWS_WITH_AS(net::run(ask(200ms, false)), doctest::Contains("sent nothing"), Error);
    CHECK(net::run(ask(10s, false)) == "[{}]");
    CHECK(net::run(ask(200ms, true)) == "[{}]");
}
