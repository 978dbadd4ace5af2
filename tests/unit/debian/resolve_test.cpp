// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "base/text.hpp"
#include "debian/resolve.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::debian;

namespace {

Package package(std::string name, std::string depends = {}, std::string provides = {})
{
    Package made;
    made.name = std::move(name);
    made.depends = std::move(depends);
    made.provides = std::move(provides);
    return made;
}

Packages suite(std::vector<Package> more)
{
    Packages packages;
    Package base = package("base-files", "libc6");
    base.essential = true;
    packages.add(std::move(base));
    packages.add(package("libc6"));
    for (Package& one : more)
        packages.add(std::move(one));
    return packages;
}

std::string names(const Packages& packages, const std::vector<std::string>& wanted)
{
    std::vector<std::string> found;
    for (const Chosen& chosen : resolve(packages, wanted, "amd64"))
        found.push_back(chosen.package->name + (chosen.base ? "*" : ""));
    return join(found, " ");
}

} // namespace

TEST_CASE("resolve: the base comes first, and what is needed before what needs it")
{
    const Packages packages = suite({package("nodejs", "libnode, libc6 (>= 2)"), package("libnode", "zlib"),
                                     package("zlib"), package("other"), package("apt")});
    CHECK(names(packages, {"nodejs"}) == "libc6* base-files* apt zlib libnode nodejs");
    CHECK(names(packages, {}) == "libc6* base-files* apt");
}

TEST_CASE("resolve: an alternative that is chosen already counts before the first that exists")
{
    const Packages packages =
        suite({package("aa", "xx | yy"), package("xx"), package("yy"), package("bb", "gone | yy")});
    CHECK(names(packages, {"aa"}) == "libc6* base-files* xx aa");
    CHECK(names(packages, {"aa", "yy"}) == "libc6* base-files* yy aa");
    CHECK(names(packages, {"bb"}) == "libc6* base-files* yy bb");
}

TEST_CASE("resolve: a virtual name means its first provider, or one that is chosen")
{
    const Packages packages =
        suite({package("aa", "mta"), package("postfix", {}, "mta"), package("exim", {}, "mta (= 1)")});
    CHECK(names(packages, {"aa"}) == "libc6* base-files* exim aa");
    CHECK(names(packages, {"aa", "postfix"}) == "libc6* base-files* postfix aa");
    CHECK(names(packages, {"mta"}) == "libc6* base-files* exim");
}

TEST_CASE("resolve: cycles end, other architectures do not count")
{
    const Packages packages =
        suite({package("aa", "bb, wine [i386]"), package("bb", "aa"), package("cc", "wine [i386] | bb")});
    CHECK(names(packages, {"aa"}) == "libc6* base-files* bb aa");
    CHECK(names(packages, {"cc"}) == "libc6* base-files* aa bb cc");
}

TEST_CASE("resolve: what is missing is named with who wants it")
{
    const Packages packages = suite({package("a", "gone (>= 1) | lost")});
    CHECK_THROWS_WITH(names(packages, {"a"}), "there is no package 'gone', which 'a' depends on");
    CHECK_THROWS_WITH(names(packages, {"nodejs"}), "there is no package 'nodejs', which the stack wants");
    CHECK_THROWS_AS(resolve(Packages(), {}, "amd64"), Error);
}

TEST_CASE("resolve: a long chain needs no deep stack")
{
    std::vector<Package> chain;
    for (int i = 0; i < 5000; ++i)
        chain.push_back(package("p" + std::to_string(i), "p" + std::to_string(i + 1)));
    chain.push_back(package("p5000"));
    CHECK(resolve(suite(std::move(chain)), {"p0"}, "amd64").size() == 5003);
}

TEST_CASE("resolve_beside_base: leaves out the base, names what is missing, takes Recommends on request")
{
    Package wanted = package("nginx", "libc6, libpcre, gone | lost", {});
    wanted.recommends = "extra, nowhere";
    const Packages packages = suite({wanted, package("libpcre"), package("extra", "more"), package("more")});
    const auto names_of = [](const Need& need) {
        std::vector<std::string> found;
        for (const Package* one : need.packages)
            found.push_back(one->name);
        return join(found, " ");
    };
    const Need strict = resolve_beside_base(packages, {"nginx", "unknown"}, "amd64", false);
    CHECK(names_of(strict) == "libpcre nginx");
    CHECK(strict.missing == std::vector<std::string>{"gone"});
    CHECK(names_of(resolve_beside_base(packages, {"nginx"}, "amd64", true)) == "libpcre more extra nginx");
    CHECK(names_of(resolve_beside_base(packages, {"libc6"}, "amd64", false)) == "libc6");
    CHECK(resolve_beside_base(Packages(), {"nginx"}, "amd64", true).packages.empty());
}
