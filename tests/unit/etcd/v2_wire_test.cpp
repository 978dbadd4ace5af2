// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "etcd/v2_wire.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace dfriends;
using namespace dfriends::etcd;

namespace {

ErrorKind kind_of_refusal(int code)
{
    V2Answer answer;
    answer.refusal = V2Refusal{code, "m", "c", 1};
    try {
        answer.value();
    } catch (const Error& error) {
        CHECK(error.message() == std::to_string(code) + ": m (c) [1]");
        return error.kind();
    }
    return ErrorKind::internal;
}

} // namespace

TEST_CASE("decode_v2_answer: an event with its nodes and what was there before")
{
    const V2Answer answer = decode_v2_answer(
        200,
        R"({"action":"get","node":{"key":"/d","dir":true,"nodes":[{"key":"/d/a","value":"\u003cx\u003e","expiration":"2026-01-02T03:04:05.6Z","ttl":7,"modifiedIndex":9,"createdIndex":8}],"modifiedIndex":5,"createdIndex":4},"prevNode":{"key":"/d","value":"old","modifiedIndex":3,"createdIndex":2}})",
        12);
    REQUIRE(!answer.refusal);
    const V2Event& event = answer.value();
    CHECK(event.action == "get");
    CHECK(event.index == 12);
    CHECK(event.node.dir);
    CHECK(event.node.modified == 5);
    CHECK(event.node.created == 4);
    REQUIRE(event.node.nodes.size() == 1);
    CHECK(event.node.nodes[0].key == "/d/a");
    CHECK(event.node.nodes[0].value == "<x>");
    CHECK(event.node.nodes[0].ttl == 7);
    CHECK(event.node.nodes[0].expiration == "2026-01-02T03:04:05.6Z");
    REQUIRE(event.prev_node);
    CHECK(event.prev_node->value == "old");
}

TEST_CASE("decode_v2_answer: a refusal is an Error of the kind that fits")
{
    const V2Answer answer = decode_v2_answer(404,
                                             R"({"errorCode":100,"message":"Key not found","cause":"/x","index":5})"
                                             "\n",
                                             5);
    REQUIRE(answer.refusal);
    CHECK(answer.refusal->text() == "100: Key not found (/x) [5]");
    CHECK(kind_of_refusal(100) == ErrorKind::not_found);
    CHECK(kind_of_refusal(101) == ErrorKind::conflict);
    CHECK(kind_of_refusal(105) == ErrorKind::conflict);
    CHECK(kind_of_refusal(110) == ErrorKind::denied);
    CHECK(kind_of_refusal(209) == ErrorKind::invalid);
    CHECK(kind_of_refusal(300) == ErrorKind::unavailable);
}

