// SPDX-License-Identifier: Apache-2.0
// What a change of each attribute leads to, without an engine: nothing, a change in place, or another container.
#include "converge/container_spec.hpp"
#include "converge/graph_text.hpp"
#include "converge/inventory.hpp"
#include "converge/run.hpp"
#include "converge/schema.hpp"
#include "converge/selection.hpp"
#include "converge/yaml/manifest.hpp"
#include "unit/converge/fake_host.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::converge;

namespace {

struct ForgetfulJournal final : Journal {
    std::vector<Pending> pending() override { return {}; }
    void begin() override {}
    void record(const Result&, const std::vector<Pending>&) override {}
    void delivered(const Pending&) override {}
};

Catalog declared(const std::string& text)
{
    Catalog catalog = read_yaml_manifest(text, "m.yaml");
    check(catalog);
    return catalog;
}

struct Memory final : LastDeclared {
    std::map<std::string, std::string> states;
    std::optional<std::string> find(const std::string& id) override
    {
        return states.contains(id) ? std::optional(states.at(id)) : std::nullopt;
    }
    void keep(const std::string&, const std::string& id, const std::string& state) override { states[id] = state; }
};

/// A machine whose engine has the image app.
struct Stage {
    FakeHost host;
    Memory last;
    Stage() { host.engine.images["app:latest"] = "sha256:1"; }

    Effect apply(const std::string& attribute, bool deep = false)
    {
        const Catalog catalog = declared("resources:\n  - docker_container: web\n    image: app\n" +
                                         (attribute.empty() ? "" : "    " + attribute + "\n"));
        // A plan says what an apply then does.
        const Effect planned =
            plan(catalog, host, {}, {.parallel = 1, .deep = deep, .last = &last}).results.at(0).effect;
        ForgetfulJournal journal;
        const Report report = converge::apply(catalog, host, journal, {}, {.parallel = 1, .deep = deep, .last = &last});
        CHECK_FALSE(report.has_failures());
        CHECK(report.results.at(0).effect == planned);
        return report.results.at(0).effect;
    }
    std::string id() { return host.engine.containers.at("web").id; }
};

} // namespace

TEST_CASE("declared_state: of a sensitive resource it has digests alone")
{
    const Catalog catalog =
        read_yaml_manifest("resources:\n  - {docker_container: a, image: b, command: say hush, env: "
                           "[A=hush], sensitive: true}\n",
                           "m.yaml");
    const DeclaredState state = declared_state(catalog.resources[0]);
    CHECK(state.at("command").starts_with("sha256:"));
    CHECK(render_state(state).find("hush") == std::string::npos);
}

