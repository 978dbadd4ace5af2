// SPDX-License-Identifier: Apache-2.0
#include "config/yaml.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace dfriends;
using namespace dfriends::config;

TEST_CASE("parse_yaml: values know where they stand")
{
    const Node node = parse_yaml("a:\n  - 1\n  - two\nb: {c: yes}\n", "f.yaml");
    CHECK(node.at("a").items()[1].text() == "two");
    CHECK(node.at("a").items()[0].number() == 1);
    CHECK(node.at("b").at("c").flag());
    CHECK(node.at("a").items()[1].position().line == 3);
    CHECK_THROWS_WITH_AS(static_cast<void>(node.at("a").items()[1].number()),
                         "f.yaml:3:5: expected a whole number, found 'two'", Error);
}

TEST_CASE("parse_yaml: unknown keys are named with a suggestion")
{
    const Node node = parse_yaml("listne: x\n", "f.yaml");
    try {
        node.allow_only({"listen"});
        FAIL("not refused");
    } catch (const Error& error) {
        CHECK(std::string(error.what()) == "f.yaml:1:1: unknown key 'listne'");
        CHECK(error.hint() == "did you mean 'listen'?");
    }
}

TEST_CASE("parse_yaml: hostile documents are refused, not followed")
{
    CHECK_THROWS_AS(parse_yaml(std::string(100000, '['), "f"), Error);
    std::string dashes;
    for (int i = 0; i < 5000; ++i)
        dashes += "- ";
    CHECK_THROWS_AS(parse_yaml(dashes + "x", "f"), Error);
    std::string laughs = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
    for (int i = 1; i < 9; ++i)
        laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + ",*a" +
                  std::to_string(i - 1) + ",*a" + std::to_string(i - 1) + ",*a" + std::to_string(i - 1) + ",*a" +
                  std::to_string(i - 1) + ",*a" + std::to_string(i - 1) + "]\n";
    CHECK_THROWS_AS(parse_yaml(laughs, "f"), Error);
    CHECK_THROWS_WITH_AS(parse_yaml("a: 1\na: 2\n", "f"), doctest::Contains("twice"), Error);
    CHECK_THROWS_AS(parse_yaml("a: [1\n", "f"), Error);
    CHECK(parse_yaml("", "f").is_null());
}

TEST_CASE("parse_yaml: what the parser would not get past is refused")
{
    for (const std::string_view text : {",", ", ", "]", "}", ", a\n", "a: 1\n...\n,"})
        CHECK_THROWS_AS(parse_yaml(text, "m.yaml"), Error);
    CHECK_THROWS_WITH(parse_yaml(",", "m.yaml"), "m.yaml:1:1: this is no YAML");
}
