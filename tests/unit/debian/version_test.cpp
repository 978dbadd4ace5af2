// SPDX-License-Identifier: Apache-2.0
#include "debian/version.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace dfriends::debian;

TEST_CASE("compare_versions: orders as dpkg does")
{
    constexpr std::array<std::string_view, 16> rising = {
        "1.0~~", "1.0~~a", "1.0~",   "1.0~rc1-1",  "1.0",     "1.0-1", "1.0-1+b1", "1.0-1.1",
        "1.0-9", "1.0-10", "1.0a-1", "1.0+dfsg-1", "1.0.1-1", "1.9",   "1.10",     "1:0.1"};
    for (std::size_t i = 0; i < rising.size(); ++i)
        for (std::size_t j = 0; j < rising.size(); ++j) {
            CAPTURE(rising[i]);
            CAPTURE(rising[j]);
            CHECK((compare_versions(rising[i], rising[j]) == (i <=> j)));
        }
    CHECK((compare_versions("1.0", "0:1.0") == 0));
    CHECK((compare_versions("1.00", "1.0") == 0));
    CHECK((compare_versions("1.0", "1.0-0") == 0));
    CHECK((compare_versions("99999999999999999999999", "100000000000000000000000") < 0));
    CHECK((compare_versions("", "") == 0));
    CHECK((compare_versions("a:", ":") > 0));
}
