// SPDX-License-Identifier: Apache-2.0
#include "cache/server_health.hpp"

#include <doctest/doctest.h>

using namespace dfriends::cache;
using namespace std::chrono_literals;

namespace {

constexpr auto silent = ServerHealth::Failure::silent;
constexpr auto faulty = ServerHealth::Failure::faulty;
const std::string origin = "http://a.example";

} // namespace

TEST_CASE("ServerHealth: a server that fails rests for longer each time, and is then probed by one only")
{
    ServerHealth::Time now{1h};
    ServerHealth health([&] { return now; });
    CHECK(!health.is_avoided(origin));
    CHECK(!health.begin_probe(origin));
    for (const auto rest : {2s, 4s, 8s, 16s}) {
        CAPTURE(rest.count());
        health.failed(origin, faulty, "answers 503");
        health.end_probe(origin);
        CHECK(health.is_avoided(origin));
        CHECK(!health.is_avoided("http://b.example"));
        now += rest - 1s;
        CHECK(!health.begin_probe(origin));
        now += 1s;
        CHECK(health.begin_probe(origin));
        CHECK(!health.begin_probe(origin));
    }
    CHECK(health.report(origin).failures == 4);
    CHECK(health.report(origin).why == "answers 503");
    health.answered(origin);
    health.end_probe(origin);
    CHECK(!health.is_avoided(origin));
    CHECK(health.report(origin).failures == 0);
    // It broke off once more before a file was whole: no fresh start.
    health.failed(origin, faulty, "breaks off");
    CHECK(health.report(origin).failures == 5);
    health.completed(origin);
    health.failed(origin, faulty, "breaks off");
    CHECK(health.report(origin).failures == 1);
}

TEST_CASE("ServerHealth: many clients that meet one breakdown are one failure; rest has a limit")
{
    ServerHealth::Time now{1h};
    ServerHealth health([&] { return now; });
    for (int i = 0; i < 50; ++i)
        health.failed(origin, silent, "does not answer");
    CHECK(health.report(origin).failures == 1);
    for (int i = 0; i < 50; ++i) {
        now += 600s;
        REQUIRE(health.begin_probe(origin));
        health.failed(origin, silent, "does not answer");
        health.end_probe(origin);
    }
    CHECK(health.report(origin).failures == 51);
}

TEST_CASE("ServerHealth: down is who was silent within 20 s, and not who answered with an error")
{
    ServerHealth::Time now{1h};
    ServerHealth health([&] { return now; });
    health.failed(origin, faulty, "answers 503");
    CHECK(!health.is_down(origin));
    health.failed(origin, silent, "does not answer");
    CHECK(health.is_down(origin));
    now += 20s;
    CHECK(!health.is_down(origin));
    CHECK(health.is_avoided(origin));
    health.failed(origin, silent, "does not answer");
    health.answered(origin);
    CHECK(!health.is_down(origin));
}

TEST_CASE("ServerHealth: remembers a bounded number of servers")
{
    ServerHealth::Time now{1h};
    ServerHealth health([&] { return now; });
    for (int i = 0; i < 5000; ++i)
        health.failed("http://" + std::to_string(i) + ".example", silent, "does not answer");
    CHECK(health.is_avoided("http://4999.example"));
    CHECK(!health.is_avoided("http://0.example"));
}
