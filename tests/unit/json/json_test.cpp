// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "json/json.hpp"
#include "json/lines.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace dfriends;

TEST_CASE("parse_json: names what was read and where it broke")
{
    CHECK_THROWS_WITH_AS(parse_json("{\"a\":}", "the reply"), "cannot read the reply: no valid JSON at byte 6", Error);
    CHECK_THROWS_AS(parse_json(std::string(100000, '['), "x"), Error);
    CHECK_THROWS_AS(parse_json("1e999999", "x"), Error);
    CHECK(text_of(parse_json("{\"a\":\"b\"}", "x"), "a") == "b");
    CHECK(number_of(parse_json("{\"a\":\"b\"}", "x"), "a", 7) == 7);
    CHECK(text_of(parse_json("[]", "x"), "a", "none") == "none");
}

TEST_CASE("dump_json: invalid UTF-8 is replaced")
{
    CHECK(dump_json(Json("\xff")) == "\"\xef\xbf\xbd\"");
}

TEST_CASE("LineSplitter: cuts however the pieces fall")
{
    json::LineSplitter splitter(10);
    std::vector<std::string> found;
    const auto keep = [&](std::string_view line) { found.emplace_back(line); };
    for (const char* piece : {"a", "b\nc", "\r\n\n", "d"})
        splitter.feed(piece, keep);
    splitter.finish(keep);
    CHECK(found == std::vector<std::string>{"ab", "c", "d"});
    CHECK_THROWS_AS(splitter.feed("12345678901", keep), Error);
}
