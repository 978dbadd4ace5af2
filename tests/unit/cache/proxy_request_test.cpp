// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "cache/proxy_request.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::cache;
using Kind = ProxyRequest::Kind;

namespace {

std::string key_of(std::string_view target, const Remap& remap = {})
{
    return map_request("GET", target, remap).key;
}

} // namespace

TEST_CASE("map_request: all forms of one URL have one key")
{
    const std::string key = "http://mirror.example/debian/pool/a_1.deb";
    for (const auto* target :
         {"http://mirror.example/debian/pool/a_1.deb", "http://MIRROR.example:80/debian/pool/a_1.deb",
          "http://mirror.example./debian//pool/./a_1.deb", "/mirror.example/debian/pool/a_1.deb",
          "/mirror.example:80/debian/pool/a_1.deb", "http://mirror.example/debian/%70ool/a%5f1.deb",
          "http://mirror.example/debian/pool/a_1.deb#part"}) {
        CAPTURE(target);
        CHECK(key_of(target) == key);
    }
}

TEST_CASE("map_request: the https convention, however its slashes were folded")
{
    const std::string key = "https://mirror.example/x";
    for (const auto* target : {"http://HTTPS///mirror.example/x", "http://https/mirror.example/x",
                               "/HTTPS///mirror.example/x", "/https/mirror.example/x", "https://mirror.example/x"}) {
        CAPTURE(target);
        CHECK(key_of(target) == key);
    }
}

TEST_CASE("map_request: plus, tilde and the epoch's colon, as old and new apt spell them")
{
    CHECK(key_of("http://m.example/a%2bb%7e1%253a2") == key_of("http://m.example/a+b~1%253a2"));
    CHECK(key_of("http://m.example/1%253a2") != key_of("http://m.example/1%3a2"));
    CHECK(map_request("GET", "http://m.example/a%2Bb", {}).url.target ==
          "/a%2Bb"); // upstream sees the client's spelling
}

TEST_CASE("map_request: ports, schemes, queries and a closing slash tell URLs apart")
{
    CHECK(key_of("http://m.example:8080/a") != key_of("http://m.example/a"));
    CHECK(key_of("https://m.example/a") != key_of("http://m.example/a"));
    CHECK(key_of("http://m.example/a?x") != key_of("http://m.example/a"));
    CHECK(key_of("http://m.example/a?x") != key_of("http://m.example/a%3fx"));
    CHECK(key_of("http://m.example/a/") != key_of("http://m.example/a"));
}

TEST_CASE("map_request: our own pages and tunnels")
{
    CHECK(map_request("GET", "/", {}).kind == Kind::usage);
    CHECK(map_request("GET", "/acng-report.html", {}).kind == Kind::report);
    const auto tunnel = map_request("CONNECT", "mirror.example:443", {});
    CHECK(tunnel.kind == Kind::tunnel);
    CHECK(tunnel.url.host == "mirror.example");
    CHECK(tunnel.url.port == 443);
    CHECK(map_request("CONNECT", "[2001:db8::1]:443", {}).url.host == "2001:db8::1");
}

TEST_CASE("map_request: what climbs, splits or names nothing is refused")
{
    for (const auto* target :
         {"http://m.example/../x", "http://m.example/a/%2e%2e/x", "http://m.example/a%2f..%2f..%2fx", "http://../x",
          "http://m.example/a%0d%0aX-Injected:%20yes", "http://m.example/%zz", "http://m.example/a b",
          "ftp://m.example/x", "http:///x", "m.example", "", "*", "http://m.example:0/", "http://m..example/",
          "http://a$b.example/", "http://https./https/x", "http://m.example:99999/x"}) {
        CAPTURE(target);
        CHECK_THROWS_AS(map_request("GET", target, {}), Error);
    }
    CHECK_THROWS_AS(map_request("GET", "/nothing/here", {}), Error);
    CHECK_THROWS_AS(map_request("CONNECT", "m.example", {}), Error);
    CHECK_THROWS_AS(map_request("CONNECT", "m.example:443/x", {}), Error);
    CHECK_THROWS_AS(map_request("GET", "http://m.example/" + std::string(20'000, 'a'), {}), Error);
}

TEST_CASE("Remap: a name and each of its mirrors mean the same file, with all mirrors to get it from")
{
    const Remap remap({"debian=http://one.example/debian,https://two.example/mirror/debian/"});
    for (const auto* target : {"/debian/pool/a.deb", "http://one.example/debian/pool/a.deb",
                               "https://two.example/mirror/debian/pool/a.deb", "/two.example/x"}) {
        CAPTURE(target);
        const auto asked = map_request("GET", target, remap);
        if (std::string_view(target) == "/two.example/x") {
            CHECK(asked.key == "http://two.example/x");
            continue;
        }
        CHECK(asked.key == "http://one.example/debian/pool/a.deb");
        REQUIRE(asked.sources.size() == 2);
        CHECK(asked.sources[1].text() == "https://two.example/mirror/debian/pool/a.deb");
    }
    for (const auto* text :
         {"debian", "=http://a.example", "a.b=http://a.example", "a=ftp://a.example", "a=http://x/?y"})
        CHECK_THROWS_AS(Remap({std::string(text)}), Error);
}
