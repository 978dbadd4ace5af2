// SPDX-License-Identifier: Apache-2.0
#include "cluster/unit_file.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using cluster::UnitFile;

TEST_CASE("unit file: fleet's hashes")
{
    CHECK(UnitFile::parse("[Service]\nExecStart=/bin/sleep 100\n", "f").hash() ==
          "1c6fb6f3684bafb0c173d8b8b957ceff031180c1");
    CHECK(UnitFile::parse("[Unit]\nDescription=some description\n", "f").hash() ==
          "a0f275d46bc6ee0eca06be7c339913c07d99c0c7");
    CHECK(UnitFile::parse("", "f").hash() == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

TEST_CASE("unit file: the canonical form merges sections and drops comments, and is its own canonical form")
{
    const UnitFile file = UnitFile::parse("; first\n[Unit]\n Description = A b  \r\nAfter=x.service\n\n[Service]\n"
                                          "# why\nExecStart=/bin/a \\\n  -b\nExecStart=\n[Unit]\nAfter=y.service",
                                          "f");
    const std::string canonical = "[Unit]\nDescription=A b\nAfter=x.service\nAfter=y.service\n\n"
                                  "[Service]\nExecStart=/bin/a \\\n  -b\nExecStart=\n";
    CHECK(file.canonical() == canonical);
    CHECK(UnitFile::parse(canonical, "f").canonical() == canonical);
    CHECK(file.description() == "A b");
    CHECK(file.values("Unit", "After") == std::vector<std::string>{"x.service", "y.service"});
}

TEST_CASE("unit file: a continued line is one value, and each part knows its place")
{
    const UnitFile file =
        UnitFile::parse("[Service]\nExecStart=/bin/a -b \\\n  # aside\n  -c \\\n-d\nUser=core\n", "f");
    REQUIRE(file.directives().size() == 2);
    const auto& start = file.directives()[0];
    CHECK(start.value == "/bin/a -b    -c  -d");
    CHECK(start.position(start.value.find("-b")).line == 2);
    CHECK(start.position(start.value.find("-b")).column == 18);
    CHECK(start.position(start.value.find("-c")).line == 4);
    CHECK(start.position(start.value.find("-c")).column == 3);
    CHECK(start.position(start.value.find("-d")).line == 5);
    CHECK(start.position(start.value.find("-d")).column == 1);
}

TEST_CASE("unit file: commented-out lines that end in a backslash swallow nothing")
{
    const UnitFile file =
        UnitFile::parse("[Service]\n#ExecStart=/bin/a \\\n#  -b \\\nExecStop=/bin/c\n#d \\\nUser=core", "f");
    REQUIRE(file.directives().size() == 2);
    CHECK(file.directives()[0].name == "ExecStop");
    CHECK(file.directives()[1].value == "core");
}

TEST_CASE("unit file: what stands before the first section is ignored, with a word about it")
{
    const UnitFile file = UnitFile::parse("\xEF\xBB\xBF[Unit]\nA=b\n", "f");
    CHECK(file.values("Unit", "A").size() == 1);
    CHECK(file.warnings().empty());
    const UnitFile early = UnitFile::parse("A=b\n# [x]\n[Unit]\nA=c\n", "f");
    CHECK(early.canonical() == "[Unit]\nA=c\n");
    REQUIRE(early.warnings().size() == 1);
    CHECK(render(early.warnings()[0]) == "f:1:1: text before the first section is ignored");
}

TEST_CASE("unit file: errors say file, line and column")
{
    CHECK_THROWS_WITH_AS(UnitFile::parse("[Unit]\n  Description\n", "f.service"),
                         "f.service:2:3: unexpected newline encountered while parsing option name", Error);
    CHECK_THROWS_WITH_AS(UnitFile::parse("[Unit\nA=b\n", "f"), "f:1:1: unable to find end of section", Error);
    CHECK_THROWS_WITH_AS(UnitFile::parse("[Unit] x\n", "f"), "f:1:8: found garbage after section name 'Unit'", Error);
    CHECK_THROWS_AS(UnitFile::parse(std::string("[U]\nA=\0b\n", 9), "f"), Error);
    CHECK_THROWS_AS(UnitFile::parse(std::string((1U << 20U) + 1, '\n'), "f"), Error);
}

TEST_CASE("unit file: lines may be far longer than fleet's 2048 bytes")
{
    const std::string value(100000, 'x');
    CHECK(UnitFile::parse("[Service]\nEnvironment=" + value + "\n", "f").directives()[0].value == value);
}
