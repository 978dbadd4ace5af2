// SPDX-License-Identifier: Apache-2.0
#include "converge/run.hpp"
#include "converge/schema.hpp"
#include "converge/yaml/manifest.hpp"
#include "unit/converge/fake_host.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::converge;

namespace {

using Texts = std::vector<std::string>;

/// A machine whose registry has two versions of a plugin that wants much.
struct Engine {
    FakeHost host;
    Engine()
    {
        host.engine.registry_answers = true;
        for (const char* remote : {"u/fs:1", "u/fs:2"}) {
            host.engine.offered[remote].settings = {
                {"MODE", "slow", true}, {"FIXED", "1", false}, {"API_TOKEN", "", true}, {"data", "/srv", true}};
            host.engine.asked_privileges[remote] = {{"network", "", {"host"}}, {"mount", "", {"/srv", "/var"}}};
        }
        host.engine.offered["u/fs:2"].settings.push_back({"NEW", "", true});
    }

    std::vector<Result> plan(const std::string& text) { return run(text, true); }
    std::vector<Result> apply(const std::string& text) { return run(text, false); }
    const Texts& calls() const { return host.engine.calls; }

  private:
    std::vector<Result> run(const std::string& text, bool plans)
    {
        Catalog catalog = read_yaml_manifest(text, "m.yaml");
        check(catalog);
        ForgetfulJournal journal;
        host.engine.calls.clear();
        return plans ? converge::plan(catalog, host, {}, {}).results
                     : converge::apply(catalog, host, journal, {}, {}).results;
    }
};

std::string fs(const std::string& keys)
{
    return "plugins:\n  fs: {remote: u/fs" + (keys.empty() ? "" : ", " + keys) + "}\n";
}

} // namespace

TEST_CASE("docker_plugin: it is installed with its options, enabled, and then left alone")
{
    Engine engine;
    const std::string text = fs("tag: 1, grant_privileges: all, options: {MODE: fast, data.source: /data}");
    const auto planned = engine.plan(text);
    CHECK(engine.calls().empty());
    const auto done = engine.apply(text);
    REQUIRE(done.size() == 2);
    CHECK(done[0].effect == Effect::create);
    CHECK(done[0].changes == std::vector<Change>{{"remote", "", "u/fs:1"},
                                                 {"grant_privileges", "", "network=host, mount=/srv, mount=/var"},
                                                 {"options.MODE", "", "fast"},
                                                 {"options.data.source", "", "/data"}});
    CHECK(done[1].changes == std::vector<Change>{{"enabled", "false", "true"}});
    REQUIRE(planned.size() == 2);
    CHECK(planned[0].changes == done[0].changes);
    CHECK(planned[1].changes == done[1].changes);
    CHECK(engine.calls().at(0) == "plugin install fs u/fs:1 2");
    CHECK(engine.calls().back() == "plugin enable fs 30");
    for (const Result& again : engine.apply(text))
        CHECK(again.status == Status::unchanged);
    CHECK(engine.calls().empty());
}

TEST_CASE("docker_plugin: nothing is granted that is not declared, in a plan neither")
{
    Engine engine;
    const auto refused = engine.apply(fs("tag: 1, grant_privileges: [mount=/srv]"));
    CHECK(refused[0].reason == "m.yaml:2:3: the plugin 'u/fs:1' asks for what 'docker_plugin[fs]' does not grant it: "
                               "network=host, mount=/var");
    CHECK(refused[0].hint == "grant just that with grant_privileges: [network=host, mount=/srv, mount=/var], or "
                             "whatever it asks for with all");
    CHECK(engine.plan(fs("tag: 1"))[0].status == Status::failed);
    const std::string digest = "@sha256:" + std::string(64, 'a');
    CHECK(engine.plan("plugins: {fs: {remote: \"u/fs" + digest + "\"}}\n")[0].hint == "name it by a tag");
    CHECK(engine.calls().empty());
    const std::string enough = fs("tag: 1, grant_privileges: [mount=/var, network=host, mount=/srv, device=/dev/x]");
    CHECK(engine.apply(enough)[0].status == Status::changed);
    engine.host.engine.registry_answers = false;
    CHECK(engine.apply("plugins: {other: {remote: u/fs}}\n")[0].reason == "the registry does not answer");
    const auto planned = engine.plan("plugins: {other: {remote: u/fs}}\n");
    CHECK(planned[0].status == Status::changed);
    CHECK(planned[0].hint.find("could not be found out") != std::string::npos);
}

