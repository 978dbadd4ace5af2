// SPDX-License-Identifier: Apache-2.0
#include "cache/registry_request.hpp"

#include <doctest/doctest.h>

using namespace dfriends::cache;
using Kind = RegistryRequest::Kind;

namespace {

const std::string digits(64, 'a');

std::string code_of(std::string_view target)
{
    const auto asked = parse_registry_request(target);
    return asked.kind == Kind::refused ? asked.reference : "";
}

} // namespace

TEST_CASE("is_registry_target: /v2/ and what is below it")
{
    for (const auto* target : {"/v2", "/v2/", "/v2/?ns=a", "/v2/demo/manifests/1"})
        CHECK(is_registry_target(target));
    for (const auto* target : {"/", "/v2x", "/v1/", "http://registry.example/v2/", "//v2/"})
        CHECK_FALSE(is_registry_target(target));
}

TEST_CASE("parse_registry_request: what is asked for, without the query that names the registry")
{
    CHECK(parse_registry_request("/v2/").kind == Kind::base);
    CHECK(parse_registry_request("/v2?ns=registry.example").kind == Kind::base);

    const auto blob = parse_registry_request("/v2/library/demo/blobs/sha256:" + digits + "?ns=registry.example");
    CHECK(blob.kind == Kind::blob);
    CHECK(blob.name == "library/demo");
    CHECK(blob.reference == digits);
    CHECK(blob.target == "/v2/library/demo/blobs/sha256:" + digits);

    CHECK(parse_registry_request("/v2/demo/manifests/sha256%3A" + digits).kind == Kind::manifest);
    const auto tag = parse_registry_request("/v2/demo/manifests/v1.0_a-b");
    CHECK(tag.kind == Kind::tag);
    CHECK(tag.reference == "v1.0_a-b");

    const auto list = parse_registry_request("/v2/demo/tags/list?n=10&ns=registry.example&last=a");
    CHECK(list.kind == Kind::listing);
    CHECK(list.target == "/v2/demo/tags/list?n=10&last=a");
    CHECK(parse_registry_request("/v2/demo/referrers/sha256:" + digits).kind == Kind::listing);
}

TEST_CASE("parse_registry_request: a name may hold the words of the paths")
{
    const auto asked = parse_registry_request("/v2/manifests/blobs/manifests/latest");
    CHECK(asked.kind == Kind::tag);
    CHECK(asked.name == "manifests/blobs");
}

TEST_CASE("parse_registry_request: the grammar of names")
{
    for (const auto* name : {"a", "a/b/c", "a.b", "a_b", "a__b", "a-b", "a---b", "0/9"}) {
        CAPTURE(name);
        CHECK(parse_registry_request("/v2/" + std::string(name) + "/manifests/1").kind == Kind::tag);
    }
    for (const auto* name : {"A",  "a/", "/a",    "a//b", ".",   "..",       "a/../b", "a..b", "a___b", "a._b", "-a",
                             "a-", "_a", "a%00b", "a%2f", "a b", "a%0d%0ab", "a:b",    "a@b",  "ä",     "%zz"}) {
        CAPTURE(name);
        CHECK(code_of("/v2/" + std::string(name) + "/manifests/1") == "NAME_INVALID");
    }
    CHECK(parse_registry_request("/v2/" + std::string(255, 'a') + "/manifests/1").kind == Kind::tag);
    CHECK(code_of("/v2/" + std::string(256, 'a') + "/manifests/1") == "NAME_INVALID");
}

TEST_CASE("parse_registry_request: digests and tags to the letter")
{
    for (const auto& digest : {"sha256:" + std::string(64, 'A'), "sha256:" + std::string(63, 'a'),
                               "sha256:" + std::string(65, 'a'), "sha512:" + digits, digits, std::string("sha256:")}) {
        CAPTURE(digest);
        CHECK(code_of("/v2/demo/blobs/" + digest) == "DIGEST_INVALID");
        CHECK(code_of("/v2/demo/referrers/" + digest) == "DIGEST_INVALID");
    }
    CHECK(code_of("/v2/demo/manifests/sha256:12") == "DIGEST_INVALID");
    for (const auto& tag :
         {std::string(".a"), std::string("-a"), std::string(), std::string("a%20b"), std::string(129, 'a')}) {
        CAPTURE(tag);
        CHECK(code_of("/v2/demo/manifests/" + tag) == "TAG_INVALID");
    }
    CHECK(parse_registry_request("/v2/demo/manifests/" + std::string(128, 'a')).kind == Kind::tag);
}

TEST_CASE("parse_registry_request: what a mirror has not")
{
    for (const auto* target : {"/v2/_catalog", "/v2/demo", "/v2/demo/tags/other", "/v2//", "/v2///", "/v2/blobs/x",
                               "/v2/demo/blobs/uploads/"}) {
        CAPTURE(target);
        CHECK_FALSE(code_of(target).empty());
    }
}
