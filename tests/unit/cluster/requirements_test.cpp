// SPDX-License-Identifier: Apache-2.0
#include "cluster/requirements.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::cluster;
using Strings = std::vector<std::string>;

namespace {

Requirements read(const std::string& lines, const std::string& name = "foo@bar.service", Warnings* warnings = nullptr)
{
    Warnings ignored;
    return Requirements::read(UnitFile::parse("[X-Fleet]\n" + lines, "f"), parse_unit_name(name),
                              warnings != nullptr ? *warnings : ignored);
}

std::string refusal(const std::string& lines)
{
    try {
        read(lines).check();
    } catch (const Error& error) {
        return error.message();
    }
    return {};
}

} // namespace

TEST_CASE("requirements: old and new names")
{
    const Requirements old = read("X-ConditionMachineID=abc\nX-ConditionMachineOf=a.service\nX-Conflicts=b.*.service\n"
                                  "X-ConditionMachineMetadata=region=us\n");
    const Requirements now =
        read("MachineID=abc\nMachineOf=a.service\nConflicts=b.*.service\nMachineMetadata=region=us\n");
    CHECK(old == now);
    CHECK(old.machine_id == "abc");
    CHECK(read("X-ConditionMachineBootID=z\nX-ConditionMachineID=y\nMachineID=x\nMachineID=w\n").machine_id == "x");
    CHECK(read("X-ConditionMachineID=y\nX-ConditionMachineID=z\n").machine_id == "y");
    CHECK(read("") == Requirements{});
}

TEST_CASE("requirements: specifiers")
{
    const Requirements found = read("MachineOf=%p@%i.socket\nMachineMetadata=ip=%i\nConflicts=%p@*.service\n"
                                    "MachineOf=%n %N %H\n");
    CHECK(found.machine_of == Strings{"foo@bar.socket", "foo@bar.service foo@bar %H"});
    CHECK(found.machine_metadata.at("ip").contains("bar"));
    CHECK(found.conflicts == Strings{"foo@*.service"});
}

TEST_CASE("requirements: metadata")
{
    const auto metadata = [](const std::string& lines) { return read(lines).machine_metadata; };
    using Map = std::map<std::string, std::set<std::string>>;
    CHECK(metadata("MachineMetadata=a=b\nMachineMetadata=a=c\nX-ConditionMachineMetadata=d=e\n") ==
          Map{{"a", {"b", "c"}}, {"d", {"e"}}});
    CHECK(metadata("MachineMetadata=\"a=b\" \"c=d\"\n") == Map{{"a", {"b"}}, {"c", {"d"}}});
    CHECK(metadata("MachineMetadata=a\nMachineMetadata==b\nMachineMetadata=a=\nMachineMetadata=a=b=c\n").empty());
}

TEST_CASE("requirements: conflicts by lines and by blanks")
{
    CHECK(read("Conflicts=a.service b.*\nX-Conflicts=c\n").conflicts == Strings{"a.service", "b.*", "c"});
    CHECK(read("X-Conflicts=code.it.*.service\n").repels("code.it.2.service"));
    CHECK_FALSE(read("X-Conflicts=code.it.2.service\n").repels("code.it.1.service"));
}

TEST_CASE("requirements: global")
{
    for (const char* yes : {"true", "Yes", "1", "ON", "t"})
        CHECK(read(std::string("Global=") + yes + "\n").global);
    for (const char* no : {"false", "y", "2", "", "truee"})
        CHECK_FALSE(read(std::string("Global=") + no + "\n").global);
    CHECK_FALSE(read("Global=true\nGlobal=no\n").global);
}

TEST_CASE("requirements: what is not known is warned about, with the likely name")
{
    Warnings warnings;
    read("X-Global=true\nMachineof=a\nglobal=1\nX-Peers=b\n", "foo.service", &warnings);
    REQUIRE(warnings.size() == 4);
    CHECK(render(warnings[0]) ==
          "f:2:1: Unit foo.service: unrecognized requirement in [X-Fleet] section: \"X-Global\"; "
          "did you mean 'Global'?");
    CHECK(warnings[1].text.ends_with("\"Machineof\"; did you mean 'MachineOf'?"));
    CHECK(warnings[2].text.ends_with("did you mean 'Global'?"));
}

TEST_CASE("requirements: combinations that cannot be")
{
    CHECK(refusal("MachineID=a\nMachineOf=b\n") == "MachineID cannot be used with Peers");
    CHECK(refusal("MachineID=a\nConflicts=b\n") == "MachineID cannot be used with Conflicts");
    CHECK(refusal("MachineID=a\nGlobal=1\n") == "MachineID cannot be used with Global");
    CHECK(refusal("MachineID=a\nReplaces=b\n") == "MachineID cannot be used with Replaces");
    CHECK(refusal("Global=1\nMachineOf=b\n") == "Global cannot be used with Peers");
    CHECK(refusal("Global=1\nReplaces=b\n") == "Global cannot be used with Replaces");
    CHECK(refusal("Conflicts=a\nReplaces=b\n") == "Conflicts cannot be used with Replaces");
    CHECK(refusal("MachineOf=a.service\nConflicts=a.*\n") ==
          "unresolvable requirements: peer \"a.service\" matches conflict \"a.*\"");
    CHECK(refusal("MachineOf=a.service\nReplaces=a.*\n") ==
          "unresolvable requirements: peer \"a.service\" matches replace \"a.*\"");
    CHECK(refusal("Global=1\nMachineMetadata=a=b\nConflicts=c\n").empty());
}

TEST_CASE("split_multivalue: fleet's vectors")
{
    CHECK(split_multivalue(R"("bar" "ping" "pong")") == Strings{"bar", "ping", "pong"});
    CHECK(split_multivalue(R"("bar)") == Strings{R"("bar)"});
    CHECK(split_multivalue(R"(foo\"bar)") == Strings{R"(foo\"bar)"});
    CHECK(split_multivalue(R"("bar" ")") == Strings{"bar", ""});
    CHECK(split_multivalue(R"("foo\"bar")") == Strings{R"(foo\bar)"});
    CHECK(split_multivalue(R"("")") == Strings{""});
    CHECK(split_multivalue("a b") == Strings{"a b"});
}

TEST_CASE("unit_glob_match: fleet's vectors")
{
    CHECK(unit_glob_match("foo@[abc].service", "foo@a.service"));
    CHECK_FALSE(unit_glob_match("foo@[abc].service", "foo@d.service"));
    CHECK(unit_glob_match("foo@?.service", "foo@1.service"));
    CHECK(unit_glob_match("foo.*", "foo.socket"));
    CHECK(unit_glob_match("[a-c]x", "bx"));
    CHECK(unit_glob_match("[^a]", "b"));
    CHECK_FALSE(unit_glob_match("[^a]", "a"));
    CHECK(unit_glob_match("[\\]]", "]"));
    CHECK(unit_glob_match("\\*", "*"));
    CHECK_FALSE(unit_glob_match("\\*", "a"));
    CHECK_FALSE(unit_glob_match("a*", "a/b"));
    CHECK_FALSE(unit_glob_match("foo", "foobar"));
    for (const char* malformed : {"[", "[a", "[]", "[-]", "[a-]", "a\\", "a[", "*["})
        CHECK_FALSE(unit_glob_match(malformed, "a"));
    CHECK(unit_glob_match("", ""));
}
