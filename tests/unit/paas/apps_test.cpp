// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "unit/paas/kept_apps.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::paas;

namespace {

using Names = std::vector<std::string>;

std::string repeated(std::string_view piece, std::size_t size)
{
    std::string text;
    while (text.size() < size)
        text += piece;
    return text;
}

} // namespace

TEST_CASE("Apps: made, found, listed by name, removed with all that is theirs")
{
    KeptApps kept;
    CHECK(kept.apps->list().empty());
    kept.apps->create("codeit");
    kept.apps->create("a");
    CHECK(kept.names() == Names{"a", "codeit"});
    const App app = kept.apps->get("codeit");
    CHECK(app.created.ends_with("Z"));
    CHECK(app.deploy_branch.empty());
    CHECK(app.release == 0);
    CHECK(app.port == 0);
    CHECK_FALSE(app.stopped);
    CHECK_THROWS_WITH_AS(kept.apps->create("a"), "Name is already taken", Error);
    kept.apps->change_config("a", {{"KEY", "value"}});
    (void)kept.apps->add_domain("a", "a.example");
    kept.apps->set_scale("a", {{"web", 2}});
    kept.apps->switch_to("a", {}, {{.container = "c1", .app = "a", .type = "web"}});
    kept.apps->remove("a");
    CHECK_FALSE(kept.apps->find("a"));
    kept.apps->create("a");
    CHECK(kept.apps->config("a").empty());
    CHECK(kept.apps->domains("a").empty());
    CHECK(kept.apps->scale("a").empty());
    CHECK(kept.apps->releases("a").empty());
    CHECK(kept.apps->processes().empty());
    CHECK(kept.names() == Names{"a", "codeit"});
}

TEST_CASE("Apps: one that is not there is said in dokku's words")
{
    KeptApps kept;
    CHECK_FALSE(kept.apps->find("nobody"));
    CHECK_THROWS_WITH_AS(kept.apps->get("nobody"), "App nobody does not exist", Error);
    CHECK_FALSE(kept.apps->find("' or 1=1 --"));
    CHECK_NOTHROW(kept.apps->remove("nobody"));
}

TEST_CASE("Apps: what is set stays, also for the next process")
{
    KeptApps kept;
    kept.apps->create("a");
    kept.apps->set_deploy_branch("a", "main");
    kept.apps->set_port("a", 65535);
    kept.apps->set_stopped("a", true);
    kept.apps->set_setting("user", "dokku");
    kept.apps->set_setting("user", "git");
    kept.restart();
    const App app = kept.apps->get("a");
    CHECK(app.deploy_branch == "main");
    CHECK(app.port == 65535);
    CHECK(app.stopped);
    CHECK(kept.apps->setting("user") == "git");
    CHECK(kept.apps->setting("never").empty());
}

TEST_CASE("Apps: values of variables come back as they were set, whatever is in them")
{
    KeptApps kept;
    kept.apps->create("a");
    const Config config{{"EMPTY", ""},
                        {"LINES", "one\ntwo\r\n\n"},
                        {"QUOTES", "a \"b\" 'c' `d` $HOME \\ %s {}"},
                        {"SQL", "'); drop table paas_app; --"},
                        {"UTF8", "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"},
                        {"BYTES", "\xff\xfe"},
                        {"LARGE", repeated("0123456789abcde\n", 100'000)}};
    kept.apps->change_config("a", config);
    kept.restart();
    CHECK(kept.apps->config("a") == config);
    kept.apps->change_config("a", {{"EMPTY", "no more"}}, {"LARGE", "SQL", "NEVER"});
    CHECK(kept.apps->config("a").at("EMPTY") == "no more");
    CHECK(kept.apps->config("a").size() == 5);
    kept.apps->change_config("a", {{"BOTH", "set"}}, {"BOTH"});
    CHECK(kept.apps->config("a").at("BOTH") == "set");
}

TEST_CASE("Apps: variables of all apps lie below an app's own")
{
    KeptApps kept;
    kept.apps->create("a");
    kept.apps->create("b");
    kept.apps->change_config("", {{"SHARED", "all"}, {"ONLY", "all"}});
    kept.apps->change_config("a", {{"SHARED", "a"}});
    CHECK(kept.apps->config("a") == Config{{"SHARED", "a"}});
    CHECK(kept.apps->merged_config("a") == Config{{"SHARED", "a"}, {"ONLY", "all"}});
    CHECK(kept.apps->merged_config("b") == Config{{"SHARED", "all"}, {"ONLY", "all"}});
    CHECK(kept.apps->config("b").empty());
    kept.apps->remove("a");
    CHECK(kept.apps->config("").size() == 2);
}

TEST_CASE("Apps: a domain belongs to one app")
{
    KeptApps kept;
    kept.apps->create("a");
    kept.apps->create("b");
    CHECK(kept.apps->add_domain("a", "www.shop.example"));
    CHECK(kept.apps->add_domain("a", "shop.example"));
    CHECK_FALSE(kept.apps->add_domain("a", "shop.example"));
    CHECK_THROWS_WITH_AS(kept.apps->add_domain("b", "shop.example"), "shop.example is a domain of app a already",
                         Error);
    CHECK(kept.apps->domains("a") == Names{"shop.example", "www.shop.example"});
    CHECK(kept.apps->domains("b").empty());
    CHECK_FALSE(kept.apps->remove_domain("b", "shop.example"));
    CHECK(kept.apps->remove_domain("a", "shop.example"));
    CHECK_FALSE(kept.apps->remove_domain("a", "shop.example"));
    CHECK(kept.apps->add_domain("b", "shop.example"));
    kept.apps->remove("a");
    CHECK(kept.apps->add_domain("b", "www.shop.example"));
    CHECK_THROWS_AS(kept.apps->add_domain("nobody", "x.example"), Error);
}

TEST_CASE("Apps: quantities of process types")
{
    KeptApps kept;
    kept.apps->create("a");
    kept.apps->set_scale("a", {{"web", 2}, {"worker", 1}});
    kept.apps->set_scale("a", {{"web", 0}});
    CHECK(kept.apps->scale("a") == std::map<std::string, std::int64_t>{{"web", 0}, {"worker", 1}});
    kept.apps->set_scale("a", {});
    CHECK(kept.apps->scale("a").size() == 2);
}
