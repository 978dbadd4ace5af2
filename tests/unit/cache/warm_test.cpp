// SPDX-License-Identifier: Apache-2.0
#include "cache/warm.hpp"

#include <doctest/doctest.h>

using namespace dfriends::cache;

TEST_CASE("distribution_of: suites that belong together have one name")
{
    CHECK(distribution_of("http://mirror.example/debian/dists/bookworm/") == "bookworm");
    CHECK(distribution_of("http://mirror.example/debian-security/dists/bookworm-security/") == "bookworm");
    CHECK(distribution_of("http://mirror.example/dists/stable/updates/") == "stable");
    CHECK(distribution_of("http://mirror.example/flat/") == "http://mirror.example/flat/");
}

TEST_CASE("image_takes: an image that names its release takes no other one")
{
    CHECK(image_takes("debian:bookworm-slim", "bookworm"));
    CHECK(image_takes("debian:12.5", "bookworm"));
    CHECK(image_takes("registry.example:5000/library/python:3.12-slim-bookworm", "bookworm"));
    CHECK(image_takes("ubuntu:24.04@sha256:00", "noble"));
    CHECK(image_takes("debian:stable", "stable"));
    CHECK_FALSE(image_takes("debian:bookworm", "trixie"));
    CHECK_FALSE(image_takes("node:20-bookworm", "noble"));
    CHECK_FALSE(image_takes("ubuntu:24.04", "jammy"));
    // A vendor's suite may be for any image, and an image that says nothing takes all.
    CHECK(image_takes("debian:bookworm", "nodistro"));
    CHECK(image_takes("nginx:stable", "trixie"));
    CHECK(image_takes("debian:latest", "trixie"));
    CHECK(image_takes("debian:${TAG}", "trixie"));
    CHECK(image_takes("", "noble"));
}
