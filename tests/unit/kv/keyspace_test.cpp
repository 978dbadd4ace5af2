// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "unit/kv/kept_keyspace.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace dfriends;
using namespace dfriends::kv::v2;
using std::chrono::seconds;

namespace {

/// Lets the clock's task work off what is due, which takes the index to `last`, however slow the disk is; and ends it.
void run_expiry(Keyspace& keyspace, std::uint64_t last)
{
    net::run([](Keyspace& of, std::uint64_t wanted) -> net::Task<> {
        net::spawn(of.expire());
        for (int i = 0; i < 1200 && of.index() < wanted; ++i)
            co_await net::sleep(std::chrono::milliseconds(50));
        co_await net::sleep(std::chrono::milliseconds(50)); // in which nothing more may go
    }(keyspace, last));
}

/// Many changes at once: they share commits, and have their indexes in the order of their coming.
net::Task<> change_at_once(Keyspace& keyspace, std::string directory, std::vector<std::uint64_t>& indexes)
{
    net::Event ended;
    int left = 100;
    for (int i = 0; i < 100; ++i)
        net::spawn([](Keyspace& of, std::string path, std::vector<std::uint64_t>& seen, int& remaining,
                      net::Event& end) -> net::Task<> {
            Operation operation;
            operation.path = path;
            const Outcome outcome = co_await of.change(std::move(operation));
            seen.push_back(outcome.event->index);
            // What was answered is read at once.
            const Reading reading = co_await of.read(path, false);
            CHECK(!reading.refusal);
            if (--remaining == 0)
                end.notify_all();
        }(keyspace, directory + "/" + std::to_string(i), indexes, left, ended));
    while (left > 0)
        co_await ended.wait();
}

/// Writers that never pause, and a reader of all that they write: the changes that were made before it was answered.
net::Task<int> changes_before_read(Keyspace& keyspace)
{
    constexpr int enough = 2000;
    int changes = 0, writers = 0;
    bool answered = false;
    net::Event ended;
    for (int i = 0; i < 16; ++i)
        net::spawn(
            [](Keyspace& of, int number, int& made, int& running, const bool& stop, net::Event& end) -> net::Task<> {
                ++running;
                while (!stop && made < enough) {
                    Operation operation;
                    operation.path = "/hot/" + std::to_string(number);
                    co_await of.change(std::move(operation));
                    ++made;
                }
                --running;
                end.notify_all();
            }(keyspace, i, changes, writers, answered, ended));
    while (changes < 32) // they are under way
        co_await net::sleep(std::chrono::milliseconds(1));
    const int before = changes;
    const Reading reading = co_await keyspace.read("/hot", true);
    const int after = changes;
    CHECK(!reading.refusal);
    answered = true;
    while (writers > 0)
        co_await ended.wait();
    co_return after - before;
}

std::vector<std::string> actions(const History& history, std::uint64_t from)
{
    std::vector<std::string> seen;
    const Watched all{"/", true};
    for (auto event = history.find(all, from); event; event = history.find(all, event->index + 1))
        seen.push_back(event->body.substr(11, event->body.find('"', 11) - 11) + " " + event->path);
    return seen;
}

} // namespace

TEST_CASE("Keyspace: everything is there after a restart, to the byte")
{
    KeptKeyspace kept;
    kept.set("/a/b", std::string("\0\xff<", 3));
    kept.set("/a/ttl", "x", seconds(100));
    kept.set("/a/_hidden/c", "y");
    kept.set("/a/b", "second");
    kept.set("/gone/x", "z");
    kept.remove("/gone");
    kept.set("/gone0", "stays"); // its name sorts beside what lay below /gone
    const std::string before = kept.read("/a"), hidden = kept.read("/a/_hidden");
    const auto id = kept.keyspace->cluster_id();
    const auto boots = kept.keyspace->boots();
    const auto told = actions(kept.keyspace->history(), 0);
    kept.restart();
    CHECK(kept.read("/a") == before);
    CHECK(kept.read("/a/_hidden") == hidden);
    CHECK(kept.read("/gone") == "100 /gone");
    CHECK(kept.read("/gone0") != "100 /gone0");
    CHECK(kept.keyspace->index() == 10);
    CHECK(kept.keyspace->cluster_id() == id);
    CHECK(kept.keyspace->boots() == boots + 1);
    CHECK(actions(kept.keyspace->history(), 0) == told);
    CHECK(kept.set("/next", "v") ==
          R"({"action":"set","node":{"key":"/next","value":"v","modifiedIndex":11,"createdIndex":11}})");
}

TEST_CASE("Keyspace: a refused change costs no index and leaves no row")
{
    KeptKeyspace kept;
    CHECK(kept.set("/a", "1").find("\"modifiedIndex\":4") != std::string::npos);
    CHECK(kept.set("/a/b", "1") == "104 /a");
    CHECK(kept.keyspace->index() == 4);
    kept.restart();
    CHECK(kept.keyspace->index() == 4);
    CHECK(kept.read("/a/b") == "104 /a");
}

