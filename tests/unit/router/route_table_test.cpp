// SPDX-License-Identifier: Apache-2.0
#include "router/registrations.hpp"
#include "router/route_table.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::router;

TEST_CASE("parse_registration: keys of the walkthrough, and what is none")
{
    CHECK(parse_registration("/domains/code.it-1/core-01:", "/domains") == Registration{"code.it-1", "core-01", 80});
    CHECK(parse_registration("/domains/x/10.0.0.1:8000", "/domains") == Registration{"x", "10.0.0.1", 8000});
    CHECK(parse_registration("/domains/x/host", "/domains") == Registration{"x", "host", 80});
    for (const char* key :
         {"/domains", "/domains/x", "/domains/x/", "/domains/x/h:0", "/domains/x/h:70000", "/domains/x/h:8000/y",
          "/domains/x/a b:1", "/domainsx/y/h:1", "/other/x/h:1", "/domains//h:1", "/domains/x/:80", "/domains/x\r/h:1"})
        CHECK_MESSAGE(!parse_registration(key, "/domains"), key);
}

TEST_CASE("service_of: numbered units make a service")
{
    CHECK(service_of("code.it-1") == "code.it");
    CHECK(service_of("a-b-12") == "a-b");
    for (const char* name : {"code.it", "-1", "a-", "a-b", "a-1b"})
        CHECK_MESSAGE(service_of(name).empty(), name);
}

TEST_CASE("route table: hosts in any spelling; backends keep their health from table to table")
{
    RouteTable first;
    first.add("Code.it", {"10.0.0.1", 80});
    first.add("code.it", {"10.0.0.1", 80});
    first.add("code.it", {"10.0.0.2", 80});
    first.finish();
    for (const char* host : {"code.it", "CODE.IT:8080", "code.it.", "code.it.:80"}) {
        REQUIRE_MESSAGE(first.find(host) != nullptr, host);
        CHECK(first.find(host)->size() == 2);
    }
    CHECK(first.find("other") == nullptr);
    CHECK(first.find("") == nullptr);
    CHECK(first.find("[::1]:80") == nullptr);
    first.find("code.it")->front()->is_healthy = false;
    RouteTable second(&first);
    second.add("new", {"10.0.0.1", 80});
    second.finish();
    CHECK(second.find("new")->front() == first.find("code.it")->front());
    CHECK_FALSE(second.find("new")->front()->is_healthy);
}

TEST_CASE("choose: the least loaded healthy one, in turns; the ill ones last; each once")
{
    Backends all;
    for (std::uint16_t port = 1; port <= 3; ++port)
        all.push_back(std::make_shared<Backend>(Backend{.address = {"10.0.0.1", port}}));
    CHECK(choose(all, {}, 0) == all[0]);
    CHECK(choose(all, {}, 1) == all[1]);
    all[1]->active = 2;
    CHECK(choose(all, {}, 1) == all[2]);
    all[0]->is_healthy = all[2]->is_healthy = false;
    CHECK(choose(all, {}, 0) == all[1]);
    CHECK(choose(all, {all[1]}, 0) == all[0]);
    CHECK(choose(all, all, 0) == nullptr);
    CHECK(choose({}, {}, 5) == nullptr);
}
