// SPDX-License-Identifier: Apache-2.0
#include "os/proc.hpp"
#include "os/process.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <thread>
#include <unistd.h>

using namespace dfriends::os;

TEST_CASE("stat_of: state and parent; none of a process that has ended")
{
    Child child = Child::start({.words = {"sleep", "60"}});
    const auto fields = stat_of(child.id());
    REQUIRE(fields.size() > 20);
    CHECK(fields[1] == std::to_string(::getpid()));
    CHECK(std::ranges::count(list_processes(), child.id()) == 1);
    child.signal(SIGKILL);
    child.wait();
    CHECK(stat_of(child.id()).empty());
    CHECK(read_proc(child.id(), "comm").empty());
}

TEST_CASE("list_processes, stat_of, find_marked: what ends while it is read is passed over")
{
    std::atomic<bool> done = false;
    std::thread starter([&] {
        for (int i = 0; i < 25; ++i)
            run({.words = {"true"}});
        done = true;
    });
    while (!done) {
        const auto all = list_processes();
        CHECK(std::ranges::count(all, ::getpid()) == 1);
        for (const pid_t process : all)
            (void)stat_of(process);
        CHECK(find_marked("DFRIENDS_TEST_MARK=nobody").empty());
    }
    starter.join();
}