TEST_CASE("planner: an attribute that is set, repeated and changed")
{
    struct Row {
        const char* first;
        const char* second;
        Effect effect; ///< of the change
    };
    for (const Row& row : {
             Row{"memory: 32m", "memory: 64m", Effect::update},
             Row{"cpu_shares: 100", "cpu_shares: 200", Effect::update},
             Row{"restart: always", "restart: \"on-failure:3\"", Effect::update},
             Row{"hostname: a", "hostname: b", Effect::replace},
             Row{"user: a", "user: b", Effect::replace},
             Row{"working_directory: /a", "working_directory: /b", Effect::replace},
             Row{"tty: true", "tty: false", Effect::replace},
             Row{"stdin: true", "stdin: false", Effect::replace},
             Row{"read_only: true", "read_only: false", Effect::replace},
             Row{"privileged: true", "privileged: false", Effect::replace},
             Row{"network: a", "network: b", Effect::update},
             Row{"networks: [a, b]", "networks: [b, \"name=c,alias=x\"]", Effect::update},
             Row{"network: a", "network: host", Effect::replace},
             Row{"cpus: 1", "cpus: \"1.5\"", Effect::update},
             Row{"pids_limit: 10", "pids_limit: 20", Effect::update},
             Row{"cpuset_cpus: \"0\"", "cpuset_cpus: \"0,1\"", Effect::update},
             Row{"cpu_period: 50000", "cpu_period: 60000", Effect::update},
             Row{"cpu_quota: 20000", "cpu_quota: 30000", Effect::update},
             Row{"memory_reservation: 16m", "memory_reservation: 32m", Effect::update},
             Row{"blkio_weight: 100", "blkio_weight: 200", Effect::update},
             Row{"restart: \"on-failure:3\"", "restart: \"on-failure:5\"", Effect::update},
             Row{"memory: 32m\n    memory_swap: 64m", "memory: 32m\n    memory_swap: -1", Effect::update},
             Row{"domainname: a.example", "domainname: b.example", Effect::replace},
             Row{"ipc: private", "ipc: shareable", Effect::replace},
             Row{"health_cmd: [test, \"-e\", /a]", "health_cmd: test -e /a", Effect::replace},
             Row{"network: a\n    ip: 192.0.2.2", "network: a\n    ip: 192.0.2.3", Effect::update},
             Row{"init: true", "init: false", Effect::replace},
             Row{"shm_size: 32m", "shm_size: 64m", Effect::replace},
             Row{"stop_signal: INT", "stop_signal: TERM", Effect::replace},
             Row{"log_driver: json-file", "log_driver: none", Effect::replace},
             Row{"health_cmd: \"true\"", "no_healthcheck: true", Effect::replace},
             Row{"dns_search: [a, b]", "dns_search: [b, a]", Effect::replace},
             Row{"command: [a, b]", "command: [a]", Effect::replace},
             Row{"entrypoint: a", "entrypoint: b", Effect::replace},
             Row{"dns: [192.0.2.1, 192.0.2.2]", "dns: [192.0.2.2, 192.0.2.1]", Effect::replace},
             Row{"extra_parameters: [--init]", "extra_parameters: [\"--cap-add=NET_ADMIN\"]", Effect::replace},
         }) {
        INFO(row.first);
        Stage stage;
        CHECK(stage.apply(row.first) == Effect::create);
        const std::string id = stage.id();
        CHECK(stage.apply(row.first) == Effect::none);
        CHECK(stage.apply(row.second) == row.effect);
        CHECK((stage.id() == id) == (row.effect == Effect::update));
        CHECK(stage.apply(row.second) == Effect::none);
        CHECK(stage.apply(row.second, true) == Effect::none);
    }
}

TEST_CASE("planner: lists whose order is none: fewer, more and other ones are changes")
{
    struct Row {
        const char* some;
        const char* turned;
        const char* fewer;
    };
    for (const Row& row : {
             Row{"env: [A=1, B=2]", "env: [B=2, A=1]", "env: [A=1]"},
             Row{"ports: [\"80:80\", \"81:81/udp\"]", "ports: [\"81:81/udp\", \"80:80\"]", "ports: [\"80:80\"]"},
             Row{"volumes: [/a, \"v:/b\"]", "volumes: [\"v:/b\", /a]", "volumes: [/a]"},
             Row{"links: [a, \"b:c\"]", "links: [\"b:c\", a]", "links: [a]"},
             Row{"labels: {a: x, b: z}", "labels: {b: z, a: x}", "labels: {a: x}"},
             Row{"expose: [80, 81]", "expose: [81, 80]", "expose: [80]"},
             Row{"cap_add: [NET_ADMIN, SYS_TIME]", "cap_add: [sys_time, CAP_NET_ADMIN]", "cap_add: [NET_ADMIN]"},
             Row{"ulimits: [nofile=10, nproc=5]", "ulimits: [nproc=5, nofile=10]", "ulimits: [nofile=10]"},
             Row{"sysctls: {a: x, b: z}", "sysctls: {b: z, a: x}", "sysctls: {a: x}"},
             Row{"tmpfs: [/a, \"/b:size=1m\"]", "tmpfs: [\"/b:size=1m\", /a]", "tmpfs: [/a]"},
             Row{"mounts: [\"type=tmpfs,target=/a\", \"type=volume,source=v,target=/b\"]",
                 "mounts: [\"type=volume,src=v,dst=/b\", \"type=tmpfs,target=/a\"]",
                 "mounts: [\"type=tmpfs,target=/a\"]"},
             Row{"log_options: {max-size: 1m, max-file: 2}", "log_options: {max-file: 2, max-size: 1m}",
                 "log_options: {max-size: 1m}"},
             Row{"gpus: all", "gpus: count=all", "gpus: 2"},
             Row{"devices: [/dev/null, /dev/zero]", "devices: [\"/dev/zero:/dev/zero\", /dev/null]",
                 "devices: [/dev/null]"},
         }) {
        INFO(row.some);
        Stage stage;
        CHECK(stage.apply(row.some) == Effect::create);
        CHECK(stage.apply(row.turned) == Effect::none);
        CHECK(stage.apply(row.fewer) == Effect::replace);
        CHECK(stage.apply(row.fewer) == Effect::none);
        CHECK(stage.apply("") == Effect::replace);
        CHECK(stage.apply("") == Effect::none);
    }
}

