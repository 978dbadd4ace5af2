// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "paas/apps_wire.hpp"
#include "unit/paas/kept_apps.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace dfriends;
using namespace dfriends::paas;
using namespace std::chrono_literals;

namespace {

using Names = std::vector<std::string>;

Process web(const std::string& container, std::int64_t number = 1)
{
    return {.container = container, .app = "a", .type = "web", .number = number, .address = "172.17.0.2", .port = 5000};
}

/// "c1" of a process, "(c1)" of a retired one.
Names containers(const Apps& apps, const std::string& app)
{
    Names names;
    for (const Process& process : apps.processes(app))
        names.push_back(process.retired ? "(" + process.container + ")" : process.container);
    std::ranges::sort(names);
    return names;
}

std::vector<std::int64_t> numbers(const std::vector<Release>& releases)
{
    std::vector<std::int64_t> numbers;
    for (const Release& release : releases)
        numbers.push_back(release.number);
    return numbers;
}

} // namespace

TEST_CASE("release: it comes back whole, with variables that have lines and quotes in them")
{
    KeptApps kept;
    kept.apps->create("a");
    const Release made = kept.apps->switch_to(
        "a",
        {.image = "sha256:1",
         .revision = "0123",
         .description = "config:set A \"B\"",
         .author = "shrikrishna",
         .commands = {{"web", ""}, {"worker", "sleep 'x' \"y\""}},
         .checks = {{.name = "n",
                     .path = "/",
                     .content = "\"'\n",
                     .host = "h",
                     .port = 8080,
                     .timeout = 1ms,
                     .wait = 2ms,
                     .initial_delay = 3ms,
                     .attempts = 4}},
         .config = {{"LINES", "a\nb\t\"c\" 'd' \\ caf\xc3\xa9"}, {"LARGE", std::string(100'000, 'x')}}},
        {});
    CHECK(made.number == 1);
    CHECK(made.created.ends_with("Z"));
    kept.restart();
    const auto found = kept.apps->find_release("a", 1);
    REQUIRE(found);
    CHECK(found->image == "sha256:1");
    CHECK(found->revision == "0123");
    CHECK(found->description == made.description);
    CHECK(found->author == "shrikrishna");
    CHECK(found->commands == made.commands);
    CHECK(found->checks == made.checks);
    CHECK(found->config == made.config);
    CHECK(found->created == made.created);
    CHECK_FALSE(kept.apps->find_release("a", 2));
    CHECK_FALSE(kept.apps->find_release("b", 1));
}

TEST_CASE("release: a switch retires the processes before, and starts a stopped app")
{
    KeptApps kept;
    kept.apps->create("a");
    kept.apps->create("b");
    kept.apps->switch_to("b", {}, {{.container = "other", .app = "b", .type = "web"}});
    kept.apps->switch_to("a", {.image = "1"}, {web("c1"), web("c2", 2)});
    CHECK(containers(*kept.apps, "a") == Names{"c1", "c2"});
    kept.apps->set_stopped("a", true);
    const Release second = kept.apps->switch_to("a", {.number = 77, .image = "2"}, {web("c3")});
    CHECK(second.number == 2);
    CHECK(kept.apps->get("a").release == 2);
    CHECK_FALSE(kept.apps->get("a").stopped);
    CHECK(containers(*kept.apps, "a") == Names{"(c1)", "(c2)", "c3"});
    CHECK(containers(*kept.apps, "b") == Names{"other"});
    kept.apps->switch_to("a", {.image = "3"}, {});
    CHECK(containers(*kept.apps, "a") == Names{"(c1)", "(c2)", "(c3)"});
}

TEST_CASE("release: a switch that cannot be written leaves the one before as it was")
{
    KeptApps kept;
    kept.apps->create("a");
    kept.apps->switch_to("a", {.image = "1"}, {web("c1")});
    CHECK_THROWS_AS(kept.apps->switch_to("a", {.image = "2"}, {web("c2"), web("c2", 2)}), Error);
    CHECK_THROWS_AS(kept.apps->switch_to("nobody", {.image = "2"}, {}), Error);
    CHECK(kept.apps->get("a").release == 1);
    CHECK(numbers(kept.apps->releases("a")) == std::vector<std::int64_t>{1});
    CHECK(containers(*kept.apps, "a") == Names{"c1"});
}

TEST_CASE("process: it moves and is forgotten by its container")
{
    KeptApps kept;
    kept.apps->create("a");
    kept.apps->switch_to("a", {}, {web("c1"), web("c2", 2)});
    kept.apps->move_process("c2", "172.17.0.9");
    kept.apps->move_process("nobody", "172.17.0.10");
    const auto processes = kept.apps->processes();
    REQUIRE(processes.size() == 2);
    CHECK(processes[0].address == "172.17.0.2");
    CHECK(processes[1].address == "172.17.0.9");
    CHECK(processes[1].port == 5000);
    CHECK(processes[1].dyno() == "web.2");
    kept.apps->forget_process("c1");
    kept.apps->forget_process("nobody");
    CHECK(containers(*kept.apps, "a") == Names{"c2"});
}

TEST_CASE("release: the newest are kept, and the one that serves however old it is")
{
    KeptApps kept;
    kept.apps->create("a");
    for (int number = 1; number <= 7; ++number)
        kept.apps->switch_to("a", {.image = std::to_string(number)}, {});
    CHECK(kept.apps->forget_releases("a", 7).empty());
    CHECK(kept.apps->forget_releases("a", 100).empty());
    kept.store->change([](state::Database& database) { database.execute("update paas_app set release = 2"); });
    const auto forgotten = kept.apps->forget_releases("a", 5);
    CHECK(numbers(forgotten) == std::vector<std::int64_t>{1});
    CHECK(forgotten.at(0).image == "1");
    CHECK(numbers(kept.apps->forget_releases("a", 2)) == std::vector<std::int64_t>{3, 4, 5});
    CHECK(numbers(kept.apps->releases("a")) == std::vector<std::int64_t>{2, 6, 7});
    CHECK(numbers(kept.apps->forget_releases("a", 0)) == std::vector<std::int64_t>{6, 7});
    CHECK(numbers(kept.apps->releases("a")) == std::vector<std::int64_t>{2});
    CHECK_THROWS_AS(kept.apps->forget_releases("nobody", 1), Error);
}

TEST_CASE("release: texts and checks as JSON")
{
    const std::map<std::string, std::string> texts{{"a", "\"\\\n\x01"}, {"b", ""}, {"", "empty key"}};
    CHECK(decode_texts(encode_texts(texts)) == texts);
    CHECK(decode_texts(encode_texts({})).empty());
    CHECK(decode_texts(R"({"a": 1, "b": "x"})") == std::map<std::string, std::string>{{"b", "x"}});
    CHECK_THROWS_AS(decode_texts("{"), Error);
    const Checks checks{{}, {.name = "x", .path = "/", .port = 65535, .timeout = 1h}};
    CHECK(decode_checks(encode_checks(checks)) == checks);
    CHECK(decode_checks("[]").empty());
    CHECK_THROWS_AS(decode_checks(""), Error);
}
