// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "etcd/dump/target.hpp"
#include "http/serve.hpp"
#include "net/loop.hpp"

#include <doctest/doctest.h>

#include <memory>

using namespace dfriends;
using namespace dfriends::etcd;

namespace {

/// What a server of v2 was asked to change; it has one directory with a key that expires.
struct V2Server {
    std::vector<std::string> changes;
};

net::Task<http::Response> answer(http::Request& request, std::shared_ptr<V2Server> server)
{
    const std::string form = co_await request.body->read_all(1000);
    if (request.method != "GET")
        server->changes.push_back(request.method + " " + request.target + " " + form);
    http::Response response = http::text_response(
        200,
        R"({"action":"get","node":{"dir":true,"nodes":[{"key":"/d","dir":true,"nodes":[)"
        R"({"key":"/d/a","value":"1","expiration":"2030-01-01T00:00:10Z","ttl":10,"modifiedIndex":5,"createdIndex":5}]}]}})",
        "application/json");
    response.headers.set("X-Etcd-Index", "9");
    co_return response;
}

net::Task<dump::Target::Tally> bring(std::shared_ptr<V2Server> server, std::vector<dump::V2Record> records,
                                     dump::Target::Mode mode)
{
    http::Server http([server](http::Request& request) { return answer(request, server); });
    net::Listener listener = net::Listener::tcp({"127.0.0.1", 0});
    const std::string address = listener.endpoint().text();
    http.start(std::move(listener));
    V2Client client({address});
    const TimePoint now = *parse_rfc3339("2030-01-01T00:00:00Z");
    dump::Target target(&client, nullptr, mode, [now] { return now; });
    for (dump::V2Record& record : records)
        co_await target.take({.v2 = std::move(record)});
    co_await target.take({.v3 = v3::KeyValue{.key = "left out"}});
    const dump::Target::Tally tally = co_await target.finish();
    co_await http.drain(std::chrono::seconds(1));
    co_return tally;
}

const std::vector<dump::V2Record> records{
    {.key = "/d", .value = "", .dir = true, .expiration = ""},
    {.key = "/d/a", .value = "1", .dir = false, .expiration = "2030-01-01T00:00:11Z"},
    {.key = "/d/b", .value = "2", .dir = false, .expiration = "2030-01-01T00:01:00.5Z"},
    {.key = "/gone", .value = "", .dir = true, .expiration = "2029-12-31T23:59:59Z"},
    {.key = "/gone/with-it", .value = "3", .dir = false, .expiration = ""},
    {.key = "/gone-by-name", .value = "4", .dir = false, .expiration = ""},
};

} // namespace

TEST_CASE("dump::Target: writes what differs, with the seconds that are left, and lets the dead rest")
{
    const auto server = std::make_shared<V2Server>();
    const dump::Target::Tally tally = net::run(bring(server, records, dump::Target::Mode::write));
    CHECK(server->changes ==
          std::vector<std::string>{"PUT /v2/keys/d/b value=2&ttl=61", "PUT /v2/keys/gone-by-name value=4"});
    CHECK(tally.same == 2);
    CHECK(tally.written == 2);
    CHECK(tally.expired == 2);
}

TEST_CASE("dump::Target: checking changes nothing, and names the first difference")
{
    const auto server = std::make_shared<V2Server>();
    const dump::Target::Tally tally = net::run(bring(server, records, dump::Target::Mode::check));
    CHECK(server->changes.empty());
    CHECK(tally.written == 2);
    CHECK(tally.first_difference == "/d/b");
}

TEST_CASE("dump::Target: a key in the place of a directory is refused, and a bad moment too")
{
    const auto server = std::make_shared<V2Server>();
    const auto one = [&](dump::V2Record record) {
        return bring(server, {std::move(record)}, dump::Target::Mode::write);
    };
    CHECK_THROWS_WITH_AS(net::run(one({.key = "/d", .value = "x", .dir = false, .expiration = ""})),
                         "'/d' is a directory there, and a key here", Error);
    CHECK_THROWS_AS(net::run(one({.key = "/e", .value = "x", .dir = false, .expiration = "soon"})), Error);
}

TEST_CASE("dump: records are lines of JSON and back")
{
    const dump::Record record{.v3 = v3::KeyValue{.key = std::string("a\0\xff", 3), .value = "v", .lease = 5}};
    const std::string line = v3::encode_json(record);
    CHECK(line == R"({"v3":{"key":"YQD/","value":"dg==","lease":"5"}})");
    CHECK(v3::decode_json<dump::Record>(line).v3->key == record.v3->key);
    CHECK(!v3::decode_json<dump::Record>(R"({"other":1})").v2);
}
