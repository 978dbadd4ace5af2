// SPDX-License-Identifier: Apache-2.0
#include "base/encoding.hpp"

#include <doctest/doctest.h>

using namespace dfriends;

TEST_CASE("encode_base64: the vectors of RFC 4648 section 10")
{
    CHECK(encode_base64("") == "");
    CHECK(encode_base64("f") == "Zg==");
    CHECK(encode_base64("fo") == "Zm8=");
    CHECK(encode_base64("foo") == "Zm9v");
    CHECK(encode_base64("foobar") == "Zm9vYmFy");
    CHECK(encode_base64url("\xfb\xff") == "-_8");
}

TEST_CASE("decode_base64: reads both alphabets and refuses the rest")
{
    CHECK(decode_base64("Zm8=") == "fo");
    CHECK(decode_base64("-_8") == "\xfb\xff");
    CHECK(!decode_base64("Z"));
    CHECK(!decode_base64("Zm 9"));
}

TEST_CASE("decode_percent: decodes, and refuses a broken escape at any place")
{
    CHECK(decode_percent("a%20b") == "a b");
    CHECK(decode_percent("%41") == "A");
    for (const char* text : {"%", "%4", "a%", "a%zz", "ab%4"})
        CHECK_MESSAGE(!decode_percent(text), text);
}

TEST_CASE("encode_percent: keeps what it is told to keep")
{
    CHECK(encode_percent("/a b~", "/") == "/a%20b~");
    CHECK(encode_percent("\xc3\xa9") == "%C3%A9");
}

TEST_CASE("decode_hex: is the inverse of encode_hex")
{
    CHECK(decode_hex(encode_hex(std::string("\0\x7f\xff", 3))) == std::string("\0\x7f\xff", 3));
    CHECK(!decode_hex("abc"));
    CHECK(!decode_hex("zz"));
}
