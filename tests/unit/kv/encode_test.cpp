// SPDX-License-Identifier: Apache-2.0
#include "kv/v2/encode.hpp"
#include "kv/v2/errors.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::kv::v2;

namespace {

const TimePoint noon = *parse_rfc3339("2026-01-02T12:00:00Z");

Node file(std::string value, std::uint64_t index)
{
    Node node;
    node.value = std::move(value);
    node.created = node.modified = index;
    return node;
}

Node directory(std::uint64_t index)
{
    Node node;
    node.dir = true;
    node.created = node.modified = index;
    return node;
}

} // namespace

TEST_CASE("encode_node: the root has neither key nor indexes; an empty directory no nodes")
{
    Tree tree;
    CHECK(encode_node("/", tree.root(), noon, {}) == R"({"dir":true})");
    tree.put("/d", directory(4));
    CHECK(encode_node("/", tree.root(), noon, {}) ==
          R"({"dir":true,"nodes":[{"key":"/d","dir":true,"modifiedIndex":4,"createdIndex":4}]})");
}

TEST_CASE("encode_node: lists one level or all, and no hidden names below the one asked for")
{
    Tree tree;
    tree.put("/d", directory(4));
    tree.put("/d/_h", directory(5));
    tree.put("/d/_h/x", file("1", 5));
    tree.put("/d/e", directory(6));
    tree.put("/d/e/y", file("2", 6));
    CHECK(
        encode_node("/d", *tree.find("/d"), noon, {}) ==
        R"({"key":"/d","dir":true,"nodes":[{"key":"/d/e","dir":true,"modifiedIndex":6,"createdIndex":6}],"modifiedIndex":4,"createdIndex":4})");
    CHECK(
        encode_node("/d", *tree.find("/d"), noon, {.recursive = true}) ==
        R"({"key":"/d","dir":true,"nodes":[{"key":"/d/e","dir":true,"nodes":[{"key":"/d/e/y","value":"2","modifiedIndex":6,"createdIndex":6}],"modifiedIndex":6,"createdIndex":6}],"modifiedIndex":4,"createdIndex":4})");
    CHECK(encode_node("/d", *tree.find("/d"), noon, {.children = false}) ==
          R"({"key":"/d","dir":true,"modifiedIndex":4,"createdIndex":4})");
    CHECK(
        encode_node("/d/_h", *tree.find("/d/_h"), noon, {}) ==
        R"({"key":"/d/_h","dir":true,"nodes":[{"key":"/d/_h/x","value":"1","modifiedIndex":5,"createdIndex":5}],"modifiedIndex":5,"createdIndex":5})");
}

TEST_CASE("encode_node: seconds left are rounded up; decimals of the moment are as many as it has")
{
    Node node = file("v", 4);
    node.expires = noon + std::chrono::milliseconds(4100);
    CHECK(
        encode_node("/a", node, noon, {}) ==
        R"({"key":"/a","value":"v","expiration":"2026-01-02T12:00:04.1Z","ttl":5,"modifiedIndex":4,"createdIndex":4})");
    node.expires = noon + std::chrono::seconds(10) + std::chrono::nanoseconds(7);
    CHECK(encode_node("/a", node, noon, {}).find(R"("expiration":"2026-01-02T12:00:10.000000007Z","ttl":11)") !=
          std::string::npos);
    node.expires = noon;
    CHECK(encode_node("/a", node, noon, {}) ==
          R"({"key":"/a","value":"v","expiration":"2026-01-02T12:00:00Z","modifiedIndex":4,"createdIndex":4})");
}

TEST_CASE("encode: a refusal with and without a cause, and its status")
{
    CHECK(encode({Code::key_not_found, "/x", 5}) ==
          "{\"errorCode\":100,\"message\":\"Key not found\",\"cause\":\"/x\",\"index\":5}\n");
    CHECK(encode({Code::not_a_file, "", 0}) == "{\"errorCode\":102,\"message\":\"Not a file\",\"index\":0}\n");
    CHECK(encode({Code::compare_failed, "[<a> != \"b\"]", 7}).find(R"([\u003ca\u003e != \"b\"])") != std::string::npos);
    CHECK(status_of(Code::key_not_found) == 404);
    CHECK(status_of(Code::compare_failed) == 412);
    CHECK(status_of(Code::key_exists) == 412);
    CHECK(status_of(Code::not_a_file) == 403);
    CHECK(status_of(Code::directory_not_empty) == 403);
    CHECK(status_of(Code::root_is_read_only) == 400);
    CHECK(status_of(Code::not_a_directory) == 400);
    CHECK(status_of(Code::event_index_cleared) == 400);
    CHECK(status_of(Code::internal) == 500);
}