TEST_CASE("Keyspace: a hundred changes at once get a hundred indexes")
{
    KeptKeyspace kept;
    std::vector<std::uint64_t> indexes;
    net::run(change_at_once(*kept.keyspace, "/many", indexes));
    REQUIRE(indexes.size() == 100);
    std::ranges::sort(indexes);
    CHECK(indexes.front() == 4);
    CHECK(indexes.back() == 103);
    CHECK(std::ranges::adjacent_find(indexes) == indexes.end());
}

TEST_CASE("Keyspace: a reader is not kept waiting by writers that never pause")
{
    KeptKeyspace kept;
    CHECK(net::run(changes_before_read(*kept.keyspace)) <= 64);
}

TEST_CASE("expire: a thousand keys at once go together")
{
    KeptKeyspace kept;
    std::vector<std::uint64_t> indexes;
    for (int round = 0; round < 10; ++round)
        net::run(change_at_once(*kept.keyspace, "/many" + std::to_string(round), indexes));
    kept.sql("update kv_node set expires = 1 where dir = 0");
    kept.restart();
    net::run([](Keyspace& of) -> net::Task<> {
        net::spawn(of.expire());
        for (int i = 0; i < 1200 && of.index() < 2003; ++i)
            co_await net::sleep(std::chrono::milliseconds(50));
        of.stop();
    }(*kept.keyspace));
    CHECK(kept.keyspace->index() == 2003);
    CHECK(kept.read("/many9") == R"({"key":"/many9","dir":true,"modifiedIndex":904,"createdIndex":904})");
}

TEST_CASE("expire: in the order of the moments, and not before them")
{
    KeptKeyspace kept;
    kept.set("/late", "x", seconds(30));
    kept.set("/first", "x", seconds(10));
    kept.set("/second", "x", seconds(20));
    kept.set("/renewed", "x", seconds(10));
    kept.set("/renewed", "y", seconds(50));
    kept.set("/kept", "x", seconds(10));
    kept.set("/kept", "y");
    Operation directory;
    directory.path = "/d";
    directory.dir = true;
    directory.expires = kept.now + seconds(15);
    kept.change(directory);
    kept.set("/d/inner", "x");
    run_expiry(*kept.keyspace, 12);
    CHECK(kept.keyspace->index() == 12);
    kept.now += seconds(20);
    run_expiry(*kept.keyspace, 15);
    CHECK(actions(kept.keyspace->history(), 13) ==
          std::vector<std::string>{"expire /first", "expire /d", "expire /second"});
    CHECK(kept.read("/d/inner") == "100 /d");
    CHECK(kept.read("/late") != "100 /late");
    // What comes due while nobody serves goes at the start.
    kept.now += seconds(15);
    kept.restart();
    run_expiry(*kept.keyspace, 16);
    CHECK(actions(kept.keyspace->history(), 16) == std::vector<std::string>{"expire /late"});
    CHECK(kept.read("/kept") != "100 /kept");
    CHECK(kept.read("/renewed") != "100 /renewed");
}

TEST_CASE("Keyspace: what did not reach the disk has not happened")
{
    KeptKeyspace kept;
    kept.set("/a", "old");
    kept.sql("create trigger full before insert on kv_event begin select raise(abort, 'disk full'); end");
    CHECK_THROWS_AS(kept.set("/a", "new"), Error);
    CHECK_THROWS_AS(kept.set("/b/c", "new"), Error);
    CHECK_THROWS_AS(kept.remove("/a"), Error);
    CHECK(kept.read("/a").find("\"old\"") != std::string::npos);
    CHECK(kept.read("/b") == "100 /b");
    CHECK(kept.keyspace->index() == 4);
    CHECK(kept.keyspace->history().newest() == 4);
    kept.sql("drop trigger full");
    CHECK(kept.set("/b/c", "new").find("\"createdIndex\":5") != std::string::npos);
}

TEST_CASE("Keyspace: nothing is built on a tree that could not be read again")
{
    KeptKeyspace kept;
    kept.set("/a", "old");
    kept.sql("alter table kv_node rename to away");
    CHECK_THROWS_AS(kept.set("/a", "new"), Error); // neither written nor read again
    CHECK_THROWS_AS(kept.set("/b", "new"), Error);
    CHECK_THROWS_AS(kept.read("/a"), Error);
    kept.sql("alter table away rename to kv_node");
    CHECK(kept.read("/a").find("\"old\"") != std::string::npos);
    CHECK(kept.read("/b") == "100 /b");
    CHECK(kept.set("/b", "new").find("\"createdIndex\":5") != std::string::npos);
    kept.restart();
    CHECK(kept.read("/b").find("\"new\"") != std::string::npos);
}

TEST_CASE("Keyspace: a database without a key's directory is refused")
{
    KeptKeyspace kept;
    kept.set("/a/b/c", "x");
    kept.sql("delete from kv_node where path = cast('/a/b' as blob)");
    CHECK_THROWS_WITH_AS(kept.restart(), doctest::Contains("a key without its directory"), Error);
}
