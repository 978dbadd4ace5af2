// SPDX-License-Identifier: Apache-2.0
#include "cluster/supervisor/journal.hpp"
#include "cluster/supervisor/process_tree.hpp"
#include "cluster/supervisor/unit_state.hpp"
#include "os/proc.hpp"
#include "os/process.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <unistd.h>

using namespace dfriends;
using namespace dfriends::cluster;

TEST_CASE("journal: what is appended is read, last lines first asked, then what is new")
{
    const os::TemporaryDirectory directory;
    const os::Path file = directory.path() / "journal";
    JournalReader reader(file);
    CHECK(reader.read_last(5).empty());
    JournalWriter writer(file);
    for (int number = 0; number < 4; ++number)
        writer.append({TimePoint(std::chrono::microseconds(number)), 7, "sh", "line " + std::to_string(number)});
    const auto last = reader.read_last(2);
    REQUIRE(last.size() == 2);
    CHECK(last[0].text == "line 2");
    CHECK(last[1].process == 7);
    CHECK(last[1].identifier == "sh");
    CHECK(reader.read_new().empty());
    writer.append({{}, 8, "two words", ""});
    const auto next = reader.read_new();
    REQUIRE(next.size() == 1);
    CHECK(next[0].identifier == "two_words");
    CHECK(next[0].text.empty());
}

TEST_CASE("journal: it is begun anew above its limit, and a reader follows")
{
    const os::TemporaryDirectory directory;
    const os::Path file = directory.path() / "journal";
    JournalWriter writer(file, 64);
    writer.append({{}, 1, "a", std::string(30, 'x')});
    JournalReader reader(file);
    CHECK(reader.read_last(9).size() == 1);
    writer.append({{}, 1, "a", std::string(30, 'y')});
    writer.append({{}, 1, "a", "z"});
    const auto next = reader.read_new();
    REQUIRE(next.size() == 2);
    CHECK(next[1].text == "z");
    CHECK(JournalReader(file).read_last(9).size() == 3);
}

TEST_CASE("decode_journal_entry: what is no line of a journal")
{
    for (const char* line : {"", "x", "1", "1 2", "1 x a b", "x 1 a b", "1 2  "})
        CHECK_MESSAGE(!decode_journal_entry(line), line);
}

TEST_CASE("unit state: its text brings it back")
{
    UnitState state;
    state.active = "failed";
    state.sub = "failed";
    state.result = "exit-code";
    state.main_process = 12;
    state.exit_code = 1;
    state.exit_status = 3;
    state.restarts = 2;
    state.since = TimePoint(std::chrono::microseconds(1'234'567));
    state.invocation = "abc";
    state.hash = "def";
    CHECK(decode_unit_state(encode_unit_state(state)) == state);
    CHECK(decode_unit_state("Odd\nFoo=1\n") == UnitState{});
}

TEST_CASE("find_descendants, find_marked: a child is found both ways until it ends")
{
    os::Command command;
    command.words = {"sleep", "60"};
    command.environment["DFRIENDS_TEST_MARK"] = "m1";
    os::Child child = os::Child::start(command);
    const auto below = find_descendants(::getpid());
    CHECK(std::ranges::count(below, child.id()) == 1);
    const auto marked = os::find_marked("DFRIENDS_TEST_MARK=m1");
    CHECK(marked == std::vector<pid_t>{child.id()});
    child.signal(SIGKILL);
    child.wait();
    CHECK(std::ranges::count(find_descendants(::getpid()), child.id()) == 0);
}
