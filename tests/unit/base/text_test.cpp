// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"

#include <doctest/doctest.h>

using namespace dfriends;

TEST_CASE("split: keeps empty parts")
{
    CHECK(split("a,,b", ',') == std::vector<std::string_view>{"a", "", "b"});
    CHECK(split("", ',').size() == 1);
    CHECK(split_once("a=b=c", '=') == std::pair<std::string_view, std::string_view>{"a", "b=c"});
}

TEST_CASE("lines: takes both line ends, the last with or without one")
{
    CHECK(lines("a\r\nb\n\nc") == std::vector<std::string_view>{"a", "b", "", "c"});
    CHECK(lines("a\n").size() == 1);
}

TEST_CASE("parse_unsigned: the whole text or nothing")
{
    CHECK(parse_unsigned("18446744073709551615") == 18446744073709551615ULL);
    CHECK(!parse_unsigned("18446744073709551616"));
    CHECK(!parse_unsigned(" 1"));
    CHECK(!parse_unsigned("+1"));
    CHECK(parse_signed("-5") == -5);
}

TEST_CASE("printable: a terminal cannot be steered")
{
    CHECK(printable("a\x1b[31m\n") == "a\\x1b[31m\\x0a");
}

TEST_CASE("wrap: breaks at blanks and indents")
{
    CHECK(wrap("one two three", 7, 2) == "one two\n  three");
}

TEST_CASE("words and trim: blanks of all kinds")
{
    CHECK(words("  a\tb \n").size() == 2);
    CHECK(trim(" \t ").empty());
    CHECK(replace_all("aXbX", "X", "--") == "a--b--");
}

TEST_CASE("is_utf8: well-formed text only")
{
    for (const char* good : {"", "plain", "caf\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf"}) {
        CAPTURE(good);
        CHECK(is_utf8(good));
    }
    for (const char* bad : {"\x80", "\xc0\xaf", "\xc3", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff",
                            "\xe2\x82", "a\xc3z"}) {
        CAPTURE(bad);
        CHECK_FALSE(is_utf8(bad));
    }
}
