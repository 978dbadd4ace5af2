// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "etcd/v2_client.hpp"
#include "http/serve.hpp"
#include "net/loop.hpp"

#include <doctest/doctest.h>

#include <memory>

using namespace dfriends;
using namespace dfriends::etcd;

namespace {

/// What a client asked a server that always gives the same answer.
struct Asked {
    std::vector<std::string> requests;
};

net::Task<http::Response> answer(http::Request& request, std::shared_ptr<Asked> asked)
{
    const std::string form = co_await request.body->read_all(1000);
    asked->requests.push_back(request.method + " " + request.target + (form.empty() ? "" : " " + form));
    http::Response response = http::text_response(
        200, R"({"action":"get","node":{"key":"/a","value":"v","modifiedIndex":5,"createdIndex":4}})",
        "application/json");
    if (request.path() == "/v2/members/leader")
        response = http::text_response(503, R"({"message":"During election"})", "application/json");
    response.headers.set("X-Etcd-Index", "9");
    co_return response;
}

/// Every call of the client to a server behind an address where nobody is.
net::Task<> ask_all(std::shared_ptr<Asked> asked)
{
    http::Server server([asked](http::Request& request) { return answer(request, asked); });
    net::Listener listener = net::Listener::tcp({"127.0.0.1", 0});
    const std::string address = listener.endpoint().text();
    server.start(std::move(listener));
    V2Client client({"127.0.0.1:1", "http://" + address});
    CHECK((co_await client.get("a b/%c", true, false, true)).value().index == 9);
    co_await client.put("/k", "a&b=c d", 5, {.exists = false});
    co_await client.put("/k", "", std::nullopt, {.exists = std::nullopt, .prev_value = "old&", .prev_index = 7});
    co_await client.put_directory("/d", std::nullopt, {.exists = true});
    co_await client.create_in_order("/q", "x", std::nullopt);
    co_await client.remove("/k", true, true, {.exists = std::nullopt, .prev_value = "", .prev_index = 3});
    CHECK((co_await client.watch("/w", true, 6)).value().node.value == "v");
    CHECK((co_await client.leader()).id.empty());
    co_await server.drain(std::chrono::seconds(1));
}

} // namespace

TEST_CASE("V2Client: asks the next address where one does not answer, in etcd's form")
{
    const auto asked = std::make_shared<Asked>();
    net::run(ask_all(asked));
    const std::vector<std::string> expected{
        "GET /v2/keys/a%20b/%25c?quorum=true&recursive=true&sorted=false",
        "PUT /v2/keys/k?prevExist=false value=a%26b%3Dc%20d&ttl=5",
        "PUT /v2/keys/k?prevValue=old%26&prevIndex=7 value=",
        "PUT /v2/keys/d?prevExist=true&dir=true",
        "POST /v2/keys/q value=x",
        "DELETE /v2/keys/k?prevIndex=3&dir=true&recursive=true",
        "GET /v2/keys/w?recursive=true&wait=true&waitIndex=6",
        "GET /v2/members/leader",
    };
    CHECK(asked->requests == expected);
}

TEST_CASE("V2Client: says of every address why it did not answer")
{
    V2Client client({"127.0.0.1:1", "http://127.0.0.1:2"}, std::chrono::milliseconds(500));
    const auto get = [&client] { return client.get("/a"); };
    CHECK_THROWS_WITH_AS(net::run(get()), doctest::Contains("; error #1: "), Error);
    CHECK_THROWS_WITH_AS(net::run(get()), doctest::Contains("misconfigured; error #0: "), Error);
    CHECK_THROWS_AS(V2Client({}), Error);
}
