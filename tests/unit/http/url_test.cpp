// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "http/url.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::http;

TEST_CASE("parse_url: takes a URL apart")
{
    const Url url = parse_url("HTTP://User:pw@Example.ORG:8080/a%2Fb?q=1#frag");
    CHECK(url.scheme == "http");
    CHECK(url.user_info == "User:pw");
    CHECK(url.host == "example.org");
    CHECK(url.port == 8080);
    CHECK(url.target == "/a%2Fb?q=1");
    CHECK(parse_url("https://h").target == "/");
    CHECK(parse_url("https://h").port == 443);
    CHECK(parse_url("http://[::1]:81/").authority() == "[::1]:81");
    CHECK(parse_url("http://h?x").target == "/?x");
}

TEST_CASE("find_url: refuses what is none")
{
    for (const char* text : {"", "h", "/x", "ftp://h/", "http://", "http:///x", "http://h:0/", "http://h:99999/",
                             "http://h:x/", "http://a b/", "http://h/a b", "http://h/\r\nX: y", "http://[::1/",
                             "http://[::1]x/", "http://h:1:2/", "http://h\x7f/"})
        CHECK_MESSAGE(!find_url(text), text);
    CHECK_THROWS_AS(parse_url("x"), Error);
}

TEST_CASE("resolve_reference: follows RFC 3986 section 5.4")
{
    const Url base = parse_url("http://a/b/c/d?q");
    const auto target = [&](const char* reference) { return resolve_reference(base, reference)->text(); };
    CHECK(target("g") == "http://a/b/c/g");
    CHECK(target("./g") == "http://a/b/c/g");
    CHECK(target("../g") == "http://a/b/g");
    CHECK(target("../../../g") == "http://a/g");
    CHECK(target("/g") == "http://a/g");
    CHECK(target("?y") == "http://a/b/c/d?y");
    CHECK(target("//g/x") == "http://g/x");
    CHECK(target("https://h/x") == "https://h/x");
    CHECK(target("g?y=http://z") == "http://a/b/c/g?y=http://z");
    CHECK(!resolve_reference(base, "ftp://x/"));
    CHECK(!resolve_reference(base, "a\r\nb"));
}

TEST_CASE("parse_query: decodes names and values")
{
    CHECK(find_query("a=1&b=x+y%21&b=2", "b") == "x y!");
    CHECK(find_query("wait", "wait") == "");
    CHECK(!find_query("a=1", "b"));
    CHECK(find_query("a=%zz", "a") == "%zz");
}