TEST_CASE("planner: the same in other words is no change")
{
    struct Row {
        const char* first;
        const char* second;
    };
    for (const Row& row : {
             Row{"memory: 32m", "memory: 32768k"},
             Row{"ports: [\"0.0.0.0:80:80\"]", "ports: [\"80:80/tcp\"]"},
             Row{"links: [a]", "links: [\"a:a\"]"},
             Row{"extra_parameters: [\"--cap-add NET_ADMIN -e A=1\"]", "cap_add: NET_ADMIN\n    env: [A=1]"},
             Row{"stop_timeout: 5", "stop_timeout: 9"},
             Row{"network: bridge", ""},
             Row{"health_cmd: x\n    health_interval: 1m", "health_cmd: x\n    health_interval: 60s"},
         }) {
        INFO(row.first);
        Stage stage;
        CHECK(stage.apply(row.first) == Effect::create);
        CHECK(stage.apply(row.second) == Effect::none);
    }
}

TEST_CASE("planner: a container that an older version labelled with the attributes as they were written stays")
{
    Stage stage;
    const std::string declared = "memory: 32m\n    env: [A=1]\n    ports: [\"80:80\"]\n    cap_add: [NET_ADMIN]";
    stage.apply(declared);
    const std::string id = stage.id();
    engine::Labels& labels = stage.host.engine.containers.at("web").spec.labels;
    labels.erase("dfriends.converge.declared");
    labels["dfriends.converge"] = "another digest";
    labels["dfriends.converge.state"] =
        "env=A=1\nextra_parameters=--cap-add=NET_ADMIN\nimage=app\nmemory=32m\nports=80:80\n";
    CHECK(stage.apply(declared) == Effect::none);
    CHECK(stage.apply("memory: 32m\n    env: [A=2]") == Effect::replace);
    CHECK(stage.id() != id);
}

TEST_CASE("planner: an attribute is compared as its declaration wants it")
{
    Stage stage;
    CHECK(stage.apply("env: [A=1]\n    labels: {a: x}") == Effect::create);
    CHECK(stage.apply("env: [A=2]\n    labels: {a: x}\n    compare: {env: ignore}") == Effect::none);
    CHECK(stage.apply("env: [A=1]\n    labels: {a: z}\n    compare: {\"*\": ignore}") == Effect::none);
    CHECK(stage.apply("env: [A=1]\n    labels: {a: z}\n    compare: {\"*\": ignore, labels: declared}") ==
          Effect::replace);
    stage.host.engine.images["app:latest"] = "sha256:2";
    CHECK(stage.apply("env: [A=1]\n    labels: {a: z}\n    compare: {image: ignore}") == Effect::none);
    CHECK(stage.apply("env: [A=1]\n    labels: {a: z}") == Effect::replace);
}

TEST_CASE("planner: a container that somebody else made is taken over or not, by how it is compared")
{
    Stage stage;
    engine::ContainerDetails found;
    found.id = "theirs";
    found.name = "web";
    found.image_id = "sha256:1";
    found.state.running = true;
    found.state.status = "running";
    found.spec.image = "app";
    found.spec.environment = {"A=1", "B=2"};
    stage.host.engine.containers["web"] = found;
    CHECK(stage.apply("env: [A=1]") == Effect::none);
    const auto effect_of = [&](const std::string& text) {
        return plan(declared("resources:\n  - docker_container: web\n    image: app\n    " + text + "\n"), stage.host)
            .results.at(0);
    };
    CHECK(effect_of("env: [A=1]\n    compare: {env: strict}").status == Status::failed);
    CHECK(effect_of("env: [A=1, B=2]\n    compare: {env: strict}").status == Status::unchanged);
    CHECK(effect_of("cap_add: [NET_ADMIN]").reason.find("cap_add '' instead of 'NET_ADMIN'") != std::string::npos);
    CHECK(effect_of("cap_add: [NET_ADMIN]\n    compare: {cap_add: ignore}").status == Status::unchanged);
}

