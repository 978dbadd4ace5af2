// SPDX-License-Identifier: Apache-2.0
#include "applets/docker/copy_path.hpp"
#include "base/error.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::applets::docker;

TEST_CASE("parse_copy_place: a container's path, or a local one")
{
    CHECK(parse_copy_place("web:/etc/hosts").container == "web");
    CHECK(parse_copy_place("web:/etc/hosts").path == "/etc/hosts");
    CHECK(parse_copy_place("web:a:b").path == "a:b");
    for (const char* local : {"plain", "./a:b", "/a:b", "../a:b", "-"}) {
        CHECK(parse_copy_place(local).container.empty());
        CHECK(parse_copy_place(local).path == local);
    }
}

TEST_CASE("split_path: folder and name, and the content of a folder")
{
    const auto split = [](std::string_view path) {
        const SplitPath parts = split_path(path);
        return parts.folder + " " + parts.name;
    };
    CHECK(split("/a/b") == "/a b");
    CHECK(split("/a/b/") == "/a b");
    CHECK(split("/a/b/.") == "/a/b .");
    CHECK(split("/a") == "/ a");
    CHECK(split("/") == "/ /");
    CHECK(split("a") == ". a");
    CHECK(split("/a/../b//c") == "/b c");
}

TEST_CASE("follow_path: the copy keeps the link's name")
{
    CHECK(follow_path("/a/link", "/b/file").path == "/b/file");
    CHECK(follow_path("/a/link", "/b/file").name == "link");
    CHECK(follow_path("/a/link", "../b/link").path == "/b/link");
    CHECK(follow_path("/a/link", "../b/link").name.empty());
    CHECK(follow_path("/a/link/.", "/b").path == "/b/.");
    CHECK(follow_path("/a/link/", "/b").path == "/b/");
}

TEST_CASE("plan_copy: into a folder, or under another name")
{
    const auto plan = [](CopySource source, CopyTarget target) {
        const CopyPlan found = plan_copy(source, target);
        return found.folder + " " + found.old_name + " " + found.new_name;
    };
    CHECK(plan({"/s/f"}, {"/d", true, true}) == "/d f f");
    CHECK(plan({"/s/f", false, "link"}, {"/d", true, true}) == "/d f link");
    CHECK(plan({"/s/f"}, {"/d/g", true}) == "/d f g");
    CHECK(plan({"/s/f"}, {"/d/g"}) == "/d f g");
    CHECK(plan({"/s/dir", true}, {"/d/new/"}) == "/d dir new");
    CHECK(plan({"/s/dir/.", true}, {"/d/new"}) == "/d . new");
    CHECK(plan({"/s/dir/.", true}, {"/d", true, true}) == "/d . .");
    CHECK_THROWS_AS(plan({"/s/dir", true}, {"/d/file", true}), Error);
    CHECK_THROWS_AS(plan({"/s/f"}, {"/d/none/"}), Error);
}

TEST_CASE("CopyPlan::rename: entries of the source, and no others")
{
    const CopyPlan plan{"/d", "old", "new"};
    CHECK(plan.rename("old") == "new");
    CHECK(plan.rename("old/") == "new/");
    CHECK(plan.rename("old/old/x") == "new/old/x");
    CHECK_THROWS_AS(plan.rename("older"), Error);
    CHECK_THROWS_AS(plan.rename("other/x"), Error);
    CHECK(CopyPlan{"/d", ".", "new"}.rename("./x") == "new/x");
    CHECK(CopyPlan{"/d", "/", "new"}.rename("/etc/x") == "new/etc/x");
    CHECK(CopyPlan{"/d", "/", "new"}.rename("etc/x") == "new/etc/x");
    CHECK(CopyPlan{"/d", "same", "same"}.rename("same/x") == "same/x");
}
