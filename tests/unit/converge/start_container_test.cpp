// SPDX-License-Identifier: Apache-2.0
// What comes with a container's starts and stops.
#include "converge/run.hpp"
#include "converge/schema.hpp"
#include "converge/yaml/manifest.hpp"
#include "unit/converge/fake_host.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::converge;

namespace {

using Texts = std::vector<std::string>;

/// A machine whose engine has the image app; what its shell is told stands among the engine's calls.
struct Machine {
    FakeHost host;
    Machine()
    {
        host.engine.images["app:latest"] = "sha256:1";
        host.on_command = [this](const std::string& words) {
            if (!words.starts_with("pause "))
                host.engine.calls.push_back(words.substr(words.rfind(' ') + 1));
        };
    }

    Result apply(const std::string& attributes)
    {
        Catalog catalog =
            read_yaml_manifest("resources:\n  - docker_container: web\n    image: app\n" + attributes, "m.yaml");
        check(catalog);
        ForgetfulJournal journal;
        host.engine.calls.clear();
        return converge::apply(catalog, host, journal, {}, {}).results.at(0);
    }
    engine::ContainerDetails& container() { return host.engine.containers.at("web"); }
    const Texts& calls() const { return host.engine.calls; }
};

constexpr auto hooks = "    after_create: created\n    before_start: [b1, b2]\n    after_start: started\n"
                       "    before_stop: bye\n    after_stop: gone\n";

} // namespace

TEST_CASE("docker_container: commands of the host come with what they are for")
{
    Machine machine;
    machine.apply(hooks);
    CHECK(machine.calls() == Texts{"create web", "created", "b1", "b2", "start web", "started"});
    // They are no part of what is compared.
    CHECK(machine.apply("").effect == Effect::none);
    CHECK(machine.apply(hooks).effect == Effect::none);
    CHECK(machine.calls().empty());
    CHECK(machine.apply(std::string(hooks) + "    user: a\n").effect == Effect::replace);
    CHECK(machine.calls() == Texts{"create web-dfriends-new", "created", "bye", "stop web", "gone",
                                   "rename web web-dfriends-old", "rename web-dfriends-new web", "b1", "b2",
                                   "start web", "started", "rm web-dfriends-old"});
    machine.apply(std::string(hooks) + "    action: restart\n");
    CHECK(machine.calls() == Texts{"bye", "stop web", "gone", "b1", "b2", "start web", "started"});
    machine.apply(std::string(hooks) + "    action: remove\n");
    CHECK(machine.calls() == Texts{"bye", "stop web", "gone", "rm web"});
}

TEST_CASE("docker_container: where a command of the host fails, the old container is back")
{
    Machine machine;
    machine.apply("");
    const std::string id = machine.container().id;
    machine.host.outcomes["/bin/sh -c no"] = {.status = 3, .timed_out = false, .output = {}, .error = "out of luck\n"};
    const Result result = machine.apply("    user: a\n    before_start: \"no\"\n");
    CHECK(result.status == Status::failed);
    CHECK(result.reason == "'/bin/sh -c no' ended with 3: out of luck, while running before_start, while replacing the "
                           "container 'web' (the old one is back)");
    CHECK(machine.container().id == id);
    CHECK(machine.container().state.running);
}

TEST_CASE("docker_container: a newer image is pulled before a start, not for a container that runs")
{
    Machine machine;
    machine.host.engine.registry_answers = true;
    machine.apply("    pull_on_start: true\n");
    CHECK(machine.calls() == Texts{"pull app", "create web", "start web"});
    CHECK(machine.apply("    pull_on_start: true\n").effect == Effect::none);
    CHECK(machine.calls().empty());
    machine.host.engine.stop("web", std::nullopt);
    machine.apply("    pull_on_start: true\n");
    CHECK(machine.calls() == Texts{"pull app", "start web"});
    machine.container().image_id = "sha256:older";
    machine.host.engine.images["app:latest"] = "sha256:older";
    machine.host.engine.stop("web", std::nullopt);
    CHECK(machine.apply("    pull_on_start: true\n").status == Status::changed);
    CHECK(machine.container().image_id == "sha256:app");
}

