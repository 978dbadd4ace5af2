// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "cache/address_policy.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::cache;

namespace {

std::size_t permitted(const AddressPolicy& policy, const std::string& host, std::vector<std::string> addresses,
                      std::uint16_t port = 80)
{
    std::vector<net::Endpoint> endpoints;
    for (auto& address : addresses)
        endpoints.push_back({std::move(address), port});
    return policy.permitted(host, std::move(endpoints)).size();
}

} // namespace

TEST_CASE("AddressPolicy: public addresses only")
{
    const AddressPolicy policy({}, {});
    CHECK(permitted(policy, "a.example", {"8.8.8.8"}) == 1);
    CHECK(permitted(policy, "a.example", {"10.0.0.1", "8.8.8.8"}) == 1);
    for (const auto* address :
         {"127.0.0.1", "127.8.8.8", "10.1.2.3", "172.17.0.1", "192.168.0.1", "169.254.169.254", "0.0.0.0", "224.0.0.1",
          "::1", "fe80::1", "fd00::1", "::ffff:127.0.0.1", "100.64.0.1"}) {
        CAPTURE(address);
        CHECK_THROWS_AS(permitted(policy, "a.example", {address}), Error);
    }
}

TEST_CASE("AddressPolicy: hosts and ranges that were allowed")
{
    const AddressPolicy policy({"mirror.example:8080", "cache.example", "10.0.0.0/8", "[fd00::1]:81"},
                               Remap({"debian=http://inner.example:8000/x"}));
    CHECK(permitted(policy, "mirror.example", {"127.0.0.1"}, 8080) == 1);
    CHECK_THROWS_AS(permitted(policy, "mirror.example", {"127.0.0.1"}, 80), Error);
    CHECK(permitted(policy, "cache.example", {"192.168.1.1"}, 4711) == 1);
    CHECK(permitted(policy, "any.example", {"10.9.9.9", "192.168.1.1"}) == 1);
    CHECK(permitted(policy, "inner.example", {"127.0.0.1"}, 8000) == 1);
    CHECK_THROWS_AS(permitted(policy, "inner.example", {"127.0.0.1"}, 8001), Error);
    CHECK_NOTHROW(policy.check_port("mirror.example", 8080));
    CHECK_NOTHROW(policy.check_port("a.example", 443));
    CHECK_NOTHROW(policy.check_port("10.0.0.9", 25));
    CHECK_THROWS_AS(policy.check_port("a.example", 25), Error);
    CHECK_NOTHROW(policy.check_tunnel("a.example", 443));
    CHECK_NOTHROW(policy.check_tunnel("mirror.example", 8080));
    CHECK_THROWS_AS(policy.check_tunnel("cache.example", 22), Error);
    for (const auto* text : {"http://a.example", "a.example/x", "a.example:x", "10.0.0.0/40", ""})
        CHECK_THROWS_AS(AddressPolicy({text}, {}), Error);
}

TEST_CASE("AddressPolicy: what a proxy will resolve is checked as far as it can be read")
{
    const AddressPolicy policy({"10.0.0.0/8", "fine.localhost:80"}, {});
    for (const auto* host : {"mirror.example", "8.8.8.8", "10.1.2.3", "2001:4860::1", "7.example", "fine.localhost"}) {
        CAPTURE(host);
        CHECK_NOTHROW(policy.check_unresolved(host, 80));
    }
    for (const auto* host : {"127.0.0.1", "192.168.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "localhost",
                             "LocalHost", "localhost.", "a.localhost", "127.0.0.1.", "2130706433", "0x7f000001",
                             "127.1", "0177.0.0.1", "1.2.3.4.5", "", ".", "::1%lo"}) {
        CAPTURE(host);
        CHECK_THROWS_AS(policy.check_unresolved(host, 80), Error);
    }
}

TEST_CASE("AddressPolicy: clients from local networks")
{
    for (const auto* address :
         {"127.0.0.1", "172.17.0.2", "10.0.0.1", "192.168.1.1", "::1", "fd12::1", "::ffff:172.17.0.2", ""})
        CHECK(AddressPolicy::is_local_client(address));
    for (const auto* address : {"8.8.8.8", "172.32.0.1", "2a00::1", "::ffff:8.8.8.8", "100.64.0.1"})
        CHECK(!AddressPolicy::is_local_client(address));
}
