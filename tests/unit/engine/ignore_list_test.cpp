// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "engine/build_context.hpp"

#include <doctest/doctest.h>

using dfriends::Error;
using dfriends::engine::IgnoreList;

TEST_CASE("IgnoreList: patterns stand for whole paths, and for all below a folder")
{
    const IgnoreList list("*.log\nnode_modules\n# a comment\n/build\n");
    CHECK(list.ignores("a.log"));
    CHECK_FALSE(list.ignores("deep/a.log"));
    CHECK(list.ignores("node_modules/x/y"));
    CHECK(list.ignores("build/out"));
    CHECK_FALSE(list.ignores("src/build"));
}

TEST_CASE("IgnoreList: two stars reach into every folder")
{
    const IgnoreList list("**/*.tmp\ndocs/**\n");
    CHECK(list.ignores("a.tmp"));
    CHECK(list.ignores("x/y/a.tmp"));
    CHECK(list.ignores("docs/a/b"));
    CHECK_FALSE(list.ignores("a.tmp.c"));
}

TEST_CASE("IgnoreList: the last pattern that fits decides")
{
    const IgnoreList list("*.md\n!README.md\nREADME-*.md\n");
    CHECK(list.ignores("a.md"));
    CHECK_FALSE(list.ignores("README.md"));
    CHECK(list.ignores("README-x.md"));
    CHECK(list.has_exceptions());
}

TEST_CASE("IgnoreList: sets, single characters, and what is malformed")
{
    const IgnoreList list("file[0-9]\n?ack\n");
    CHECK(list.ignores("file7"));
    CHECK_FALSE(list.ignores("filex"));
    CHECK(list.ignores("back"));
    CHECK_FALSE(list.ignores("attack"));
    CHECK_THROWS_AS(IgnoreList("a[b"), Error);
}
