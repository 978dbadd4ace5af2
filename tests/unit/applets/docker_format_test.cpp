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

const Fields name_headings{{"Names", "NAMES"}, {"Image", "IMAGE"}};

List two_rows()
{
    return {.type = "*formatter.ContainerContext",
            .table = "table {{.Image}}\t{{.Names}}",
            .headings = name_headings,
            .rows = {{{"Names", "one"}, {"Image", "a"}}, {{"Names", "a longer name"}, {"Image", "b"}}},
            .labels = {{{"com.the-label", "x>y"}}, {}}};
}

std::string failure_of(const char* format)
{
    try {
        return render_list(format, two_rows());
    } catch (const Error& error) {
        return error.message();
    }
}

} // namespace

TEST_CASE("render_list: a template for each row, a table, and JSON lines")
{
    CHECK(render_list("{{.Names}}:{{ .Image }}", two_rows()) == "one:a\na longer name:b\n");
    CHECK(render_list("", two_rows()) == "IMAGE     NAMES\na         one\nb         a longer name\n");
    CHECK(render_list("table", two_rows()) == render_list("", two_rows()));
    CHECK(render_list("table {{upper .Names}}\\t{{.Label \"com.the-label\"}}", two_rows()) ==
          "NAMES           the label\nONE             x>y\nA LONGER NAME   \n");
    CHECK(render_list("json", two_rows()) == R"({"Image":"a","Names":"one"})"
                                             "\n"
                                             R"({"Image":"b","Names":"a longer name"})"
                                             "\n");
    CHECK(failure_of("{{.Nothing}}") == "failed to execute template: template: :1:2: executing \"\" at <.Nothing>: "
                                        "can't evaluate field Nothing in type *formatter.ContainerContext");
    CHECK(failure_of("{{.Names") == "failed to parse template: template: :1: unclosed action");
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
    CHECK(render_ports({{"::", 80, 80, "tcp"},
                        {"::", 81, 81, "tcp"},
                        {"::", 83, 83, "tcp"},
                        {"", 90, 0, "tcp"},
                        {"", 91, 0, "tcp"},
                        {"::1", 70, 71, "tcp"}}) ==
          "[::]:80-81->80-81/tcp, [::]:83->83/tcp, 90-91/tcp, [::1]:71->70/tcp");
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
