// SPDX-License-Identifier: Apache-2.0
#include "cache/import.hpp"

#include <doctest/doctest.h>

using namespace dfriends::cache;

TEST_CASE("original_key: the canonical URL of a .head file, and nothing where that is none")
{
    CHECK(original_key("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"
                       "X-Original-Source: http://Mirror.example:80/debian//pool/a%2bb.deb\r\n\r\n") ==
          "http://mirror.example/debian/pool/a+b.deb");
    CHECK(original_key("x-original-source: https://mirror.example:8443/a\n") == "https://mirror.example:8443/a");
    CHECK(original_key("").empty());
    CHECK(original_key("HTTP/1.1 200 OK\nX-Original-Source:\n").empty());
    CHECK(original_key("X-Original-Source: /etc/passwd\n").empty());
    CHECK(original_key("X-Original-Source: http://mirror.example/a/../../b\n").empty());
    CHECK(original_key("X-Original-Source: http://mirror.example/a%0d%0aX: y\n").empty());
    CHECK(original_key("X-Original-Source: http://user:secret@mirror.example/a\n").empty());
}
