// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "engine/reference.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using engine::parse_reference;

TEST_CASE("parse_reference: what is left out is docker.io, library and latest")
{
    const auto debian = parse_reference("debian");
    CHECK(debian.registry == "docker.io");
    CHECK(debian.path == "library/debian");
    CHECK(debian.familiar() == "debian:latest");
    CHECK(parse_reference("me/app:1.2").path == "me/app");
    CHECK(parse_reference("docker.io/library/debian:12").familiar() == "debian:12");
}

TEST_CASE("parse_reference: a first part with a dot, a colon or 'localhost' is a registry")
{
    CHECK(parse_reference("registry.example/a/b").registry == "registry.example");
    CHECK(parse_reference("localhost/a").registry == "localhost");
    CHECK(parse_reference("[::1]:5000/a").registry == "[::1]:5000");
    const auto ported = parse_reference("127.0.0.1:5000/a:2");
    CHECK(ported.registry == "127.0.0.1:5000");
    CHECK(ported.tag == "2");
    CHECK(ported.familiar() == "127.0.0.1:5000/a:2");
}

TEST_CASE("parse_reference: digests")
{
    const std::string digest = "sha256:" + std::string(64, 'a');
    CHECK(parse_reference("app@" + digest).digest == digest);
    CHECK(parse_reference("app:1@" + digest).tag == "1");
    CHECK(parse_reference("app@" + digest).familiar() == "app@" + digest);
}

TEST_CASE("parse_reference: refuses what is none")
{
    for (const std::string text : {"", "Upper", "a b", "a:", "a@sha256:short", "-a", "a//b", "a:/b", "a:x/b", "[::1/b",
                                   "[::1]x/b", "[g]/b", "../a", "a:tag with blank"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(parse_reference(text), Error);
    }
}
