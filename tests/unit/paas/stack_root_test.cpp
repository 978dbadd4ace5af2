// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "paas/stack/apt_sources.hpp"
#include "paas/stack/root.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::paas;

TEST_CASE("merged_path: what stood in /bin, /sbin and /lib stands below /usr")
{
    CHECK(merged_path("./bin/sh") == "usr/bin/sh");
    CHECK(merged_path("sbin/ldconfig") == "usr/sbin/ldconfig");
    CHECK(merged_path("./lib/x86_64-linux-gnu/") == "usr/lib/x86_64-linux-gnu");
    CHECK(merged_path("./lib64/ld.so") == "usr/lib64/ld.so");
    CHECK(merged_path("./bin/") == "usr/bin");
    CHECK(merged_path("./usr/bin/x") == "usr/bin/x");
    CHECK(merged_path("./library") == "library");
    CHECK(merged_path("./") == "");
}

TEST_CASE("merged_path: nothing leaves the root")
{
    CHECK_THROWS_AS(merged_path("../etc/passwd"), Error);
    CHECK_THROWS_AS(merged_path("./usr/../../x"), Error);
    CHECK_THROWS_AS(merged_path("/etc/passwd"), Error);
}

TEST_CASE("is_left_out: documentation, but not licences")
{
    CHECK(is_left_out("usr/share/doc/bash/README"));
    CHECK(!is_left_out("usr/share/doc/bash/copyright"));
    CHECK(is_left_out("usr/share/man/man1/ls.1.gz"));
    CHECK(is_left_out("usr/share/locale/de/LC_MESSAGES/x.mo"));
    CHECK(!is_left_out("usr/share/locale/locale.alias"));
    CHECK(!is_left_out("usr/share/zoneinfo/UTC"));
}

TEST_CASE("find_mirror: the suite's own source, else a Debian mirror, in both formats")
{
    const os::TemporaryDirectory folder;
    CHECK(!find_mirror(folder.path(), "bookworm"));
    os::make_directories(folder.path() / "sources.list.d");
    os::write_file(folder.path() / "sources.list", "# deb http://no/debian bookworm main\n"
                                                   "deb-src http://src/debian bookworm main\n"
                                                   "deb cdrom:[Debian] bookworm main\n"
                                                   "deb [arch=amd64 signed-by=/x] http://a/debian/ trixie main\n");
    os::write_file(
        folder.path() / "sources.list.d/b.sources",
        "Types: deb\n# a word\nURIs: http://b/vendor\nSuites: bookworm\n bookworm-updates\n"
        "Components: main contrib\n\nTypes: deb\nURIs: http://c/x\nSuites: sid\nComponents: main\nEnabled: no\n");
    CHECK(find_mirror(folder.path(), "bookworm-updates") == "http://b/vendor");
    CHECK(find_mirror(folder.path(), "trixie") == "http://a/debian");
    CHECK(find_mirror(folder.path(), "sid") == "http://a/debian");
}
