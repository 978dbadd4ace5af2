// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "cluster/specifiers.hpp"
#include "cluster/unit_name.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::cluster;

TEST_CASE("unit name: prefix, instance and template")
{
    const UnitName instance = parse_unit_name("foo@bar@baz.service");
    CHECK(instance.prefix == "foo");
    CHECK(instance.instance == "bar@baz");
    CHECK(instance.template_name() == "foo@.service");
    CHECK(instance.is_instance());
    CHECK(parse_unit_name("foo.1@2.service").prefix == "foo.1");
    CHECK(parse_unit_name("foo@.service").is_template());
    const UnitName plain = parse_unit_name("code.it.1.service");
    CHECK(plain.prefix == "code.it.1");
    CHECK_FALSE(plain.has_at);
    CHECK(plain.template_name().empty());
}

TEST_CASE("unit name: what is refused, in fleet's words")
{
    CHECK_THROWS_WITH(parse_unit_name(""), "unit name cannot be empty");
    CHECK_THROWS_WITH(parse_unit_name(std::string(250, 'a') + ".service"), "unit name exceeds maximum length (256)");
    CHECK_THROWS_WITH(parse_unit_name("foo"), "unit name must contain \".\"");
    CHECK_THROWS_WITH(parse_unit_name("foo@foo.service."), "unit name cannot end in \".\"");
    CHECK_THROWS_WITH(parse_unit_name("foo.servICE"), "invalid unit type: \"servICE\"");
    CHECK_THROWS_WITH(parse_unit_name("foo@1.mount"), "invalid unit type for template: \"mount\"");
    CHECK_THROWS_WITH(parse_unit_name("this+that.mount"), "invalid character '+' in unit name");
    CHECK_THROWS_WITH(parse_unit_name("foo@{1..3}.service"), "invalid character '{' in unit name");
    CHECK_THROWS_WITH(parse_unit_name("@foo.service"), "unit name cannot start in \"@\"");
    CHECK_THROWS_AS(parse_unit_name("../x.service"), Error);
    CHECK_THROWS_AS(parse_unit_name(".service"), Error);
    for (const char* good : {"yes@no\\.service", "hello:world.service", "a.target", "b@.timer", "foo@1.path"})
        CHECK_NOTHROW(parse_unit_name(good));
    CHECK_NOTHROW(parse_unit_name(std::string(248, 'a') + ".service"));
}

TEST_CASE("unit name: what users type")
{
    CHECK(normalise_unit_name("foo") == "foo.service");
    CHECK(normalise_unit_name("foo.1") == "foo.1.service");
    CHECK(normalise_unit_name("/etc/units/foo.timer") == "foo.timer");
    CHECK(normalise_unit_name("a/b@1.service") == "b@1.service");
    CHECK(normalise_unit_name("x.slice") == "x.slice.service");
}

TEST_CASE("specifiers: of the name and of the machine")
{
    Machine machine{
        .id = "0123", .boot_id = "b0", .host_name = "core-01.example", .kernel = "6.1", .architecture = "x86-64"};
    const Specifiers specifiers(parse_unit_name("a-b@c-d\\x2de.service"), machine);
    const auto expand = [&](std::string_view text) { return specifiers.expand(text, {}); };
    CHECK(expand("%n|%N|%p|%i") == "a-b@c-d\\x2de.service|a-b@c-d\\x2de|a-b|c-d\\x2de");
    CHECK(expand("%P|%I|%f|%j") == "a/b|c/d-e|/c/d-e|b");
    CHECK(expand("%m|%b|%H|%l|%v|%a|%t|%%") == "0123|b0|core-01.example|core-01|6.1|x86-64|/run|%");
    CHECK(expand("%u %U %h") == "root 0 /root");
    CHECK(expand("/domains/x/%H:%i") == "/domains/x/core-01.example:c-d\\x2de");
    std::string unknown;
    CHECK(specifiers.expand("<%= x %> 100%", [&](std::size_t, char which) { unknown += which; }) == "<%= x %> 100%");
    CHECK(unknown == "=>");
}

TEST_CASE("specifiers: a plain unit has an empty instance")
{
    const Specifiers specifiers(parse_unit_name("code.it.1.service"), Machine{.host_name = "core-01"});
    CHECK(specifiers.expand("/domains/code.it-1/%H:%i", {}) == "/domains/code.it-1/core-01:");
    CHECK(specifiers.expand("%f", {}) == "/code.it.1");
}
