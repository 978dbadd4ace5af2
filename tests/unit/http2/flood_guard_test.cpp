// SPDX-License-Identifier: Apache-2.0
#include "http2/flood_guard.hpp"

#include <doctest/doctest.h>

using dfriends::http2::FloodGuard;

TEST_CASE("flood guard: a burst is taken, a flood is not, and time forgives")
{
    FloodGuard guard;
    FloodGuard::TimePoint now{std::chrono::hours(1)};
    int taken = 0;
    while (guard.take(now))
        ++taken;
    CHECK(taken == static_cast<int>(FloodGuard::burst));
    now += std::chrono::seconds(1);
    taken = 0;
    while (guard.take(now))
        ++taken;
    CHECK(taken > FloodGuard::per_second / 2);
    CHECK(taken <= FloodGuard::per_second);
}

TEST_CASE("flood guard: PINGs between answers are free")
{
    FloodGuard guard;
    const FloodGuard::TimePoint now{std::chrono::hours(1)};
    for (int i = 0; i < 100'000; ++i) {
        if (i % FloodGuard::free_pings == 0)
            guard.sent_answer();
        REQUIRE(guard.take_ping(now));
    }
    bool fine = true;
    for (int i = 0; fine && i < 100'000; ++i)
        fine = guard.take_ping(now);
    CHECK_FALSE(fine);
}
