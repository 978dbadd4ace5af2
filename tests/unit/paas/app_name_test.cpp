// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "paas/app_name.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::paas;

TEST_CASE("app name: lower-case letters, digits, dots and hyphens")
{
    for (const char* good : {"codeit", "code.it", "code-it", "a", "1", "3com", "a--b", "a.b-c.d"})
        CHECK(parse_app_name(good) == good);
    CHECK(parse_app_name(std::string(63, 'a')).size() == 63);
}

TEST_CASE("app name: what could mean something to a shell, a path, git or the engine is refused")
{
    for (const char* bad :
         {"a;rm -rf", "../x", "..",   ".",    ".hidden", "a/b", "a..b", "A",           "Code",   "-x",
          "--app",    "a-",   "a.",   "a.-b", "a-.b",    "a_b", "a b",  " a",          "a\n",    "a$(id)",
          "a`id`",    "a'b",  "a\"b", "a\\b", "~",       "a@b", "a:b",  "caf\xc3\xa9", "\x1b[0m"}) {
        CAPTURE(bad);
        CHECK_THROWS_AS(parse_app_name(bad), Error);
    }
    CHECK_THROWS_AS(parse_app_name(std::string_view("a\0b", 3)), Error);
    CHECK_THROWS_AS(parse_app_name(std::string(64, 'a')), Error);
    CHECK_THROWS_WITH(parse_app_name(""), "Please specify an app to run the command on");
    CHECK_THROWS_WITH(parse_app_name("A"),
                      "App name must begin with lowercase alphanumeric character, and may only contain lowercase "
                      "alphanumerics, dots, and hyphens");
}

TEST_CASE("default domains: below the domain; a name with a dot is one itself")
{
    using Names = std::vector<std::string>;
    CHECK(default_domains("codeit", "dokku.app") == Names{"codeit.dokku.app"});
    CHECK(default_domains("code.it", "dokku.app") == Names{"code.it", "code.it.dokku.app"});
    CHECK(default_domains("code.it", "") == Names{"code.it"});
    CHECK(default_domains("codeit", "").empty());
}

TEST_CASE("domain: host names by RFC 1123, in lower case")
{
    CHECK(parse_domain("WWW.Shop.Example") == "www.shop.example");
    CHECK(parse_domain("localhost") == "localhost");
    CHECK(parse_domain("1.a-b.example") == "1.a-b.example");
    CHECK(parse_domain(std::string(63, 'a') + ".example").size() == 71);
    for (const char* bad : {"", ".", "a..b", "a.example.", ".a", "-a.example", "a-.example", "a_b.example", "a b",
                            "a.example:80", "http://a.example", "*.a.example", "a;b", "[::1]", "port of app"}) {
        CAPTURE(bad);
        CHECK_THROWS_AS(parse_domain(bad), Error);
    }
    CHECK_THROWS_AS(parse_domain(std::string(64, 'a') + ".example"), Error);
    std::string longest = "a";
    while (longest.size() < 254)
        longest += ".a";
    CHECK_THROWS_AS(parse_domain(longest), Error);
    CHECK_THROWS_WITH(parse_domain("a\x1b[b"), "'a\\x1b[b' is no host name");
}

TEST_CASE("config key: a letter or '_' first, no more than letters, digits and '_'")
{
    for (const char* good : {"A", "_", "a", "DATABASE_URL", "A1", "_9"})
        CHECK(parse_config_key(good) == good);
    for (const char* bad : {"", "1A", "A-B", "A B", "A.B", "A=B", "A\n", "$A", "\xc3\x89"}) {
        CAPTURE(bad);
        CHECK_THROWS_AS(parse_config_key(bad), Error);
    }
    CHECK_NOTHROW(parse_config_key(std::string(256, 'A')));
    CHECK_THROWS_AS(parse_config_key(std::string(257, 'A')), Error);
    CHECK_THROWS_WITH(parse_config_key("A B"), "Invalid key name: 'A B'");
}
