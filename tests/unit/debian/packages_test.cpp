// SPDX-License-Identifier: Apache-2.0
#include "debian/packages.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::debian;

namespace {

const std::string digest(64, 'A');

std::string stanza(const std::string& name, const std::string& more = {}, const std::string& path = "pool/a.deb")
{
    return "Package: " + name + "\nVersion: 1:2.0-1~x+b1\nArchitecture: amd64\n" + more + "Filename: " + path +
           "\nSize: 12\nSHA256: " + digest + "\nDescription: y\n more\n\n";
}

Packages read(const std::string& text, std::size_t piece = std::string::npos)
{
    Packages packages;
    PackagesReader reader(packages, "amd64");
    for (std::size_t i = 0; i < text.size(); i += std::min(piece, text.size()))
        reader.feed(std::string_view(text).substr(i, piece));
    reader.finish();
    return packages;
}

} // namespace

TEST_CASE("PackagesReader: reads stanzas however the text is cut")
{
    const auto text = stanza("bash", "Essential: yes\nPriority: required\nDepends: a\nPre-Depends: b\n") +
                      stanza("mawk", "Provides: awk, thing (= 1)\n");
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::string::npos}) {
        const Packages packages = read(text, piece);
        REQUIRE(packages.all().size() == 2);
        const Package* bash = packages.find("bash");
        REQUIRE(bash != nullptr);
        CHECK((bash->essential && bash->required));
        CHECK(bash->version == "1:2.0-1~x+b1");
        CHECK(bash->depends == "a");
        CHECK(bash->pre_depends == "b");
        CHECK(bash->sha256 == std::string(64, 'a'));
        REQUIRE(packages.providers("thing").size() == 1);
        CHECK(packages.providers("awk").front()->name == "mawk");
    }
}

TEST_CASE("PackagesReader: what is hostile or of another architecture is passed over")
{
    CHECK(read(stanza("../x")).all().empty());
    CHECK(read(stanza("a b")).all().empty());
    CHECK(read(stanza("-x")).all().empty());
    CHECK(read(stanza("bash", {}, "../../etc/passwd")).all().empty());
    CHECK(read(stanza("bash", {}, "/etc/passwd")).all().empty());
    CHECK(read(stanza("bash", "Version: $(reboot)\n")).all().empty());
    CHECK(read(stanza("bash", "Architecture: arm64\n")).all().empty());
    CHECK(read(stanza("bash", "Architecture: all\n")).all().size() == 1);
    CHECK(read(stanza("bash", "Depends: " + std::string(300'000, 'x') + "\n")).find("bash")->depends.empty());
}

TEST_CASE("parse_relations: alternatives, versions, qualifiers and architectures")
{
    const auto relations = parse_relations("libc6:any (>= 2.36), aa | bb (<< 1) [amd64 arm64] , cc [!amd64],,");
    REQUIRE(relations.size() == 3);
    CHECK(relations[0][0].name == "libc6");
    REQUIRE(relations[1].size() == 2);
    CHECK(relations[1][1].name == "bb");
    CHECK(relations[1][1].applies_to("arm64"));
    CHECK(!relations[1][1].applies_to("i386"));
    CHECK(!relations[2][0].applies_to("amd64"));
    CHECK(relations[2][0].applies_to("arm64"));
}

TEST_CASE("Packages: the newest of a name counts, with what it provides")
{
    const auto version = [](std::string number, std::string provides) {
        Package made;
        made.name = "a-package-with-a-long-name";
        made.version = std::move(number);
        made.provides = std::move(provides);
        return made;
    };
    Packages packages;
    packages.add(version("1.9", "old, both"));
    packages.add(version("1.10", "new, both"));
    packages.add(version("1.2", "older"));
    CHECK(packages.find("a-package-with-a-long-name")->version == "1.10");
    CHECK(packages.providers("old").empty());
    CHECK(packages.providers("older").empty());
    CHECK(packages.providers("new").size() == 1);
    REQUIRE(packages.providers("both").size() == 1);
    CHECK(packages.providers("both").front()->version == "1.10");
}
