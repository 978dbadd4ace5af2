// SPDX-License-Identifier: Apache-2.0
#include "applets/kv/ctl3/go.hpp"
#include "applets/kv/ctl3/session.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::applets::kv::ctl3;
namespace v3 = dfriends::etcd::v3;

TEST_CASE("etcdctl 3: texts are quoted and read as Go does")
{
    CHECK(go_quote("a\"\\\n\x01\x7f") == R"("a\"\\\n\x01\x7f")");
    CHECK(go_quote("ö\xff") == "\"ö\\xff\"");
    const auto read = [](std::string_view text) {
        const auto word = go_unquote(text);
        return word ? *word + "|" + std::string(text) : "nothing";
    };
    CHECK(read(R"("a\"\n\x41\101\u00f6" rest)") == "a\"\nAAö| rest");
    CHECK(read("`a\\n`") == "a\\n|");
    CHECK(read("\"open") == "nothing");
    CHECK(read(R"("\q")") == "nothing");
    CHECK(read(R"("\xg0")") == "nothing");
    CHECK(read(R"("\400")") == "nothing");
    CHECK(read("bare") == "nothing");
    CHECK(read("") == "nothing");
}

TEST_CASE("etcdctl 3: a line's words")
{
    CHECK(argify(R"(put  "a b" 'c "d"' --lease=1)") == std::vector<std::string>{"put", "a b", "c \"d\"", "--lease=1"});
    CHECK(argify("  ") == std::vector<std::string>{});
    CHECK(!argify("put \"a"));
    CHECK(!argify("put 'a"));
}

TEST_CASE("etcdctl 3: durations, sizes and frames")
{
    using namespace std::chrono_literals;
    CHECK(go_duration(1722738ns) == "1.722738ms");
    CHECK(go_duration(2s) == "2s");
    CHECK(go_duration(1500ns) == "1.5µs");
    CHECK(go_duration(7ns) == "7ns");
    CHECK(humanize_bytes(9) == "9 B");
    CHECK(humanize_bytes(24576) == "25 kB");
    CHECK(humanize_bytes(2'050'000) == "2.1 MB");
    CHECK(render_frame({"hash", "total keys"}, {{"e2776753", "18"}}) == "+----------+------------+\n"
                                                                        "|   HASH   | TOTAL KEYS |\n"
                                                                        "+----------+------------+\n"
                                                                        "| e2776753 |         18 |\n"
                                                                        "+----------+------------+\n");
    CHECK(render_frame({"a"}, {}) == "+---+\n| A |\n+---+\n");
}

TEST_CASE("etcdctl 3: messages as Go writes them")
{
    v3::TxnResponse response{.header = v3::ResponseHeader{.revision = 5}, .succeeded = true};
    response.responses.push_back({.response_put = v3::PutResponse{.header = v3::ResponseHeader{.revision = 5}}});
    CHECK(
        GoJson::write(response) ==
        R"({"header":{"revision":5},"succeeded":true,"responses":[{"Response":{"ResponsePut":{"header":{"revision":5}}}}]})");
    CHECK(GoJson::write(v3::Event{.type = v3::EventType::remove, .kv = v3::KeyValue{.key = "a"}}) ==
          R"({"type":1,"kv":{"key":"YQ=="}})");
    CHECK(GoJson::members(v3::ResponseHeader{.cluster_id = 1}) == R"("cluster_id":1)");
}

TEST_CASE("etcdctl 3: numbers, and the end of a prefix")
{
    CHECK(parse_lease("3fb3a217d171c711", "x") == 0x3fb3a217d171c711);
    CHECK_THROWS_WITH_AS(parse_lease("zz", "bad lease ID"),
                         "bad lease ID (strconv.ParseInt: parsing \"zz\": invalid syntax), expecting ID in Hex",
                         Failure);
    CHECK_THROWS_WITH_AS(parse_member("fffffffffffffffff"), doctest::Contains("value out of range"), Failure);
    CHECK_THROWS_AS(parse_number("", Exit::error), Failure);
    CHECK(etcd::v3::prefix_end("/a") == "/b");
    CHECK(etcd::v3::prefix_end("a\xff\xff") == "b");
    CHECK(etcd::v3::prefix_end("\xff") == std::string_view("\0", 1));
    CHECK(etcd::v3::prefix_end("") == std::string_view("\0", 1));
}
