// SPDX-License-Identifier: Apache-2.0
#include "base/size.hpp"

#include <doctest/doctest.h>

using namespace dfriends;

TEST_CASE("parse_size: reads what docker reads")
{
    CHECK(parse_size("512") == 512);
    CHECK(parse_size("10k") == 10240);
    CHECK(parse_size("64MiB") == 64ULL << 20U);
    CHECK(parse_size("1.5G") == 3ULL << 29U);
    CHECK(parse_size("10GB") == 10ULL << 30U);
    for (const char* text : {"", "k", "1x", "-1", "1.2.3", "99999999P", "nan"})
        CHECK_MESSAGE(!parse_size(text), text);
}

TEST_CASE("render_size: three digits")
{
    CHECK(render_size(0) == "0 B");
    CHECK(render_size(1500) == "1.46 KiB");
    CHECK(render_size(1024 * 1024 - 1) == "1.00 MiB");
}
