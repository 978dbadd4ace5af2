// SPDX-License-Identifier: Apache-2.0
#include "applets/docker/format.hpp"
#include "base/error.hpp"

#include <doctest/doctest.h>

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
