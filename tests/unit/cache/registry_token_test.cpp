// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "cache/registry_token.hpp"
#include "cache/registry_wire.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::cache;

namespace {

Challenge bearer(std::string_view field)
{
    const auto challenges = parse_challenges(field);
    REQUIRE(challenges.size() == 1);
    return challenges.front();
}

} // namespace

TEST_CASE("parse_challenges: a registry's")
{
    const auto challenge =
        bearer(R"(Bearer realm="https://auth.registry.example/token",service="a",scope="repository:a/b:pull,push")");
    CHECK(challenge.scheme == "bearer");
    CHECK(challenge.parameters.at("realm") == "https://auth.registry.example/token");
    CHECK(challenge.parameters.at("service") == "a");
    CHECK(challenge.parameters.at("scope") == "repository:a/b:pull,push");
}

TEST_CASE("parse_challenges: several in one field, and every way to write them")
{
    const auto challenges =
        parse_challenges(R"(Negotiate YII=, BASIC Realm = "a \"b\", c" , bearer realm=x , Digest,)");
    REQUIRE(challenges.size() == 4);
    CHECK(challenges[0].scheme == "negotiate");
    CHECK(challenges[0].parameters.empty());
    CHECK(challenges[1].scheme == "basic");
    CHECK(challenges[1].parameters.at("realm") == R"(a "b", c)");
    CHECK(challenges[2].parameters.at("realm") == "x");
    CHECK(challenges[3].scheme == "digest");
}

TEST_CASE("parse_challenges: nothing of what is malformed or too much")
{
    for (const auto* field : {"", ",", "=", "Bearer realm=\"open", "Bearer realm=\"a\"b", "Bearer realm=a b",
                              "Bearer realm=, x=", "Bearer realm=\"a\nb\"", "Bearer realm=\"a\\", "Bearer \"a\"",
                              "Bearer@", "a/b realm=x"}) {
        CAPTURE(field);
        CHECK(parse_challenges(field).empty());
    }
    CHECK(parse_challenges("Bearer realm=\"" + std::string(9000, 'a') + "\"").empty());
    std::string many = "Bearer a=b";
    for (int i = 0; i < 100; ++i)
        many += ",p" + std::to_string(i) + "=x";
    CHECK(parse_challenges(many).empty());
    std::string schemes = "a";
    for (int i = 0; i < 100; ++i)
        schemes += ",a";
    CHECK(parse_challenges(schemes).empty());
}

TEST_CASE("token_url: the realm with service and scope, over https where the registry is")
{
    const auto registry = http::parse_url("https://registry.example/");
    const auto url_of = [&](std::string_view field) {
        return token_url(registry, bearer(field), "repository:a/b:pull").text();
    };
    CHECK(url_of(R"(Bearer realm="https://auth.example/token",service="a b&c")") ==
          "https://auth.example/token?service=a%20b%26c&scope=repository:a/b:pull");
    CHECK(url_of(R"(Bearer realm="https://u:p@auth.example/token?x=1#y")") ==
          "https://auth.example/token?x=1&scope=repository:a/b:pull");
    for (const auto* field : {R"(Bearer realm="http://auth.example/token")", R"(Bearer realm="ftp://auth.example/")",
                              R"(Bearer realm="/token")", R"(Bearer service="a")"}) {
        CAPTURE(field);
        CHECK_THROWS_AS(url_of(field), Error);
    }
}

TEST_CASE("decode_token: either member, a bounded lifetime, and nothing that breaks a header")
{
    CHECK(decode_token(R"({"token":"a"})").token == "a");
    CHECK(decode_token(R"({"token":"a"})").lifetime.count() == 60);
    CHECK(decode_token(R"({"access_token":"b","expires_in":300})").token == "b");
    CHECK(decode_token(R"({"access_token":"b","expires_in":300})").lifetime.count() == 300);
    CHECK(decode_token(R"({"token":"a","expires_in":99999999})").lifetime.count() == 3600);
    CHECK(decode_token(R"({"token":"a","expires_in":-1})").lifetime.count() == 1);
    for (const auto* text : {"", "[]", "{}", R"({"token":7})", R"({"token":""})", R"({"token":"a\r\nX: y"})"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(decode_token(text), Error);
    }
}

TEST_CASE("manifest_type_of: what it says, or what its members say")
{
    CHECK(manifest_type_of(R"({"mediaType":"application/vnd.oci.image.index.v1+json"})") ==
          "application/vnd.oci.image.index.v1+json");
    CHECK(manifest_type_of(R"({"manifests":[]})") == "application/vnd.oci.image.index.v1+json");
    CHECK(manifest_type_of(R"({"config":{},"layers":[]})") == "application/vnd.oci.image.manifest.v1+json");
    CHECK(manifest_type_of("{}").empty());
    CHECK(manifest_type_of("no JSON").empty());
    CHECK(manifest_type_of(R"({"mediaType":"a\r\nb"})").empty());
}