TEST_CASE("planner: networks that somebody else joined a container to stay, unless they are compared strictly")
{
    Stage stage;
    CHECK(stage.apply("networks: [a]") == Effect::create);
    stage.host.engine.containers.at("web").spec.networks.push_back({.network = "theirs"});
    CHECK(stage.apply("networks: [a]") == Effect::none);
    CHECK(stage.apply("networks: [a]\n    compare: {networks: strict}") == Effect::update);
    CHECK(stage.host.engine.containers.at("web").spec.networks.size() == 1);
    CHECK(stage.apply("networks: [a, b]") == Effect::update);
    CHECK(stage.apply("networks: [b]") == Effect::update);
    CHECK(stage.host.engine.containers.at("web").spec.networks.at(0).network == "b");
    CHECK(stage.apply("networks: [\"name=b,alias=x\"]") == Effect::update);
    CHECK(stage.apply("networks: [\"name=b,alias=x\"]") == Effect::none);
    CHECK(stage.apply("networks: [c]") == Effect::update); // b was joined after the container was made
    REQUIRE(stage.host.engine.containers.at("web").spec.networks.size() == 1);
    CHECK(stage.host.engine.containers.at("web").spec.networks.at(0).network == "c");
    CHECK(stage.apply("") == Effect::replace);
}

TEST_CASE("planner: a command in one text is that of its words")
{
    Stage stage;
    CHECK(stage.apply("command: \"sh -c 'a'\"") == Effect::create);
    CHECK(stage.apply("command: [sh, -c, a]") == Effect::none);
}

TEST_CASE("planner: labels keep no secret, and yet its change is seen")
{
    Stage stage;
    CHECK(stage.apply("env: [DB_PASSWORD=hush, A=plain]") == Effect::create);
    for (const auto& [name, text] : stage.host.engine.containers.at("web").spec.labels)
        CHECK(text.find("hush") == std::string::npos);
    CHECK(stage.apply("env: [DB_PASSWORD=hush, A=plain]") == Effect::none);
    CHECK(stage.apply("env: [DB_PASSWORD=other, A=plain]") == Effect::replace);
}

TEST_CASE("planner: a limit that somebody took away is seen by a deep look alone")
{
    Stage stage;
    stage.apply("memory: 32m");
    stage.host.engine.containers.at("web").spec.memory = 0;
    CHECK(stage.apply("memory: 32m") == Effect::none);
    CHECK(stage.apply("memory: 32m", true) == Effect::update);
    CHECK(stage.apply("memory: 32m", true) == Effect::none);
}

TEST_CASE("planner: after a change in place, the way back and the end of it are changes, too")
{
    for (const auto& [first, second] :
         {std::pair("memory: 32m", "memory: 64m"), std::pair("restart: always", "restart: no"),
          std::pair("networks: [a]", "networks: [a, b]")}) {
        INFO(first);
        Stage stage;
        stage.apply(first);
        CHECK(stage.apply(second) == Effect::update);
        CHECK(stage.apply(second) == Effect::none);
        CHECK(stage.apply(first) == Effect::update);
        CHECK(stage.apply(first) == Effect::none);
        CHECK(stage.apply(first, true) == Effect::none);
    }
    Stage stage;
    stage.apply("user: a");
    CHECK(stage.apply("user: a\n    memory: 64m") == Effect::update);
    CHECK(stage.apply("user: a\n    memory: 64m") == Effect::none);
    CHECK(stage.apply("user: a") == Effect::replace);
    CHECK(stage.host.engine.containers.at("web").spec.memory == 0);
    // One that was killed before the end of its change is looked at.
    stage.apply("memory: 32m");
    stage.last.keep("web", stage.id(), "");
    stage.host.engine.containers.at("web").spec.memory = 64 << 20;
    CHECK(stage.apply("memory: 32m") == Effect::update);
}

