// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "net/endpoint.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::net;

TEST_CASE("parse_endpoint: addresses of both families, and the short forms")
{
    CHECK(parse_endpoint("127.0.0.1:80") == Endpoint{"127.0.0.1", 80});
    CHECK(parse_endpoint("[::1]:80").text() == "[::1]:80");
    CHECK(parse_endpoint(":8080").text() == "0.0.0.0:8080");
    for (const char* text : {"", "80", "host:80", "::1:80", "1.2.3.4:", "1.2.3.4:65536", "1.2.3.4:-1"})
        CHECK_THROWS_AS(parse_endpoint(text), Error);
}

TEST_CASE("AddressRange: contains by bits, and sees through mapped addresses")
{
    const AddressRange range("172.17.8.0/21");
    CHECK(range.contains("172.17.15.255"));
    CHECK(!range.contains("172.17.16.0"));
    CHECK(range.contains("::ffff:172.17.8.1"));
    CHECK(!range.contains("fe80::1"));
    CHECK(AddressRange("0.0.0.0/0").contains("8.8.8.8"));
    CHECK_THROWS_AS(AddressRange("1.2.3.4/33"), Error);
    CHECK_THROWS_AS(AddressRange("x/8"), Error);
}

TEST_CASE("is_special: inside names stay inside")
{
    for (const char* address : {"127.0.0.1", "10.1.2.3", "169.254.169.254", "172.31.0.1", "192.168.1.1", "::1",
                                "fd00::1", "fe80::1", "::ffff:127.0.0.1", "0.0.0.0", "224.0.0.1", "nonsense"})
        CHECK_MESSAGE(is_special(address), address);
    for (const char* address : {"8.8.8.8", "172.32.0.1", "2001:4860:4860::8888"})
        CHECK_MESSAGE(!is_special(address), address);
}