TEST_CASE("decode_v2_answer: what no etcd says is no answer")
{
    for (const char* text :
         {"", "<html>", "null", "[]", "5", "\"x\"", "{", "{}", R"({"node":5})", R"({"node":[]})", R"({"node":null})",
          R"({"action":"get"})", "{\"action\":\"\xff\",\"node\":{}}", R"({"node":{},"node":1})"})
        CHECK_THROWS_AS(decode_v2_answer(200, text, 0), Error);
    CHECK_THROWS_WITH_AS(decode_v2_answer(502, "Bad Gateway", 0), doctest::Contains("no etcd"), Error);
    CHECK_THROWS_WITH_AS(decode_v2_answer(502, R"({"node":{}})", 0), doctest::Contains("status 502"), Error);
    std::string deep;
    for (int i = 0; i < 100'000; ++i)
        deep += R"({"nodes":[)";
    CHECK_THROWS_AS(decode_v2_answer(200, R"({"node":)" + deep, 0), Error);
}

TEST_CASE("decode_v2_answer: members of a wrong type are as good as none")
{
    const V2Answer answer = decode_v2_answer(
        200,
        R"({"action":5,"node":{"key":[],"value":{},"dir":"yes","nodes":"x","modifiedIndex":"9","createdIndex":-1,"ttl":1e300},"prevNode":[1]})",
        0);
    const V2Event& event = answer.value();
    CHECK(event.action.empty());
    CHECK(event.node.key == "/");
    CHECK(event.node.value.empty());
    CHECK(!event.node.dir);
    CHECK(event.node.nodes.empty());
    CHECK(event.node.modified == 0);
    CHECK(event.node.ttl == 0);
    CHECK(!event.prev_node);
    CHECK(decode_v2_answer(200, R"({"node":{"nodes":{"a":{"key":"/x"}}}})", 0).value().node.nodes.empty());
    CHECK(decode_v2_answer(200, R"({"node":{"nodes":[1,null,[]]}})", 0).value().node.nodes.size() == 3);
}

TEST_CASE("decode_v2_members: names and addresses; strange lists are empty")
{
    const auto members = decode_v2_members(
        R"({"members":[{"id":"a1","name":"n1","peerURLs":["http://p:1"],"clientURLs":["http://c:1",7,"http://c:2"]},{"id":5,"clientURLs":"x"},3]})");
    REQUIRE(members.size() == 3);
    CHECK(members[0].id == "a1");
    CHECK(members[0].name == "n1");
    CHECK(members[0].client_urls == std::vector<std::string>{"http://c:1", "http://c:2"});
    CHECK(members[1].id.empty());
    CHECK(members[1].client_urls.empty());
    for (const char* text : {"{}", "[]", "5", R"({"members":5})", R"({"members":{"a":{}}})", R"({"members":null})"})
        CHECK(decode_v2_members(text).empty());
    CHECK_THROWS_AS(decode_v2_members("<html>"), Error);
    CHECK(decode_v2_member(R"({"id":"a1","name":"n"})").id == "a1");
    CHECK(decode_v2_member("[]").id.empty());
}

TEST_CASE("encode_v2_event: the order and the nulls of etcdctl")
{
    V2Event event;
    event.action = "set";
    event.node.key = "/a";
    event.node.value = "<\n";
    event.node.created = event.node.modified = 4;
    CHECK(
        encode_v2_event(event) ==
        R"({"action":"set","node":{"key":"/a","value":"\u003c\n","nodes":null,"createdIndex":4,"modifiedIndex":4},"prevNode":null})");
    event.prev_node = event.node;
    event.node = V2Node{};
    event.node.dir = true;
    event.node.nodes = {*event.prev_node};
    event.node.nodes[0].ttl = 5;
    event.node.nodes[0].expiration = "2026-01-02T03:04:05Z";
    CHECK(
        encode_v2_event(event) ==
        R"({"action":"set","node":{"key":"","dir":true,"value":"","nodes":[{"key":"/a","value":"\u003c\n","nodes":null,"createdIndex":4,"modifiedIndex":4,"expiration":"2026-01-02T03:04:05Z","ttl":5}],"createdIndex":0,"modifiedIndex":0},)"
        R"("prevNode":{"key":"/a","value":"\u003c\n","nodes":null,"createdIndex":4,"modifiedIndex":4}})");
}

TEST_CASE("v2 wire: users and roles, in the styles of both answers")
{
    const V2User user = decode_v2_user(R"({"user":"a","roles":["x",{"role":"y","permissions":{}}]})");
    CHECK(user.name == "a");
    CHECK(user.roles == std::vector<std::string>{"x", "y"});
    CHECK(decode_v2_users(R"({"users":[{"user":"a"},{"user":"b"}]})").size() == 2);
    CHECK(decode_v2_users(R"({"users":null})").empty());
    const V2Role role = decode_v2_role(R"({"role":"r","permissions":{"kv":{"read":["/*"],"write":null}}})");
    CHECK(role == V2Role{"r", {"/*"}, {}});
    CHECK(decode_v2_roles(R"({"roles":[{"role":"r"}]})").size() == 1);
    CHECK(decode_v2_message(R"({"message":"auth: no"})") == "auth: no");
    CHECK(decode_v2_message(" 404 page not found\n") == "404 page not found");
    CHECK_THROWS_AS(decode_v2_user("<html>"), Error);
}
