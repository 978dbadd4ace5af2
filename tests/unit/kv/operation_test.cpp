// SPDX-License-Identifier: Apache-2.0
#include "kv/v2/operation.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::kv::v2;

namespace {

/// A tree whose operations are carried out in order, from index 4 on.
struct Ground {
    Tree tree;
    std::uint64_t index = 3;
    TimePoint now = *parse_rfc3339("2026-01-02T03:04:05Z");
    Effect last;

    /// The event's body, or "101 /cause [index]".
    std::string apply(Operation operation)
    {
        last = kv::v2::apply(tree, operation, index + 1, now);
        if (last.refusal)
            return std::to_string(static_cast<int>(last.refusal->code)) + " " + last.refusal->cause + " [" +
                   std::to_string(last.refusal->index) + "]";
        CHECK(last.event.index == ++index);
        return last.event.body;
    }
    std::string set(std::string path, std::string value = "v")
    {
        return apply({.path = std::move(path), .value = std::move(value)});
    }
    std::string make_directory(std::string path)
    {
        return apply({.action = Action::create, .path = std::move(path), .dir = true});
    }
};

Operation operation(Action action, std::string path)
{
    Operation made;
    made.action = action;
    made.path = std::move(path);
    return made;
}

} // namespace

TEST_CASE("set: a new key is 201, an old one is replaced and shown as it was")
{
    Ground ground;
    CHECK(ground.set("/a", "1") ==
          R"({"action":"set","node":{"key":"/a","value":"1","modifiedIndex":4,"createdIndex":4}})");
    CHECK(ground.last.created);
    CHECK(
        ground.set("/a", "") ==
        R"({"action":"set","node":{"key":"/a","value":"","modifiedIndex":5,"createdIndex":5},"prevNode":{"key":"/a","value":"1","modifiedIndex":4,"createdIndex":4}})");
    CHECK(!ground.last.created);
    CHECK(ground.set("/", "x") == "107 / [5]");
    CHECK(ground.set("/a/b") == "104 /a [5]");
    ground.set("/d/e/f");
    CHECK(ground.tree.find("/d/e")->created == 6);
    CHECK(ground.last.rows.size() == 3);
    CHECK(ground.set("/d") == "102 /d [6]");
}

TEST_CASE("set: a directory takes the place of a file, never of a directory")
{
    Ground ground;
    ground.set("/a");
    Operation directory = operation(Action::set, "/a");
    directory.dir = true;
    CHECK(
        ground.apply(directory) ==
        R"({"action":"set","node":{"key":"/a","dir":true,"modifiedIndex":5,"createdIndex":5},"prevNode":{"key":"/a","value":"v","modifiedIndex":4,"createdIndex":4}})");
    CHECK(ground.apply(directory) == "102 /a [5]");
}

TEST_CASE("create: only what is not there; in order with twenty digits")
{
    Ground ground;
    CHECK(ground.make_directory("/q") ==
          R"({"action":"create","node":{"key":"/q","dir":true,"modifiedIndex":4,"createdIndex":4}})");
    CHECK(ground.make_directory("/q") == "105 /q [4]");
    CHECK(ground.apply(operation(Action::create, "/q")) == "105 /q [4]");
    CHECK(
        ground.apply(operation(Action::create_in_order, "/q")) ==
        R"({"action":"create","node":{"key":"/q/00000000000000000005","value":"","modifiedIndex":5,"createdIndex":5}})");
    CHECK(ground.last.created);
    CHECK(
        ground.apply(operation(Action::create_in_order, "/")) ==
        R"({"action":"create","node":{"key":"/00000000000000000006","value":"","modifiedIndex":6,"createdIndex":6}})");
    CHECK(ground.apply(operation(Action::create_in_order, "/00000000000000000006")) == "104 /00000000000000000006 [6]");
    CHECK(ground.apply(operation(Action::create, "/")) == "107 / [6]");
}

TEST_CASE("update: keeps the creation's index; a directory's shown index is not stored")
{
    Ground ground;
    ground.set("/a", "1");
    Operation update = operation(Action::update, "/a");
    update.value = "2";
    CHECK(
        ground.apply(update) ==
        R"({"action":"update","node":{"key":"/a","value":"2","modifiedIndex":5,"createdIndex":4},"prevNode":{"key":"/a","value":"1","modifiedIndex":4,"createdIndex":4}})");
    update.path = "/none/x";
    CHECK(ground.apply(update) == "100 /none [5]");
    ground.make_directory("/d");
    update.path = "/d";
    CHECK(ground.apply(update) == "102 /d [6]");
    update.value.clear();
    update.expires = ground.now + std::chrono::seconds(10);
    CHECK(
        ground.apply(update) ==
        R"({"action":"update","node":{"key":"/d","dir":true,"expiration":"2026-01-02T03:04:15Z","ttl":10,"modifiedIndex":7,"createdIndex":6},"prevNode":{"key":"/d","dir":true,"modifiedIndex":6,"createdIndex":6}})");
    CHECK(ground.tree.find("/d")->modified == 6);
    CHECK(ground.tree.find("/d")->expires);
}