TEST_CASE("docker_container: one that is paused does not run")
{
    Machine machine;
    machine.apply("");
    machine.host.engine.pause("web");
    CHECK(machine.apply("").changes == std::vector<Change>{{"state", "paused", "running"}});
    CHECK_FALSE(machine.container().state.paused);
    machine.host.engine.pause("web");
    CHECK(machine.apply("    action: [run, pause]\n").status == Status::changed);
}

TEST_CASE("docker_container: one that is there is left as it is where only a missing one is to be run")
{
    Machine machine;
    machine.apply("    action: run_if_missing\n");
    CHECK(machine.calls() == Texts{"create web", "start web"});
    machine.host.engine.stop("web", std::nullopt);
    CHECK(machine.apply("    action: run_if_missing\n    user: a\n").effect == Effect::none);
    CHECK(machine.calls().empty());
}

TEST_CASE("docker_container: one that ends a second after it took the other's place gives it back")
{
    Machine machine;
    machine.apply("");
    const std::string id = machine.container().id;
    machine.host.on_command = [&](const std::string& words) {
        if (words.starts_with("pause ")) {
            machine.container().state.running = false;
            machine.container().state.exit_code = 3;
        }
    };
    const Result result = machine.apply("    user: a\n");
    CHECK(result.reason ==
          "the container 'web' ended at once with 3, while replacing the container 'web' (the old one is back)");
    CHECK(machine.container().id == id);
    CHECK(machine.container().state.running);
    machine.host.on_command = {};
    CHECK(machine.apply("    user: a\n").effect == Effect::replace);
}

TEST_CASE("docker_container: one that the engine starts again and again does not run")
{
    Machine machine;
    machine.apply("");
    machine.host.on_command = [&](const std::string&) { machine.container().state.restarting = true; };
    CHECK(machine.apply("    user: a\n").status == Status::failed);
}

TEST_CASE("docker_container: a check of health is for a shell or not")
{
    Machine machine;
    machine.apply("    health_cmd: test -e /a\n");
    CHECK(machine.container().spec.health->test == Texts{"CMD-SHELL", "test -e /a"});
    CHECK(machine.apply("    health_cmd: [test, \"-e\", \"/a b\"]\n    health_retries: 2\n").effect == Effect::replace);
    CHECK(machine.container().spec.health->test == Texts{"CMD", "test", "-e", "/a b"});
    CHECK(machine.container().spec.health->retries == 2);
}

TEST_CASE("docker_container: one that is unhealthy is restarted where that is wanted")
{
    Machine machine;
    machine.apply("");
    machine.container().state.health = "unhealthy";
    CHECK(machine.apply("").effect == Effect::none);
    const Result result = machine.apply("    restart_unhealthy: true\n");
    CHECK(result.effect == Effect::act);
    CHECK(result.changes == std::vector<Change>{{"health", "unhealthy", "restarted"}});
    CHECK(machine.calls() == Texts{"restart web"});
}

TEST_CASE("docker_container: one that is not to be replaced while it runs is replaced when it has stopped")
{
    Machine machine;
    machine.apply("    user: a\n");
    const char* changed = "    user: b\n    replace_running: false\n";
    CHECK(machine.apply(changed).effect == Effect::none);
    CHECK(machine.host.said == Texts{"docker_container[web] differs in user, and stays so while it runs"});
    machine.host.engine.stop("web", std::nullopt);
    CHECK(machine.apply(changed).effect == Effect::replace);
    CHECK(machine.apply(changed).effect == Effect::none);
}

TEST_CASE("docker_container: anonymous volumes are handed on unless that is not wanted")
{
    for (const bool keeps : {true, false}) {
        Machine machine;
        machine.apply("    volumes: [/data]\n");
        const std::string name(64, 'a');
        machine.container().mounts = {
            {.type = "volume", .name = name, .source = {}, .destination = "/data", .mode = {}, .writable = true}};
        machine.apply("    volumes: [/data]\n    user: a\n    keep_anonymous_volumes: " +
                      std::string(keeps ? "true\n" : "false\n"));
        CHECK(machine.container().spec.binds == (keeps ? Texts{name + ":/data"} : Texts{}));
        // A path that has a name by now is not mounted twice.
        machine.apply("    volumes: [\"named:/data\"]\n");
        CHECK(machine.container().spec.binds == Texts{"named:/data"});
    }
}
