// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "os/process.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::os;
using namespace std::chrono_literals;

TEST_CASE("run: feeds, captures, and tells how it ended")
{
    const Outcome outcome =
        run({.words = {"sh", "-c", "cat; echo $WORD >&2; exit 3"}, .environment = {{"WORD", "hi"}}, .input = "in"});
    CHECK(outcome.status == 3);
    CHECK(outcome.output == "in");
    CHECK(outcome.error == "hi\n");
}

TEST_CASE("run: words are never a shell's")
{
    CHECK(run({.words = {"printf", "%s", "$(id); x"}}).output == "$(id); x");
}

TEST_CASE("run: a large conversation does not lock up, and output is bounded")
{
    const Outcome outcome = run({.words = {"cat"}, .input = std::string(3'000'000, 'x'), .output_limit = 1'000'000});
    CHECK(outcome.output.size() == 1'000'000);
}

TEST_CASE("run: a child that ends without reading its input harms nobody")
{
    CHECK(run({.words = {"sh", "-c", "exec <&-; echo done"}, .input = std::string(3'000'000, 'x')}).output == "done\n");
    CHECK(run({.words = {"true"}, .input = "x"}).ok());
}

TEST_CASE("run: a timeout ends the child and its children")
{
    const auto before = std::chrono::steady_clock::now();
    const Outcome outcome = run({.words = {"sh", "-c", "sleep 60 & sleep 60"}, .timeout = 100ms});
    CHECK(outcome.timed_out);
    CHECK(std::chrono::steady_clock::now() - before < 30s);
}

TEST_CASE("run: a missing program and a bad folder are clear errors")
{
    CHECK_THROWS_WITH_AS(run({.words = {"no-such-program-x"}}), doctest::Contains("no such program"), Error);
    CHECK_THROWS_AS(run({.words = {"true"}, .directory = "/no/such"}), Error);
    CHECK_THROWS_WITH_AS(run_checked({.words = {"sh", "-c", "echo broken >&2; exit 4"}}),
                         "'sh' failed: exit status 4: broken", Error);
}
