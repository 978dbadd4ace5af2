// SPDX-License-Identifier: Apache-2.0
#include "base/glob.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace dfriends;

TEST_CASE("glob_match: shell patterns")
{
    CHECK(glob_match("code.it.*.service", "code.it.1.service"));
    CHECK(!glob_match("code.it.?.service", "code.it.10.service"));
    CHECK(glob_match("[a-c]x", "bx"));
    CHECK(!glob_match("[!a-c]x", "bx"));
    CHECK(glob_match("\\*", "*"));
    CHECK(!glob_match("\\*", "a"));
    CHECK(glob_match("[", "["));
    CHECK(glob_match("", ""));
    CHECK(!glob_match("", "a"));
}

TEST_CASE("glob_match: a hostile pattern ends soon")
{
    CHECK(!glob_match("*a*a*a*a*a*a*a*a*a*a*b", std::string(5000, 'a')));
}
