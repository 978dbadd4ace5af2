// SPDX-License-Identifier: Apache-2.0
#include "base/duration.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace std::chrono_literals;

TEST_CASE("parse_duration: reads units, sums and bare seconds")
{
    CHECK(parse_duration("90") == 90s);
    CHECK(parse_duration("1m30s") == 90s);
    CHECK(parse_duration("1min 30s") == 90s);
    CHECK(parse_duration("250ms") == 250ms);
    CHECK(parse_duration("2d") == 48h);
    CHECK(parse_duration("1.5h") == 90min);
    CHECK(parse_duration("1m0.25s") == 60'250ms);
    CHECK(parse_duration("0.00000000000001s") == 0ms);
}

TEST_CASE("parse_duration: refuses what is none and what overflows")
{
    for (const char* text :
         {"", "s", "-1s", "1x", "1.s", ".5s", "1.2.3s", "99999999999999999999s", "9223372036854775807w"})
        CHECK_MESSAGE(!parse_duration(text), text);
}

TEST_CASE("render_duration: shows the two largest units")
{
    CHECK(render_duration(90s) == "1m30s");
    CHECK(render_duration(0s) == "0s");
    CHECK(render_duration(49h + 5min) == "2d1h");
    CHECK(render_duration(-1500ms) == "-1s500ms");
}
