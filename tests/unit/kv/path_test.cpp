// SPDX-License-Identifier: Apache-2.0
#include "kv/v2/path.hpp"

#include <doctest/doctest.h>

using namespace dfriends::kv::v2;

TEST_CASE("clean_path: one leading slash, no empty, dot or climbing components")
{
    CHECK(clean_path("") == "/");
    CHECK(clean_path("/") == "/");
    CHECK(clean_path("///") == "/");
    CHECK(clean_path("a") == "/a");
    CHECK(clean_path("/a/b/") == "/a/b");
    CHECK(clean_path("/a//b/./c") == "/a/b/c");
    CHECK(clean_path("/a/../b") == "/b");
    CHECK(clean_path("/../../a/..") == "/");
    CHECK(clean_path("/a/.../..b/.c") == "/a/.../..b/.c");
}

TEST_CASE("components, join_path, parent_path, last_component: take paths apart and put them together")
{
    CHECK(components("/").empty());
    CHECK(components("/a/b") == std::vector<std::string_view>{"a", "b"});
    CHECK(join_path("/", "a") == "/a");
    CHECK(join_path("/a", "b") == "/a/b");
    CHECK(parent_path("/a/b") == "/a");
    CHECK(parent_path("/a") == "/");
    CHECK(parent_path("/") == "/");
    CHECK(last_component("/a/b") == "b");
}

TEST_CASE("is_below: a common beginning of names is not enough")
{
    CHECK(is_below("/a/b", "/a"));
    CHECK(is_below("/a", "/"));
    CHECK(!is_below("/a", "/a"));
    CHECK(!is_below("/ab", "/a"));
    CHECK(!is_below("/", "/"));
    CHECK(!is_below("/a", "/a/b"));
}
