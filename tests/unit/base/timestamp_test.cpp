// SPDX-License-Identifier: Apache-2.0
#include "base/timestamp.hpp"

#include <doctest/doctest.h>

using namespace dfriends;

TEST_CASE("parse_http_date: is the inverse of render_http_date")
{
    const auto moment = parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT");
    REQUIRE(moment);
    CHECK(moment->time_since_epoch() == std::chrono::seconds(784111777));
    CHECK(render_http_date(*moment) == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 UTC") == moment);
    for (const char* text : {"", "06 Nov 1994", "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 9999 08:49:37 GMT",
                             "Sun, 06 Nov 1994 08:49 GMT"})
        CHECK_MESSAGE(!parse_http_date(text), text);
}

TEST_CASE("parse_rfc3339: fractions and offsets")
{
    const auto moment = parse_rfc3339("2014-05-01T14:00:00.5+02:00");
    REQUIRE(moment);
    CHECK(render_rfc3339(*moment, 3) == "2014-05-01T12:00:00.500Z");
    CHECK(render_rfc3339(*moment) == "2014-05-01T12:00:00Z");
    for (const char* text :
         {"2014-05-01", "2014-02-30T00:00:00Z", "2014-05-01T24:00:00Z", "2014-05-01T12:00:00", "2014-05-01T12:00:00.Z"})
        CHECK_MESSAGE(!parse_rfc3339(text), text);
}

TEST_CASE("render_age: docker's words")
{
    using namespace std::chrono_literals;
    CHECK(render_age(5s) == "5 seconds ago");
    CHECK(render_age(90s) == "About a minute ago");
    CHECK(render_age(3599s) == "59 minutes ago");
    CHECK(render_age(89min) == "About an hour ago");
    CHECK(render_age(90min) == "2 hours ago");
    CHECK(render_age(3h) == "3 hours ago");
    CHECK(render_age(72h) == "3 days ago");
}