TEST_CASE("planner: what is bound to a container is made anew with it, also in the plan")
{
    for (const char* bound : {"links: [\"db:master\"]", "network: \"container:db\"", "pid: \"container:db\"",
                              "extra_parameters: \"--ipc container:db\""}) {
        INFO(bound);
        Stage stage;
        const auto text = [&](const std::string& user) {
            return "resources:\n  - {docker_container: db, image: app, user: " + user +
                   "}\n  - docker_container: web\n    image: app\n    " + bound + "\n";
        };
        ForgetfulJournal journal;
        const auto effects = [](const Report& report) {
            return std::pair(report.results.at(0).effect, report.results.at(1).effect);
        };
        const auto applied = [&](const std::string& user) {
            const Catalog catalog = declared(text(user));
            const auto planned = effects(plan(catalog, stage.host));
            CHECK(effects(converge::apply(catalog, stage.host, journal)) == planned);
            return planned;
        };
        CHECK(applied("a") == std::pair(Effect::create, Effect::create));
        CHECK(applied("a") == std::pair(Effect::none, Effect::none));
        CHECK(applied("b") == std::pair(Effect::replace, Effect::replace));
        CHECK(applied("b") == std::pair(Effect::none, Effect::none));
    }
}

TEST_CASE("planner: each difference says what it takes, and whether somebody else made it")
{
    Stage stage;
    stage.apply("memory: 32m");
    stage.host.engine.containers.at("web").spec.memory = 16 << 20;
    const auto planned = [&](const std::string& attributes) {
        return plan(declared("resources:\n  - docker_container: web\n    image: app\n" + attributes), stage.host, {},
                    {.parallel = 1, .deep = true})
            .results.at(0);
    };
    CHECK(planned("    memory: 32m\n").changes ==
          std::vector<Change>{{"memory", "16m", "32m", "set by somebody else"}});
    CHECK(planned("    memory: 32m\n    user: a\n").changes ==
          std::vector<Change>{{"memory", "16m", "32m", "set by somebody else"},
                              {"user", "", "a", "needs another container"}});
    const Result doubtful = planned("    ports: [8000]\n    volumes: [/data]\n");
    CHECK(doubtful.hint == "port 8000 is published on a random host port: write HOST:8000 for one of your choice; "
                           "/data is an anonymous volume: write NAME:/data or /PATH:/data to find its data again");
    CHECK(render_result(doubtful).find("    hint: port 8000") != std::string::npos);
    CHECK(planned("    ports: [\"80:8000\"]\n    volumes: [\"/a:/data\"]\n").hint.empty());
}

TEST_CASE("planner: a limit that is no longer declared makes the container anew")
{
    Stage stage;
    stage.apply("memory: 32m");
    CHECK(stage.apply("") == Effect::replace);
}

TEST_CASE("planner: an image's name that stands for another image makes the container anew; one that is gone does not")
{
    Stage stage;
    stage.apply("");
    stage.host.engine.images["app:latest"] = "sha256:2";
    CHECK(stage.apply("") == Effect::replace);
    CHECK(stage.apply("") == Effect::none);
    stage.host.engine.images.clear();
    CHECK(stage.apply("") == Effect::none);
}

TEST_CASE("planner: what is settled is known from the engine's list")
{
    Stage stage;
    stage.apply("env: [A=1]");
    stage.host.engine.inspects = 0;
    CHECK(stage.apply("env: [A=1]") == Effect::none);
    CHECK(stage.host.engine.inspects == 0);
}

TEST_CASE("planner: a replacement that was killed before the old container went is brought to its end")
{
    Stage stage;
    stage.apply("env: [A=1]");
    engine::ContainerDetails old = stage.host.engine.containers.at("web");
    stage.apply("env: [A=2]");
    old.name = "web-dfriends-old";
    old.state.running = false;
    stage.host.engine.containers[old.name] = old;
    SUBCASE("the new one runs") {}
    SUBCASE("the new one was not started yet")
    {
        stage.host.engine.containers.at("web").state = engine::ContainerState{};
    }
    CHECK(stage.apply("env: [A=2]") == Effect::update);
    CHECK(stage.host.engine.containers.size() == 1);
    CHECK(stage.host.engine.containers.at("web").state.running);
    CHECK(stage.apply("env: [A=2]") == Effect::none);
}

