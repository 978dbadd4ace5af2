// SPDX-License-Identifier: Apache-2.0
#include "cluster/unit_command.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::cluster;
using Strings = std::vector<std::string>;

namespace {

std::vector<UnitCommand> parse(const std::string& value, Warnings* warnings = nullptr,
                               const std::string& name = "web@1.service")
{
    const UnitFile file = UnitFile::parse("[Service]\nExecStart=" + value + "\n", "f");
    const Specifiers specifiers(parse_unit_name(name), Machine{.id = "m", .host_name = "core-01"});
    Warnings ignored;
    return parse_commands(file.directives().at(0), specifiers, warnings != nullptr ? *warnings : ignored);
}

Strings words_of(const std::string& value)
{
    return parse(value).at(0).words;
}

Strings expanded(const std::string& value, const Environment& environment)
{
    Strings all = expand_variables(parse(value).at(0), environment);
    all.erase(all.begin());
    return all;
}

} // namespace

TEST_CASE("command line: quotes group, and pieces of one word are joined")
{
    CHECK(words_of(R"(/bin/a "b c" 'd e' --memory="128m" x"y "z)") ==
          Strings{"/bin/a", "b c", "d e", "--memory=128m", "xy z"});
    CHECK(words_of(R"(/bin/sh -c "echo "a b" c")") == Strings{"/bin/sh", "-c", "echo a", "b c"});
    CHECK(words_of(R"(/bin/a "" '')") == Strings{"/bin/a", "", ""});
    CHECK(words_of(R"(/bin/bash -c "while true; do echo 'hi!'; sleep 1; done")") ==
          Strings{"/bin/bash", "-c", "while true; do echo 'hi!'; sleep 1; done"});
}

TEST_CASE("command line: escapes are decoded, unknown ones are kept with a warning")
{
    CHECK(words_of(R"(/bin/a \x41\t\s\"\\ "\n" '\'' \101 \u00e4)") ==
          Strings{"/bin/a", "A\t \"\\", "\n", "'", "A", "\xC3\xA4"});
    Warnings warnings;
    CHECK(parse(R"(/bin/grep a\.b)", &warnings)[0].words == Strings{"/bin/grep", R"(a\.b)"});
    REQUIRE(warnings.size() == 1);
    CHECK(render(warnings[0]) == R"(f:2:22: unknown escape '\.' is kept as it is)");
    CHECK(words_of(R"(/bin/a \x0 \x00 \400 \ud800)") == Strings{"/bin/a", R"(\x0)", R"(\x00)", R"(\400)", R"(\ud800)"});
}

TEST_CASE("command line: a lone semicolon separates commands")
{
    const auto two = parse("/bin/a b ; -/bin/c d;");
    REQUIRE(two.size() == 2);
    CHECK(two[0].words == Strings{"/bin/a", "b"});
    CHECK(two[1].words == Strings{"/bin/c", "d;"});
    CHECK(two[1].ignore_failure);
    CHECK(words_of(R"(/bin/find \; x)") == Strings{"/bin/find", ";", "x"});
    CHECK(parse(R"(/bin/a ";" b)").size() == 2 - 1);
    CHECK(parse("").empty());
}

TEST_CASE("command line: prefixes in any order")
{
    const auto one = parse("-@/bin/a name x").at(0);
    CHECK(one.program == "/bin/a");
    CHECK(one.words == Strings{"name", "x"});
    CHECK(one.ignore_failure);
    const auto other = parse(":+-!!/bin/a $X").at(0);
    CHECK(other.no_variables);
    CHECK(other.full_privileges);
    CHECK(other.ignore_failure);
    CHECK(expand_variables(other, {{"X", "1"}}) == Strings{"/bin/a", "$X"});
}

TEST_CASE("command line: what a shell would do is plain text")
{
    CHECK(words_of("-/usr/bin/docker rm web > /dev/null 2>&1") ==
          Strings{"/usr/bin/docker", "rm", "web", ">", "/dev/null", "2>&1"});
    CHECK(words_of("/bin/a b & c | d * ~") == Strings{"/bin/a", "b", "&", "c", "|", "d", "*", "~"});
}

TEST_CASE("command line: variables")
{
    const Environment environment{{"A", "x y"}, {"B", ""}, {"IP", "10.0.0.1"}};
    CHECK(expanded("/bin/a ${A} '${A}' -p${IP}:80", environment) == Strings{"x y", "x y", "-p10.0.0.1:80"});
    CHECK(expanded("/bin/a $A $B $C z", environment) == Strings{"x", "y", "z"});
    CHECK(expanded("/bin/a ${B} ${C}", environment) == Strings{"", ""});
    CHECK(expanded("/bin/sh -c \"echo $A $2 $(date) $$A $${A:-$$B}\"", environment) ==
          Strings{"-c", "echo $A $2 $(date) $A ${A:-$B}"});
    CHECK(expanded("/bin/a $2 $ ${A a$A $A.b ${A:-c}", environment) == Strings{"$2", "$", "${A", "a$A", "$A.b", ""});
    CHECK(expanded("/bin/a $$A x$$", environment) == Strings{"$A", "x$"});
    CHECK(expanded(R"(/bin/a '{"host":"${IP}"}')", environment) == Strings{R"({"host":"10.0.0.1"})"});
    CHECK(expand_variables(parse("/bin/$A ${A}").at(0), environment) == Strings{"/bin/$A", "x y"});
    CHECK(expanded("/bin/a '${IP}${IP}' ${${A}}", environment) == Strings{"10.0.0.110.0.0.1", "}"});
}

TEST_CASE("command line: specifiers are replaced after the words are cut")
{
    CHECK(words_of("/usr/bin/etcdctl set /domains/%p-%i/%H:%i up%%") ==
          Strings{"/usr/bin/etcdctl", "set", "/domains/web-1/core-01:1", "up%"});
    CHECK(parse("/bin/a %i %I", nullptr, "web@a\\x20b.service").at(0).words == Strings{"/bin/a", "a\\x20b", "a b"});
    Warnings warnings;
    CHECK(parse("/bin/a <%= x %>", &warnings)[0].words == Strings{"/bin/a", "<%=", "x", "%>"});
    CHECK(warnings.size() == 2);
}

TEST_CASE("command line: what is refused says where")
{
    CHECK_THROWS_WITH_AS(parse("/bin/a 'b"), "f:2:18: the quote is not closed in ExecStart=", Error);
    CHECK_THROWS_WITH_AS(parse("-"), "f:2:11: ExecStart= names no program", Error);
    CHECK_THROWS_WITH_AS(parse("@/bin/a"), doctest::Contains("wants a second word"), Error);
    CHECK_THROWS_WITH_AS(parse("/bin/a \\\n  b \\\n  'c"), "f:4:3: the quote is not closed in ExecStart=", Error);
}