TEST_CASE("compareAndSwap: names what did not match")
{
    Ground ground;
    ground.set("/a", "1");
    ground.make_directory("/d");
    Operation swap = operation(Action::compare_and_swap, "/a");
    swap.value = "2";
    swap.prev_value = "x";
    CHECK(ground.apply(swap) == "101 [x != 1] [5]");
    swap.prev_index = 9;
    CHECK(ground.apply(swap) == "101 [x != 1] [9 != 4] [5]");
    swap.prev_value.clear();
    CHECK(ground.apply(swap) == "101 [9 != 4] [5]");
    swap.prev_index = 4;
    CHECK(
        ground.apply(swap) ==
        R"({"action":"compareAndSwap","node":{"key":"/a","value":"2","modifiedIndex":6,"createdIndex":4},"prevNode":{"key":"/a","value":"1","modifiedIndex":4,"createdIndex":4}})");
    swap.path = "/d";
    CHECK(ground.apply(swap) == "102 /d [6]");
    swap.path = "/none";
    CHECK(ground.apply(swap) == "100 /none [6]");
}

TEST_CASE("delete: files, empty directories, and whole ones when asked")
{
    Ground ground;
    ground.set("/d/a", "1");
    CHECK(ground.apply(operation(Action::remove, "/d")) == "102 /d [4]");
    Operation directory = operation(Action::remove, "/d");
    directory.dir = true;
    CHECK(ground.apply(directory) == "108 /d [4]");
    CHECK(
        ground.apply(operation(Action::remove, "/d/a")) ==
        R"({"action":"delete","node":{"key":"/d/a","modifiedIndex":5,"createdIndex":4},"prevNode":{"key":"/d/a","value":"1","modifiedIndex":4,"createdIndex":4}})");
    CHECK(!ground.last.event.removes_dir);
    CHECK(ground.apply(operation(Action::remove, "/d/a")) == "100 /d/a [5]");
    ground.set("/d/b");
    directory.recursive = true;
    CHECK(
        ground.apply(directory) ==
        R"({"action":"delete","node":{"key":"/d","dir":true,"modifiedIndex":7,"createdIndex":4},"prevNode":{"key":"/d","dir":true,"modifiedIndex":4,"createdIndex":4}})");
    CHECK(ground.last.event.removes_dir);
    CHECK(ground.tree.find("/d") == nullptr);
    CHECK(ground.apply(operation(Action::remove, "/")) == "107 / [7]");
}

TEST_CASE("compareAndDelete: of files only")
{
    Ground ground;
    ground.set("/a", "1");
    ground.make_directory("/d");
    Operation remove = operation(Action::compare_and_delete, "/a");
    remove.prev_value = "2";
    CHECK(ground.apply(remove) == "101 [2 != 1] [5]");
    remove.prev_value = "1";
    CHECK(
        ground.apply(remove) ==
        R"({"action":"compareAndDelete","node":{"key":"/a","modifiedIndex":6,"createdIndex":4},"prevNode":{"key":"/a","value":"1","modifiedIndex":4,"createdIndex":4}})");
    remove.path = "/d";
    remove.recursive = true;
    CHECK(ground.apply(remove) == "102 /d [6]");
    remove.path = "/";
    CHECK(ground.apply(remove) == "102  [6]");
}

TEST_CASE("refresh: keeps the value, tells nobody, and needs a key")
{
    Ground ground;
    ground.set("/a", "1");
    Operation refresh = operation(Action::update, "/a");
    refresh.refresh = true;
    refresh.expires = ground.now + std::chrono::milliseconds(2500);
    CHECK(
        ground.apply(refresh) ==
        R"({"action":"update","node":{"key":"/a","value":"1","expiration":"2026-01-02T03:04:07.5Z","ttl":3,"modifiedIndex":5,"createdIndex":4},"prevNode":{"key":"/a","value":"1","modifiedIndex":4,"createdIndex":4}})");
    CHECK(ground.last.event.is_silent);
    refresh.action = Action::set;
    ground.apply(refresh);
    CHECK(ground.tree.find("/a")->created == 6);
    CHECK(ground.tree.find("/a")->value == "1");
    refresh.path = "/none";
    CHECK(ground.apply(refresh) == "100 /none [6]");
}

TEST_CASE("expire: only what is still due")
{
    Ground ground;
    Operation set = operation(Action::set, "/a");
    set.expires = ground.now + std::chrono::seconds(1);
    ground.apply(set);
    CHECK(ground.apply(operation(Action::expire, "/a")) == "101 /a [4]");
    ground.now += std::chrono::seconds(2);
    CHECK(
        ground.apply(operation(Action::expire, "/a"))
            .starts_with(
                R"({"action":"expire","node":{"key":"/a","modifiedIndex":5,"createdIndex":4},"prevNode":{"key":"/a","value":"","expiration":)"));
    CHECK(ground.apply(operation(Action::expire, "/a")) == "100 /a [5]");
}
