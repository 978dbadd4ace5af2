// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "json/cursor.hpp"

#include <doctest/doctest.h>

using dfriends::Error;
using dfriends::json::Cursor;

namespace {

std::string read_string(std::string_view text)
{
    return Cursor(text).read_string();
}

bool is_value(std::string_view text)
{
    Cursor cursor(text);
    try {
        cursor.skip_value();
        return cursor.at_end();
    } catch (const Error&) {
        return false;
    }
}

} // namespace

TEST_CASE("cursor: reads a document value by value")
{
    Cursor cursor(R"( {"a": [1, -2.5e3, "x"], "b": null, "c": {"d": true}} {})");
    std::string name, seen;
    cursor.begin_object();
    while (cursor.next_member(name)) {
        seen += name;
        if (name == "a") {
            cursor.begin_array();
            CHECK(cursor.next_element());
            CHECK(cursor.read_number() == "1");
            CHECK(cursor.next_element());
            CHECK(cursor.read_number() == "-2.5e3");
            CHECK(cursor.next_element());
            CHECK(cursor.read_string() == "x");
            CHECK(!cursor.next_element());
        } else if (name == "b") {
            CHECK(cursor.skip_null());
        } else {
            cursor.skip_value();
        }
    }
    CHECK(seen == "abc");
    CHECK(!cursor.at_end()); // another document follows
    cursor.begin_object();
    CHECK(!cursor.next_member(name));
    CHECK(cursor.at_end());
}

TEST_CASE("cursor: strings and their escapes")
{
    CHECK(read_string(R"("\"\\\/\b\f\n\r\t")") == "\"\\/\b\f\n\r\t");
    CHECK(read_string(R"("\u0041\u00fc\u20ac")") == "A\xc3\xbc\xe2\x82\xac");
    CHECK(read_string(R"("\ud83d\ude00")") == "\xf0\x9f\x98\x80");
    CHECK(read_string(R"("\ud83dx")") == "\xef\xbf\xbdx"); // half a pair
    CHECK(read_string(R"("\ud83d\u0041")") == "\xef\xbf\xbd"
                                              "A");
    CHECK_THROWS_AS(read_string("\"a"), Error);
    CHECK_THROWS_AS(read_string("\"a\n\""), Error);
    CHECK_THROWS_AS(read_string(R"("\x41")"), Error);
    CHECK_THROWS_AS(read_string(R"("\u00g0")"), Error);
}

TEST_CASE("cursor: takes what is JSON and nothing else")
{
    for (const char* good :
         {"0", "-0", "10", "1.5", "1e9", "[]", "{}", "[[],{}]", R"({"a":{"b":[null,false]}})", " true "})
        CHECK_MESSAGE(is_value(good), good);
    for (const char* bad : {"",
                            "01",
                            "+1",
                            "1.",
                            ".5",
                            "1e",
                            "--1",
                            "tru",
                            "nul",
                            "[1,]",
                            "[,1]",
                            "{,}",
                            R"({"a"})",
                            R"({"a":1,})",
                            R"({a:1})",
                            "[1 2]",
                            "]",
                            "1 2",
                            R"({"a":1 "b":2})",
                            "'x'"})
        CHECK_MESSAGE(!is_value(bad), bad);
    CHECK(is_value(std::string(100, '[') + std::string(100, ']')));
    CHECK(!is_value(std::string(101, '[') + std::string(101, ']')));
}