TEST_CASE("planner: where the new container of a killed replacement does not start, the old one is back")
{
    Stage stage;
    stage.apply("env: [A=1]");
    engine::ContainerDetails old = stage.host.engine.containers.at("web");
    stage.apply("env: [A=2]");
    old.name = "web-dfriends-old";
    old.state.running = false;
    old.spec.image = "older";
    stage.host.engine.containers[old.name] = old;
    stage.host.engine.containers.at("web").state = engine::ContainerState{};
    stage.host.engine.broken_starts = {"app"};
    ForgetfulJournal journal;
    const Report report = converge::apply(
        declared("resources:\n  - docker_container: web\n    image: app\n    env: [A=2]\n"), stage.host, journal);
    CHECK(report.has_failures());
    REQUIRE(stage.host.engine.containers.size() == 1);
    CHECK(stage.host.engine.containers.at("web").id == old.id);
    CHECK(stage.host.engine.containers.at("web").state.running);
}

TEST_CASE("selection: at boot, containers that should run are started in their order")
{
    const Catalog starts =
        only_starts(declared("resources:\n  - file: /a\n    notifies: docker_container[b]\n  - {docker_container: "
                             "stopped, image: x, action: stop}\n"
                             "  - {docker_container: b, image: x, requires: [\"docker_container[c]\", \"file[/a]\"]}\n"
                             "  - {docker_container: c, image: x}\n"));
    REQUIRE(starts.resources.size() == 2);
    CHECK(starts.resources[0].name == "b");
    CHECK(starts.resources[0].actions == std::vector<std::string>{"start"});
    REQUIRE(starts.resources[0].requires_.size() == 1);
    CHECK(starts.resources[0].requires_[0].name == "c");
}

TEST_CASE("selection: what an apply made and nobody declares is removed, what others made stays")
{
    Catalog catalog = declared("resources:\n  - {docker_container: a, container: real, image: x}\n");
    const auto named = [](const char* name, bool ours) {
        engine::ContainerSummary summary;
        summary.names = {name};
        summary.image = "x";
        if (ours)
            summary.labels["dfriends.converge"] = "digest";
        return summary;
    };
    remove_undeclared(
        catalog, {named("real", true), named("gone", true), named("foreign", false), named("real-dfriends-old", true)},
        {});
    REQUIRE(catalog.resources.size() == 2);
    CHECK(catalog.resources[1].name == "gone");
    CHECK(catalog.resources[1].actions == std::vector<std::string>{"remove"});
    check(catalog);
}

TEST_CASE("selection: networks that an apply made go too, volumes never")
{
    Catalog catalog = declared("resources:\n  - docker_network: kept\n");
    const auto network = [](const char* name, bool ours) {
        engine::NetworkDetails details;
        details.spec.name = name;
        if (ours)
            details.spec.labels["dfriends.converge"] = "";
        return details;
    };
    remove_undeclared(catalog, {}, {network("kept", true), network("gone", true), network("foreign", false)});
    REQUIRE(catalog.resources.size() == 2);
    CHECK(catalog.resources[1].name == "gone");
    CHECK(catalog.resources[1].actions == std::vector<std::string>{"delete"});
    check(catalog);
}

TEST_CASE("inventory: a container is declared without what its image gives it")
{
    engine::ContainerDetails container;
    container.id = "0123456789abcdef";
    container.name = "web";
    container.state.running = true;
    container.spec.image = "app:1";
    container.spec.environment = {"MINE=1", "PATH=/bin"};
    container.spec.command = {"serve"};
    container.spec.host_name = "0123456789ab";
    container.spec.network_mode = "default";
    container.spec.links = {"/db:/web/master"};
    container.spec.ports = {{.container_port = 80, .protocol = "udp", .host_address = "127.0.0.1", .host_port = 8080}};
    container.spec.labels = {{"image", "label"}, {"own", "label"}, {"dfriends.converge", "x"}};
    engine::ImageDetails image;
    image.defaults.environment = {"PATH=/bin"};
    image.defaults.command = {"serve"};
    image.defaults.labels = {{"image", "label"}};
    Catalog catalog{{declare_container(container, image)}};
    CHECK(render_yaml_manifest(catalog) ==
          "resources:\n  - docker_container: web\n    env: [\"MINE=1\"]\n    image: \"app:1\"\n"
          "    labels: {own: label}\n    links: [\"db:master\"]\n"
          "    ports: [\"127.0.0.1:8080:80/udp\"]\n");
    check(catalog);
    engine::NetworkDetails network;
    network.spec.name = "bridge";
    CHECK_FALSE(declare_network(network));
    network.spec.name = "front";
    CHECK(declare_network(network)->name == "front");
}