TEST_CASE("docker_plugin: one that is enabled is disabled while it is changed")
{
    Engine engine;
    engine.apply(fs("tag: 1, grant_privileges: all"));
    const std::string text = fs("tag: 2, grant_privileges: all, timeout: 5, options: {NEW: x, API_TOKEN: hush}");
    const auto done = engine.apply(text);
    CHECK(done[0].effect == Effect::update);
    CHECK(done[0].changes == std::vector<Change>{{"remote", "u/fs:1", "u/fs:2", "it is disabled meanwhile"},
                                                 {"grant_privileges", "", "network=host, mount=/srv, mount=/var"},
                                                 {"options.NEW", "", "x"},
                                                 {"options.API_TOKEN", "", "(hidden)"}});
    CHECK(engine.calls() == Texts{"plugin disable fs:latest", "plugin upgrade fs:latest u/fs:2 2",
                                  "plugin set fs:latest NEW=x API_TOKEN=hush", "plugin enable fs:latest 5"});
    CHECK(engine.apply(text)[0].status == Status::unchanged);
    // Without a tag or a registry's name nothing is said of where it comes from.
    CHECK(engine.apply("plugins: {fs: {options: {NEW: x}}}\n")[0].status == Status::unchanged);
    CHECK(engine.apply("plugins: {fs: {options: {FIXED: 1}}}\n")[0].status == Status::unchanged);
    engine.apply("plugins: {fs: {options: {FIXED: 1, MODE: fast}}}\n");
    CHECK(engine.calls().at(1) == "plugin set fs:latest MODE=fast");
    const auto refused = engine.apply("plugins: {fs: {options: {FIXED: 2}}}\n");
    CHECK(refused[0].reason.find("is one that the plugin lets nobody set") != std::string::npos);
    const auto unknown = engine.plan("plugins: {fs: {options: {MODES: x}}}\n");
    CHECK(unknown[0].reason.find("is none that the plugin has") != std::string::npos);
    CHECK(unknown[0].hint.find("MODE") != std::string::npos);
    CHECK(engine.calls().empty());
}

TEST_CASE("docker_plugin: where a change fails, it is enabled again; where it does not come back, that is said")
{
    Engine engine;
    engine.apply(fs("tag: 1, grant_privileges: all"));
    engine.host.engine.offered.erase("u/fs:2");
    engine.host.engine.asked_privileges.erase("u/fs:2");
    CHECK(engine.apply(fs("tag: 2, grant_privileges: all"))[0].status == Status::failed);
    CHECK(engine.calls().back() == "plugin enable fs:latest 30");
    engine.host.engine.plugins_answer = false;
    const auto broken = engine.apply("plugins: {fs: {options: {MODE: bad}}}\n");
    CHECK(broken[0].reason.find("enabling the plugin 'fs:latest' again, which is disabled now") != std::string::npos);
}

TEST_CASE("docker_plugin: disabled, absent, and single actions")
{
    Engine engine;
    engine.apply(fs("tag: 1, grant_privileges: all"));
    CHECK(engine.apply(fs("state: present")).size() == 1);
    CHECK(engine.apply(fs("tag: 1, state: disabled")).at(1).changes ==
          std::vector<Change>{{"enabled", "true", "false"}});
    CHECK(engine.apply(fs("tag: 1, state: disabled")).at(1).status == Status::unchanged);
    engine.apply(fs("tag: 1"));
    const auto gone = engine.apply("plugins: {fs: {state: absent, force: true}}\n");
    CHECK(gone[0].changes == std::vector<Change>{{"remote", "u/fs:1", ""}});
    CHECK(engine.calls() == Texts{"plugin disable fs:latest by force", "plugin rm fs:latest by force"});
    CHECK(engine.apply("plugins: {fs: {state: absent}}\n")[0].status == Status::unchanged);
    for (const char* action : {"enable", "disable", "update"}) {
        const std::string text = fmt::format("resources:\n  - {{docker_plugin: fs, action: {}}}\n", action);
        for (const Result& result : {engine.plan(text)[0], engine.apply(text)[0]})
            CHECK(result.reason.find(fmt::format("there is no plugin 'fs' to {}", action)) != std::string::npos);
    }
    const std::string told = engine
                                 .plan("resources:\n  - {docker_plugin: x, remote: u/fs, tag: 1, timeout: -1, "
                                       "grant_privileges: all, action: [install, enable]}\n")
                                 .at(1)
                                 .reason;
    CHECK(told.find("the timeout of 'docker_plugin[x]' is -1 seconds") != std::string::npos);
}

TEST_CASE("docker_plugin: what it drives comes after it")
{
    const Catalog catalog = read_yaml_manifest("plugins: {fs: {}}\nnetworks: {n: {driver: other}}\n"
                                               "volumes: {a: {driver: \"fs:latest\"}, b: {driver: fs}}\n"
                                               "containers: {c: {image: i, logging: {driver: fs}}}\n",
                                               "m.yaml");
    check(catalog);
    std::string all;
    for (const Resource& resource : catalog.resources)
        for (const Reference& reference : resource.requires_)
            all += resource.name + ">" + reference.name + " ";
    CHECK(all == "a>fs b>fs c>fs ");
    const Catalog going =
        read_yaml_manifest("plugins: {fs: {state: absent}}\nvolumes: {a: {state: absent}}\n", "m.yaml");
    REQUIRE(going.resources.size() == 2);
    REQUIRE(going.resources[0].requires_.size() == 1);
    CHECK(going.resources[0].requires_[0].name == "a");
}
