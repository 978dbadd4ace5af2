// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "cli/options.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::cli;

namespace {

const std::vector<Option> rows{{"name", 'n', true, false},
                               {"interactive", 'i', false, false},
                               {"tty", 't', false, false},
                               {"publish", 'p', true, true}};
using Pairs = std::vector<std::pair<std::string, std::string>>;
using Words = std::vector<std::string>;

} // namespace

TEST_CASE("parse_options: all spellings")
{
    CHECK(parse_options(rows, {"--name", "x", "a", "--publish=1:2", "-p3:4", "-it"}).options ==
          Pairs{{"name", "x"}, {"publish", "1:2"}, {"publish", "3:4"}, {"interactive", "true"}, {"tty", "true"}});
    CHECK(parse_options(rows, {"-n", "-", "a", "--", "--name"}).arguments == Words{"a", "--name"});
    CHECK(parse_options(rows, {"--help"}).wants_help);
    CHECK(parse_options(rows, {"-h"}).wants_help);
}

TEST_CASE("parse_options: stops at the first argument where told to")
{
    const Parsed parsed = parse_options(rows, {"-it", "image", "-c", "--name", "--", "x"}, {.stops_at_argument = true});
    CHECK(parsed.options.size() == 2);
    CHECK(parsed.arguments == Words{"image", "-c", "--name", "--", "x"});
    CHECK(parse_options(rows, {"-i", "--", "-x"}, {.stops_at_argument = true}).arguments == Words{"-x"});
    CHECK(parse_options(rows, {"-i", "--"}, {.stops_at_argument = true}).arguments.empty());
}

TEST_CASE("parse_options: long names behind one dash where told to")
{
    CHECK(parse_options(rows, {"-name", "x"}, {.single_dash_names = true}).options == Pairs{{"name", "x"}});
}

TEST_CASE("parse_options: mistakes are named, with a suggestion")
{
    CHECK_THROWS_WITH_AS(parse_options(rows, {"--nam", "x"}), "there is no option '--nam'", Error);
    CHECK_THROWS_WITH_AS(parse_options(rows, {"--name"}), doctest::Contains("wants a value"), Error);
    CHECK_THROWS_WITH_AS(parse_options(rows, {"--tty=yes"}), doctest::Contains("takes no value"), Error);
    CHECK_THROWS_AS(parse_options(rows, {"-x"}), Error);
    try {
        parse_options(rows, {"--pubish=1"});
        FAIL("not refused");
    } catch (const Error& error) {
        CHECK(error.hint() == "did you mean '--publish'?");
    }
}

TEST_CASE("options: flags with values, as Go reads them")
{
    const std::vector<Option> options{{.name = "prefix"}, {.name = "limit", .takes_value = true}};
    const auto parse = [&options](std::vector<std::string> words, bool single_dash) {
        return parse_options(options, words, {.single_dash_names = single_dash, .flag_values = true});
    };
    const Parsed parsed = parse({"--prefix=false", "key", "--limit=2", "--", "--prefix=x"}, false);
    CHECK(parsed.options == std::vector<std::pair<std::string, std::string>>{{"prefix", "false"}, {"limit", "2"}});
    CHECK(parsed.arguments == std::vector<std::string>{"key", "--prefix=x"});
    CHECK(parse({"-prefix=T"}, true).options.front().second == "true");
    CHECK_THROWS_WITH_AS(parse({"--prefix=maybe"}, false), "--prefix wants true or false, not 'maybe'", Error);
}

TEST_CASE("options: letters with values, in their order, and not behind the first argument")
{
    const std::vector<Option> options{{"all", 'a'}, {"force", 'f'}, {"last", 'n', true}};
    const auto parse = [&options](const Words& words, bool stops = false) {
        return parse_options(options, words, {.stops_at_argument = stops, .flag_values = true});
    };
    CHECK(parse({"-a=false", "-n=1", "-n2"}).options == Pairs{{"all", "false"}, {"last", "1"}, {"last", "2"}});
    CHECK(parse({"-af=0"}).options == Pairs{{"all", "true"}, {"force", "false"}});
    CHECK(parse({"--force", "--force=false"}).options == Pairs{{"force", "true"}, {"force", "false"}});
    CHECK(parse({"-n", "--force=true"}).options == Pairs{{"last", "--force=true"}});
    const Parsed parsed = parse({"-f=true", "sh", "--all=false", "-a=x"}, true);
    CHECK(parsed.options == Pairs{{"force", "true"}});
    CHECK(parsed.arguments == Words{"sh", "--all=false", "-a=x"});
    CHECK_THROWS_WITH_AS(parse({"-a=maybe"}), "--all wants true or false, not 'maybe'", Error);
    CHECK_THROWS_AS(parse({"-x=1"}), Error);
}

TEST_CASE("options: the separator stays where it is asked for")
{
    const std::vector<Option> options{{.name = "rev", .takes_value = true}};
    const Parsed parsed =
        parse_options(options, {"key", "--rev", "1", "--", "sh", "--", "-c"}, {.keeps_separator = true});
    CHECK(parsed.arguments == std::vector<std::string>{"key", "--", "sh", "--", "-c"});
    CHECK(parse_options(options, {"key"}, {.keeps_separator = true}).arguments == std::vector<std::string>{"key"});
}
