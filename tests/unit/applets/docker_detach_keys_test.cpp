// SPDX-License-Identifier: Apache-2.0
#include "applets/docker/detach_keys.hpp"
#include "base/error.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using applets::docker::DetachKeys;

TEST_CASE("DetachKeys: the sequence ends what is handed on, also in pieces")
{
    DetachKeys keys("");
    CHECK(keys.feed("ls\r") == "ls\r");
    CHECK(keys.feed("a\x10") == "a");
    CHECK_FALSE(keys.were_pressed());
    CHECK(keys.feed("\x11never") == "");
    CHECK(keys.were_pressed());
}

TEST_CASE("DetachKeys: a beginning that goes on otherwise is handed on whole")
{
    DetachKeys keys("ctrl-p,ctrl-q");
    CHECK(keys.feed("\x10") == "");
    CHECK(keys.feed("x") == "\x10x");
    CHECK(keys.feed("\x10\x10") == "\x10");
    CHECK(keys.feed("\x11") == "");
    CHECK(keys.were_pressed());
}

TEST_CASE("DetachKeys: a sequence that begins again within itself")
{
    DetachKeys keys("a,a,b");
    CHECK(keys.feed("aaa") == "a");
    CHECK(keys.feed("b") == "");
    CHECK(keys.were_pressed());
}

TEST_CASE("DetachKeys: what keys may be called")
{
    CHECK(DetachKeys("DEL").feed("\x7f").empty());
    CHECK(DetachKeys("ctrl-\\").feed("\x1c").empty());
    CHECK(DetachKeys("ctrl-@").feed(std::string_view("\0", 1)).empty());
    CHECK_THROWS_AS(DetachKeys("ctrl-"), Error);
    CHECK_THROWS_AS(DetachKeys("ctrl-P"), Error);
    CHECK_THROWS_AS(DetachKeys("ctrl-p,"), Error);
    CHECK_THROWS_AS(DetachKeys("esc"), Error);
}
