// SPDX-License-Identifier: Apache-2.0
#include "applets/docker/format.hpp"
#include "applets/docker/wire.hpp"
#include "base/error.hpp"

#include <doctest/doctest.h>

#include <ctime>
#include <string>

using namespace dfriends;
using namespace dfriends::applets::docker;

namespace {

const std::vector<Fields> rows{{{"Names", "one"}, {"Image", "a"}}, {{"Names", "a longer name"}, {"Image", "b"}}};
const Fields headings{{"Names", "NAMES"}, {"Image", "IMAGE"}};

} // namespace

TEST_CASE("render_list: a template for each row, a table, and JSON lines")
{
    CHECK(render_list("{{.Names}}:{{ .Image }}", rows, headings) == "one:a\na longer name:b\n");
    CHECK(render_list("table {{.Names}}\\t{{.Image}}", rows, headings) ==
          "NAMES           IMAGE\none             a\na longer name   b\n");
    CHECK(render_list("json", rows, headings) == R"({"Image":"a","Names":"one"})"
                                                 "\n"
                                                 R"({"Image":"b","Names":"a longer name"})"
                                                 "\n");
    CHECK_THROWS_AS(render_list("{{.Nothing}}", rows, headings), Error);
    CHECK_THROWS_AS(render_list("{{.Names", rows, headings), Error);
}

TEST_CASE("render_decimal_size, render_binary_size, render_command, render_ports: as docker's tables have them")
{
    CHECK(render_decimal_size(0) == "0B");
    CHECK(render_decimal_size(1994000) == "1.99MB");
    CHECK(render_binary_size(0) == "0B");
    CHECK(render_binary_size(1023) == "1023B");
    CHECK(render_binary_size(25276000000) == "23.54GiB");
    CHECK(render_command("sh -c 'while true; do'", false) == "\"sh -c 'while true; …\"");
    CHECK(render_command("a \"b\"", true) == R"("a \"b\"")");
    CHECK(render_ports({{"0.0.0.0", 80, 8080, "tcp"}, {"", 53, 0, "udp"}}) == "53/udp, 0.0.0.0:8080->80/tcp");
}

TEST_CASE("parse_filters: several values of one key")
{
    const auto filters = parse_filters({"name=a", "name=b", "label=x=y"});
    CHECK(filters.at("name") == std::vector<std::string>{"a", "b"});
    CHECK(filters.at("label") == std::vector<std::string>{"x=y"});
    CHECK_THROWS_AS(parse_filters({"name"}), Error);
}

TEST_CASE("parse_moment: seconds, RFC 3339, a day or a moment of local time, and how long ago")
{
    CHECK(parse_moment("") == "");
    CHECK(parse_moment("1764205200.25") == "1764205200.25");
    CHECK(parse_moment("2025-11-27T01:00:00Z") == "1764205200.000000000");
    CHECK(parse_moment("2025-11-27T02:00:00.5+01:00") == "1764205200.500000000");
    std::tm local{.tm_hour = 1, .tm_mday = 27, .tm_mon = 10, .tm_year = 125, .tm_isdst = -1};
    const std::string one = std::to_string(std::mktime(&local));
    for (const char* text : {"2025-11-27T01", "2025-11-27T01:00", "2025-11-27T01:00:00"})
        CHECK_MESSAGE(parse_moment(text) == one, text);
    CHECK(parse_moment("2025-11-27") == std::to_string(std::stoll(one) - 3600));
    CHECK(std::stoll(parse_moment("1.5h")) < std::stoll(parse_moment("1h")));
    for (const char* text : {"2025-02-30", "2025-11-27T25", "2025-11-27 01:00:00", "2025-13-01", "yesterday"})
        CHECK_THROWS_AS(parse_moment(text), Error);
}
