// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "base/text.hpp"
#include "http/endpoints.hpp"
#include "http/serve.hpp"
#include "net/loop.hpp"
#include "support/scripted_stream.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::http;

namespace {

net::Task<Response> echo(Request& request)
{
    const std::string body = co_await request.body->read_all(1000);
    co_return text_response(200, request.method + " " + request.target + " " + body);
}

net::Task<> write_pieces(BodyWriter& writer)
{
    co_await writer.write("one");
    co_await writer.write("");
    co_await writer.write("two");
}

net::Task<Response> refuse(Request&)
{
    throw Error(ErrorKind::conflict, "it is taken").hint("take another");
}

net::Task<Response> produce(Request&)
{
    Response response;
    response.body = Producer(write_pieces);
    co_return response;
}

/// What a client hears, without the Date lines.
std::string hear(std::string script, const Handler& handler, std::size_t step = 7)
{
    ScriptedStream stream(std::move(script), step);
    ServeOptions options;
    options.server_name.clear();
    options.head_limit = 1000;
    net::run(serve(stream, handler, options));
    std::string kept;
    for (const std::string_view line : split(stream.said, '\n'))
        if (!line.starts_with("Date: "))
            kept.append(line).append("\n");
    kept.pop_back();
    return replace_all(kept, "Content-Type: text/plain; charset=utf-8\r\n", "");
}

} // namespace

TEST_CASE("serve: two pipelined requests get two answers in order, however the bytes arrive")
{
    const std::string script = "PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi"
                               "GET /b HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    const std::string expected = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nPUT /a hi"
                                 "HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\nGET /b ";
    for (const std::size_t step : {1U, 7U, 1000U})
        CHECK(hear(script, echo, step) == expected);
}

TEST_CASE("serve: chunked bodies come in, producers go out in chunks")
{
    CHECK(hear("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: "
               "t\r\n\r\n",
               echo) == "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nPOST / abcde");
    CHECK(hear("GET / HTTP/1.1\r\nHost: h\r\n\r\n", produce) ==
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n");
    CHECK(hear("GET / HTTP/1.0\r\n\r\n", produce) == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nonetwo");
}

TEST_CASE("serve: a last chunk that comes byte by byte, with and without a trailer")
{
    const std::string head = "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (const std::size_t step : {1, 2, 3, 64})
        for (const char* body : {"0\r\n\r\n", "0\r\nX: y\r\n\r\n"}) {
            CAPTURE(step);
            CHECK(hear(head + body, echo, step).ends_with("PUT / "));
            CHECK(hear(head + "1\r\na\r\n" + body, echo, step).ends_with("PUT / a"));
        }
}

TEST_CASE("serve: a trailer or a chunk's head without end is not gathered")
{
    for (const char* body : {"0\r\nX: ", "1;x="}) {
        const std::string head = "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
        const std::string answer = hear(head + body + std::string(300'000, 'x'), echo, 4096);
        CHECK(answer.find("without end") != std::string::npos);
    }
}

TEST_CASE("serve: HEAD has the length and no body; HTTP/1.0 closes unless asked not to")
{
    CHECK(hear("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n", echo) == "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n");
    CHECK(hear("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", echo).find("Connection: keep-alive") !=
          std::string::npos);
    CHECK(hear("GET / HTTP/1.0\r\n\r\n", echo).find("Connection: close") != std::string::npos);
}

TEST_CASE("serve: heads that smuggle are refused and end the connection")
{
    const std::string tail = "\r\nGET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n";
    for (const char* head :
         {"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n",
          "GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n",
          "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 6\r\n",
          "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: +5\r\n", "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: -5\r\n",
          "GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n",
          "GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, gzip\r\n",
          "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n",
          "GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n Content-Length: 5\r\n",
          "GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n\tContent-Length: 5\r\n", "GET / HTTP/1.1\r\n Host: h\r\n",
          "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost : h\r\n", "GET / HTTP/1.1\r\nHost: h\r\nno colon\r\n",
          "GET /\r\n", "GET / HTTP/1.1\nHost: h\n", "GET  / HTTP/1.1\r\nHost: h\r\n"}) {
        const std::string answer = hear(head + tail, echo);
        INFO(std::string(head));
        CHECK(answer.starts_with("HTTP/1.1 400 "));
        CHECK(answer.find("smuggled") == std::string::npos);
    }
    CHECK(hear("GET / HTTP/2.0\r\nHost: h\r\n\r\n", echo).starts_with("HTTP/1.1 400 "));
}

TEST_CASE("serve: a head beyond the limit is 431")
{
    CHECK(hear("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(2000, 'x') + "\r\n\r\n", echo)
              .starts_with("HTTP/1.1 431 "));
}

TEST_CASE("serve: '100 Continue' comes before the body is read")
{
    const std::string answer =
        hear("PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi", echo);
    CHECK(answer.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"));
}

TEST_CASE("serve: an Error becomes the status of its kind, and what the handler left of the body is skipped")
{
    const std::string answer =
        hear("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhiGET /b HTTP/1.1\r\nHost: h\r\n\r\n", refuse);
    CHECK(answer == "HTTP/1.1 409 Conflict\r\nContent-Length: 31\r\n\r\nit is taken\nhint: take another\n"
                    "HTTP/1.1 409 Conflict\r\nContent-Length: 31\r\n\r\nit is taken\nhint: take another\n");
}

TEST_CASE("Endpoints: the most specific path wins; others are 404 or 405")
{
    const auto say = [](std::string word) {
        return [word](Request&) -> net::Task<Response> { co_return text_response(200, word); };
    };
    const Handler exact = say("exact"), keys = say("keys"), all = say("all");
    const Endpoints endpoints = Endpoints()
                                    .on("GET", "/v2/keys", exact)
                                    .on("GET", "/v2/keys*", keys)
                                    .on("PUT", "/v2/keys*", keys)
                                    .on("GET", "/*", all);
    const auto ask = [&](const std::string& line) {
        const std::string answer = hear(line + " HTTP/1.1\r\nHost: h\r\n\r\n", endpoints);
        return answer.substr(9, 3) + " " + std::string(answer.substr(answer.rfind('\n') + 1));
    };
    CHECK(ask("GET /v2/keys") == "200 exact");
    CHECK(ask("GET /v2/keys/a?b") == "200 keys");
    CHECK(ask("GET /x") == "200 all");
    CHECK(ask("PUT /x").substr(0, 3) == "405");
    CHECK(ask("DELETE /v2/keys/a").substr(0, 3) == "405");
}
