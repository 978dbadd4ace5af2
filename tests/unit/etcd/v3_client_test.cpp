// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "etcd/v3/watch.hpp"
#include "http/serve.hpp"
#include "net/loop.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>

using namespace dfriends;
using namespace dfriends::etcd::v3;

namespace {

/// An answer that a server has been told to give.
struct Prepared {
    int status = 200;
    std::string body;
    bool cut = false; ///< the connection breaks behind the body
};

/// A gateway that gives the answers it was told to, in turn, and notes what it was asked.
class FakeGateway {
  public:
    FakeGateway() : server_([this](http::Request& request) { return answer(request); }, {})
    {
        net::Listener listener = net::Listener::tcp({"127.0.0.1", 0});
        address_ = listener.endpoint().text();
        server_.start(std::move(listener));
    }
    void will(std::string path, Prepared answer) { answers_[std::move(path)].push_back(std::move(answer)); }
    const std::string& address() const { return address_; }
    net::Task<> stop() { return server_.drain(std::chrono::seconds(1)); }

    std::vector<std::string> asked;

  private:
    net::Task<http::Response> answer(http::Request& request)
    {
        const std::string body = co_await request.body->read_all(10'000);
        asked.push_back(
            request.target + (body.empty() ? "" : " " + body) +
            (request.headers.has("Authorization") ? " as " + std::string(request.headers.get("Authorization")) : ""));
        auto& queue = answers_[std::string(request.path())];
        if (queue.empty())
            co_return http::text_response(404, "Not Found\n");
        const Prepared prepared = queue.front();
        queue.pop_front();
        http::Response response = http::text_response(prepared.status, "", "application/json");
        response.body = http::Producer([prepared](http::BodyWriter& writer) -> net::Task<> {
            co_await writer.write(prepared.body);
            if (prepared.cut)
                throw Error(ErrorKind::unavailable, "cut");
        });
        co_return response;
    }

    std::map<std::string, std::deque<Prepared>> answers_;
    std::string address_;
    http::Server server_;
};

using Script = std::function<net::Task<>(FakeGateway&, FakeGateway&)>;

net::Task<> play(Script script)
{
    FakeGateway first;
    FakeGateway second;
    co_await script(first, second);
    co_await first.stop();
    co_await second.stop();
}

Client client_of(const FakeGateway& first, const FakeGateway& second)
{
    return Client({.endpoints = {first.address(), second.address()}});
}

/// The refusal that a call ends with.
template <class T>
net::Task<Status> refusal_of(net::Task<T> task)
{
    try {
        co_await std::move(task);
    } catch (const Status& status) {
        co_return status;
    }
    co_return Status(Code::ok, "");
}

template <class T>
net::Task<std::string> failure_of(net::Task<T> task)
{
    try {
        co_await std::move(task);
    } catch (const Error& error) {
        co_return error.message();
    }
    co_return "";
}

constexpr const char* unavailable = R"({"error":"etcdserver: request timed out","message":"x","code":14})";

std::string event(int revision, const char* key)
{
    return fmt::format(
        R"({{"result":{{"header":{{"revision":"{}"}},"events":[{{"kv":{{"key":"{}","mod_revision":"{}"}}}}]}}}})"
        "\n",
        revision, key, revision);
}

std::string created(int revision)
{
    return fmt::format(R"({{"result":{{"header":{{"revision":"{}"}},"created":true}}}})"
                       "\n",
                       revision);
}

} // namespace

TEST_CASE("v3::Client: asks in the gateway's form and reads its answers")
{
    net::run(play([](FakeGateway& first, FakeGateway& second) -> net::Task<> {
        Client client = client_of(first, second);
        first.will("/v3/kv/range",
                   {200, R"({"header":{"revision":"7"},"kvs":[{"key":"YQ==","value":"Yg=="}],"count":"1"})"});
        first.will("/v3/lease/keepalive", {200, "{\"result\":{\"ID\":\"5\",\"TTL\":\"30\"}}\n"});
        const RangeResponse found = co_await client.range({.key = "a", .range_end = "b", .limit = 2});
        REQUIRE(found.kvs.size() == 1);
        CHECK(found.kvs[0].value == "b");
        CHECK((co_await client.lease_keep_alive({.id = 5})).ttl == 30);
        CHECK(first.asked == std::vector<std::string>{R"(/v3/kv/range {"key":"YQ==","range_end":"Yg==","limit":"2"})",
                                                      R"(/v3/lease/keepalive {"ID":"5"})"});
    }));
}

TEST_CASE("v3::Client: what reads goes on to the next endpoint, and that one comes first from then on")
{
    net::run(play([](FakeGateway& first, FakeGateway& second) -> net::Task<> {
        Client client = client_of(first, second);
        first.will("/v3/kv/range", {503, unavailable});
        second.will("/v3/kv/range", {200, "{}"});
        second.will("/v3/kv/range", {200, "{}"});
        co_await client.range({.key = "a"});
        co_await client.range({.key = "a"});
        CHECK(first.asked.size() == 1);
        CHECK(second.asked.size() == 2);
        second.will("/v3/kv/range", {200, "{\"cou", true}); // the answer breaks off
        first.will("/v3/kv/range", {200, R"({"count":"3"})"});
        CHECK((co_await client.range({.key = "a"})).count == 3);
    }));
}

TEST_CASE("v3::Client: what writes is not sent again once it may have been carried out")
{
    net::run(play([](FakeGateway& first, FakeGateway& second) -> net::Task<> {
        Client client = client_of(first, second);
        first.will("/v3/kv/put", {503, unavailable});
        CHECK((co_await refusal_of(client.put({.key = "a"}))).code() == Code::unavailable);
        CHECK(second.asked.empty());
        first.will("/v3/kv/put", {200, "{\"hea", true});
        CHECK((co_await failure_of(client.put({.key = "a"}))) != "");
        CHECK(second.asked.empty());
        first.will("/v3/kv/put", {503, R"({"error":"etcdserver: no leader","code":14})"});
        second.will("/v3/kv/put", {200, "{}"});
        co_await client.put({.key = "a"}); // that one was not carried out
        CHECK(second.asked.size() == 1);

        Client through_nobody({.endpoints = {"127.0.0.1:1", second.address()}});
        second.will("/v3/kv/put", {200, "{}"});
        co_await through_nobody.put({.key = "b"}); // nor one that was never connected
        CHECK(second.asked.size() == 2);
    }));
}

TEST_CASE("v3::Client: refusals of every style")
{
    CHECK(decode_refusal(412, R"({"error":"a","message":"a","code":9})").code() == Code::failed_precondition);
    CHECK(decode_refusal(400, R"({"code":11,"message":"compacted","details":[]})").message() == "compacted");
    CHECK(decode_refusal(400, R"({"code":11,"message":"compacted","details":[]})").code() == Code::out_of_range);
    CHECK(decode_refusal(503, R"({"error":{"grpc_code":14,"http_code":503,"message":"gone","http_status":"x"}})")
              .message() == "gone");
    CHECK(decode_refusal(404, "404 page not found\n").code() == Code::unsupported);
    CHECK(decode_refusal(502, "<html>\x1b[1m").message() == "<html>\\x1b[1m");
    CHECK(decode_refusal(500, "").message() == "HTTP status 500");
    CHECK(error_of(Status(Code::permission_denied, "no")).kind() == ErrorKind::denied);
    CHECK(error_of(Status(Code::ok, "odd")).kind() == ErrorKind::failed);
    CHECK_THROWS_AS(decode_line<WatchResponse>(R"({"error":{"grpc_code":14,"message":"m"}})"), Status);
    CHECK_THROWS_AS(decode_line<WatchResponse>("{\"result\":"), Error);
}

TEST_CASE("v3::Client: an older etcd's prefix is found, and a server without the API named")
{
    net::run(play([](FakeGateway& first, FakeGateway& second) -> net::Task<> {
        Client client({.endpoints = {first.address()}});
        first.will("/version", {200, R"({"etcdserver":"3.3.25","etcdcluster":"3.3.0"})"});
        first.will("/v3beta/kv/lease/revoke", {200, "{}"});
        co_await client.lease_revoke({.id = 1});
        CHECK(first.asked.back() == R"(/v3beta/kv/lease/revoke {"ID":"1"})");
        Client other({.endpoints = {second.address()}});
        second.will("/version", {200, "etcd 2.0.9"});
        const Status status = co_await refusal_of(other.status());
        CHECK(status.code() == Code::unsupported);
        CHECK(status.message().find("does not speak etcd's v3 API") != std::string::npos);
    }));
}

TEST_CASE(
    "v3::Client: authenticates, again where the token is no longer known, and goes on without where nobody is asked")
{
    net::run(play([](FakeGateway& first, FakeGateway& second) -> net::Task<> {
        Client client({.endpoints = {first.address()}, .user = "u", .password = "p"});
        first.will("/v3/auth/authenticate", {200, R"({"token":"one"})"});
        first.will("/v3/kv/put", {401, R"({"error":"etcdserver: invalid auth token","code":16})"});
        first.will("/v3/auth/authenticate", {200, R"({"token":"two"})"});
        first.will("/v3/kv/put", {200, "{}"});
        co_await client.put({.key = "a"});
        CHECK(first.asked == std::vector<std::string>{R"(/v3/auth/authenticate {"name":"u","password":"p"})",
                                                      R"(/v3/kv/put {"key":"YQ=="} as one)",
                                                      R"(/v3/auth/authenticate {"name":"u","password":"p"})",
                                                      R"(/v3/kv/put {"key":"YQ=="} as two)"});
        Client nobody({.endpoints = {second.address()}, .user = "u", .password = "p"});
        second.will("/v3/auth/authenticate",
                    {412, R"({"error":"etcdserver: authentication is not enabled","code":9})"});
        second.will("/v3/kv/put", {200, "{}"});
        second.will("/v3/kv/put", {200, "{}"});
        co_await nobody.put({.key = "a"});
        co_await nobody.put({.key = "a"});
        CHECK(second.asked.size() == 3);
    }));
}

TEST_CASE("v3::Watch: goes on at another endpoint behind what it delivered, without gaps and without doubles")
{
    net::run(play([](FakeGateway& first, FakeGateway& second) -> net::Task<> {
        Client client = client_of(first, second);
        first.will("/v3/watch", {200, created(4) + event(5, "YQ==") + event(6, "Yg=="), true});
        second.will("/v3/watch", {200, created(9) + event(6, "Yg==") + event(8, "Yw=="), true});
        first.will("/v3/watch", {200, created(9) + R"({"result":{"header":{"revision":"12"}}})"
                                                   "\n"
                                                   R"({"error":{"grpc_code":14,"message":"closing"}})"
                                                   "\n"});
        second.will("/v3/watch", {503, unavailable});
        first.will("/v3/watch", {200, created(20) + R"({"result":{"canceled":true,"compact_revision":"15"}})"
                                                    "\n"});
        Watch watch(client, {.key = "a"});
        CHECK(watch.next_revision() == 0);
        CHECK((co_await watch.next()).events[0].kv->mod_revision == 5);
        CHECK((co_await watch.next()).events[0].kv->mod_revision == 6);
        const WatchResponse third = co_await watch.next();
        REQUIRE(third.events.size() == 1);
        CHECK(third.events[0].kv->key == "c");
        const WatchResponse last = co_await watch.next();
        CHECK(last.canceled);
        CHECK(last.compact_revision == 15);
        CHECK(watch.is_over());
        const auto asks_from = [](const FakeGateway& gateway, std::size_t at, const char* revision) {
            return gateway.asked.at(at).find(fmt::format(R"("start_revision":"{}")", revision)) != std::string::npos;
        };
        CHECK(first.asked[0].find("start_revision") == std::string::npos);
        CHECK(asks_from(second, 0, "7"));
        CHECK(asks_from(first, 1, "9"));
        CHECK(asks_from(first, 2, "13")); // the progress at 12 says that nothing before is missing
    }));
}

TEST_CASE("v3::Watch: a revision in pieces is delivered whole, and one cut in the middle again from its beginning")
{
    net::run(play([](FakeGateway& first, FakeGateway& second) -> net::Task<> {
        Client client = client_of(first, second);
        const std::string part =
            R"({"result":{"header":{"revision":"5"},"fragment":true,"events":[{"kv":{"key":"YQ==","mod_revision":"5"}}]}})"
            "\n";
        first.will("/v3/watch", {200, created(4) + part + R"({"result":{"eve)", true});
        second.will("/v3/watch", {200, created(5) + part + event(5, "Yg=="), true});
        Watch watch(client, {.key = "a", .range_end = "z"});
        const WatchResponse whole = co_await watch.next();
        CHECK(whole.events.size() == 2);
        CHECK(second.asked[0].find(R"("start_revision":"5")") != std::string::npos);
        CHECK(watch.next_revision() == 6);
    }));
}

TEST_CASE("v3::Watch: progress is told where it is asked for, and a refusal ends it")
{
    net::run(play([](FakeGateway& first, FakeGateway& second) -> net::Task<> {
        Client client = client_of(first, second);
        first.will("/v3/watch", {200, created(4) +
                                          R"({"result":{"header":{"revision":"9"}}})"
                                          "\n" +
                                          R"({"error":{"grpc_code":7,"message":"etcdserver: permission denied"}})"
                                          "\n"});
        Watch watch(client, {.key = "a", .progress_notify = true});
        CHECK((co_await watch.next()).header->revision == 9);
        CHECK((co_await refusal_of(watch.next())).code() == Code::permission_denied);
    }));
}
