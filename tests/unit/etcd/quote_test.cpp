// SPDX-License-Identifier: Apache-2.0
#include "etcd/quote.hpp"

#include <doctest/doctest.h>

using dfriends::etcd::quote;
using namespace std::string_view_literals;

TEST_CASE("quote: escapes what Go escapes, and nothing else")
{
    CHECK(quote("") == R"("")");
    CHECK(quote("a\"b\\c/") == R"("a\"b\\c/")");
    CHECK(quote("<a>&'") == R"("\u003ca\u003e\u0026'")");
    CHECK(quote("\n\r\t\b\f\0\x1f\x7f"sv) == "\"\\n\\r\\t\\u0008\\u000c\\u0000\\u001f\x7f\"");
    CHECK(quote("\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa") == "\"\\u2028\\u2029\xe2\x80\xaa\"");
    CHECK(quote("gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80") == "\"gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80\"");
}

TEST_CASE("quote: every byte that is no UTF-8 becomes one replacement character")
{
    CHECK(quote("\xff\xfe") == R"("\ufffd\ufffd")");
    CHECK(quote("a\xc3(") == R"("a\ufffd(")");
    CHECK(quote("\xc0\xaf") == R"("\ufffd\ufffd")");                     // overlong
    CHECK(quote("\xe0\x80\x80") == R"("\ufffd\ufffd\ufffd")");           // overlong
    CHECK(quote("\xed\xa0\x80") == R"("\ufffd\ufffd\ufffd")");           // half of a surrogate pair
    CHECK(quote("\xf4\x90\x80\x80") == R"("\ufffd\ufffd\ufffd\ufffd")"); // beyond U+10FFFF
    CHECK(quote("\xe2\x82") == R"("\ufffd\ufffd")");                     // cut short
    CHECK(quote("\x80") == R"("\ufffd")");
}
