// SPDX-License-Identifier: Apache-2.0
// What a change of each attribute leads to, without an engine: nothing, a change in place, or another container.
#include "converge/declared_state.hpp"
#include "converge/graph_text.hpp"
#include "converge/run.hpp"
#include "converge/schema.hpp"
#include "converge/selection.hpp"
#include "converge/yaml/manifest.hpp"
#include "unit/converge/fake_host.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace dfriends;
using namespace dfriends::converge;

namespace {

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

/// A machine whose engine has the image app, and the networks and containers that it may have to do with.
struct Stage {
    FakeHost host;
    Memory last;
    static constexpr std::array<const char*, 4> neighbours{"a", "b", "c", "d"};
    Stage()
    {
        host.engine.images["app:latest"] = "sha256:1";
        for (const char* name : neighbours) {
            host.engine.networks[name] = {};
            host.engine.containers[name].id = host.engine.containers[name].name = name;
        }
    }

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
    const DeclaredState state = declared_state(catalog.resources[0], "key");
    CHECK(state.at("command").starts_with("hmac:"));
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

TEST_CASE("planner: a limit that somebody changed is seen by a deep look alone")
{
    Stage stage;
    stage.apply("memory: 32m");
    stage.host.engine.containers.at("web").spec.memory = 16 << 20U;
    CHECK(stage.apply("memory: 32m") == Effect::none);
    CHECK(stage.apply("memory: 32m", true) == Effect::update);
    CHECK(stage.apply("memory: 32m", true) == Effect::none);
}

TEST_CASE("planner: a limit that the engine passes over is no difference for ever")
{
    Stage stage;
    stage.apply("blkio_weight: 300");
    stage.host.engine.containers.at("web").spec.blkio_weight = 0; // a kernel without it: "Weight discarded."
    CHECK(stage.apply("blkio_weight: 300", true) == Effect::none);
    CHECK(stage.apply("blkio_weight: 400", true) == Effect::update);
    stage.host.engine.containers.at("web").spec.blkio_weight = 0;
    CHECK(stage.apply("blkio_weight: 400", true) == Effect::none);
}

TEST_CASE("planner: no limit of processes is a value of its own")
{
    Stage stage;
    stage.apply("pids_limit: 100");
    const std::string id = stage.id();
    CHECK(stage.apply("pids_limit: -1") == Effect::update);
    CHECK(stage.host.engine.containers.at("web").spec.pids_limit == -1);
    CHECK(stage.apply("pids_limit: -1", true) == Effect::none);
    CHECK(stage.apply("pids_limit: 50") == Effect::update);
    CHECK(stage.apply("") == Effect::update);
    CHECK(stage.host.engine.containers.at("web").spec.pids_limit == -1);
    CHECK(stage.apply("", true) == Effect::none);
    CHECK(stage.id() == id);
}

TEST_CASE("planner: one value that is written in another way is no change")
{
    for (const auto& [first, second] : {
             std::pair("stop_signal: TERM", "stop_signal: 15"),
             std::pair("stop_signal: sigint", "stop_signal: INT"),
             std::pair("volumes: [\"/srv:/data:rw\"]", "volumes: [\"/srv/:/data/\"]"),
             std::pair("volumes: [\"/srv:/data:z,ro\"]", "volumes: [\"/srv:/data:ro,z\"]"),
             std::pair("tmpfs: [\"/t:size=64m,mode=1777\"]", "tmpfs: [\"/t/:mode=1777,size=65536k\"]"),
             std::pair("security_options: [\"no-new-privileges:true\"]", "security_options: [no-new-privileges]"),
             std::pair("security_options: [\"seccomp:unconfined\"]", "security_options: [\"seccomp=unconfined\"]"),
             std::pair("extra_hosts: [\"a:2001:db8:0:0::1\"]", "extra_hosts: [\"a:2001:DB8::1\"]"),
             std::pair("dns: [\"2001:db8:0::1\"]", "dns: [\"2001:db8::1\"]"),
             std::pair("ports: [\"[2001:db8:0::1]:80:80\"]", "ports: [\"[2001:db8::1]:80:80\"]"),
             std::pair("cpuset_cpus: \"0,1,2\"", "cpuset_cpus: \"0-2\""),
         }) {
        INFO(second);
        Stage stage;
        CHECK(stage.apply(first) == Effect::create);
        const std::string id = stage.id();
        CHECK(stage.apply(second) == Effect::none);
        CHECK(stage.apply(second, true) == Effect::none);
        CHECK(stage.id() == id);
    }
}

TEST_CASE("planner: an image's short name and its whole one are the same")
{
    FakeHost host;
    host.engine.images["app:latest"] = host.engine.images["docker.io/library/app:latest"] = "sha256:1";
    ForgetfulJournal journal;
    const auto effect = [&](const std::string& image) {
        const Catalog catalog = declared("resources:\n  - {docker_container: web, image: \"" + image + "\"}\n");
        return apply(catalog, host, journal).results.at(0).effect;
    };
    CHECK(effect("app") == Effect::create);
    CHECK(effect("docker.io/library/app:latest") == Effect::none);
}

TEST_CASE("planner: a network or a container that is neither there nor to come is told by the plan")
{
    FakeHost host;
    host.engine.images["app:latest"] = "sha256:1";
    const auto report = [&](const std::string& text) { return plan(declared("resources:\n" + text), host); };
    const std::string web = "  - {docker_container: web, image: app, network: front}\n";
    const Report missing = report(web);
    CHECK(missing.has_failures());
    CHECK(missing.results.at(0).reason.find("m.yaml:2") != std::string::npos);
    CHECK(missing.results.at(0).reason.find("there is no network 'front'") != std::string::npos);
    CHECK_FALSE(report("  - docker_network: front\n" + web).has_failures());
    CHECK_FALSE(report("  - exec: docker network create front\n" + web).has_failures());
    CHECK(report("  - {docker_container: web, image: app, links: [\"db:db\"]}\n").has_failures());
    CHECK(report("  - {docker_container: web, image: app, volumes_from: [\"db:ro\"]}\n").has_failures());
    CHECK_FALSE(report("  - {docker_container: db, image: app}\n"
                       "  - {docker_container: web, image: app, links: [\"db:db\"], volumes_from: [db]}\n")
                    .has_failures());
    host.engine.networks["front"] = {};
    CHECK_FALSE(report(web).has_failures());
}

TEST_CASE("planner: what an interrupted run owes is in the plan")
{
    FakeHost host;
    const Catalog catalog = declared("resources:\n  - {exec: reload, refresh_only: true}\n");
    const Report nothing = plan(catalog, host);
    CHECK(nothing.count(Status::changed) == 0);
    const Pending owed{.type = "exec", .name = "reload", .action = "run", .source = "file[/etc/x]"};
    const Pending gone{.type = "exec", .name = "other", .action = "run", .source = "file[/etc/x]"};
    const Report told = plan(catalog, host, {}, {.parallel = 1, .owed = {owed, gone}});
    CHECK(told.count(Status::changed) == 1);
    CHECK(told.results.back().reason == "notified by file[/etc/x]");
    CHECK(host.commands.empty());
}

TEST_CASE("planner: a notification of a container that is still to be made is in the plan")
{
    FakeHost host;
    host.engine.images["app:latest"] = "sha256:1";
    const Catalog catalog = declared("resources:\n  - docker_container: web\n    image: app\n"
                                     "  - file: /a\n    content: x\n    notifies: docker_container[web]\n");
    const Report planned = plan(catalog, host);
    ForgetfulJournal journal;
    const Report applied = apply(catalog, host, journal);
    CHECK(planned.results.size() == applied.results.size());
    CHECK(planned.count(Status::changed) == applied.count(Status::changed));
}

TEST_CASE("planner: of a variable that is given twice the last value counts")
{
    Stage stage;
    stage.apply("env: [A=1, A=9]");
    CHECK(stage.apply("env: [A=9]") == Effect::none);
    CHECK(stage.apply("env: [A=9, A=1]") == Effect::replace);
}

TEST_CASE("planner: a container that is declared healthy is waited for where it runs already")
{
    Stage stage;
    stage.apply("wait_healthy: true");
    engine::ContainerDetails& web = stage.host.engine.containers.at("web");
    web.state.health = "unhealthy";
    const Catalog catalog = declared("resources:\n  - {docker_container: web, image: app, wait_healthy: true}\n");
    ForgetfulJournal journal;
    CHECK(apply(catalog, stage.host, journal).results.at(0).status == Status::failed);
    web.state.health = "healthy";
    CHECK(apply(catalog, stage.host, journal).results.at(0).status == Status::unchanged);
}

TEST_CASE("planner: a line that says what the image or the engine says anyway may come and go")
{
    for (const char* line : {"working_directory: /srv", "command: run it", "env: [LANG=C]", "stop_signal: TERM",
                             "shm_size: 64m", "labels: {from: image}", "user: app"}) {
        INFO(line);
        Stage stage;
        engine::ContainerSpec& defaults = stage.host.engine.defaults["app:latest"];
        defaults.working_directory = "/srv";
        defaults.command = {"run", "it"};
        defaults.environment = {"LANG=C", "PATH=/bin"};
        defaults.labels = {{"from", "image"}};
        defaults.user = "app";
        CHECK(stage.apply(line) == Effect::create);
        const std::string id = stage.id();
        CHECK(stage.apply("") == Effect::none);
        CHECK(stage.apply("", true) == Effect::none);
        CHECK(stage.id() == id);
    }
    Stage stage;
    CHECK(stage.apply("env: [LANG=C]") == Effect::create);
    CHECK(stage.apply("") == Effect::replace);
}

TEST_CASE("planner: another key for digests of secrets makes nothing anew")
{
    for (const char* line : {"env: [DB_PASSWORD=hush, A=plain]", "env: [A=plain]\n    sensitive: true"}) {
        INFO(line);
        Stage stage;
        stage.apply(line);
        const std::string id = stage.id();
        stage.host.key = "another";
        stage.last.states.clear();
        CHECK(stage.apply(line) == Effect::none);
        CHECK(stage.apply(line) == Effect::none);
        CHECK(stage.id() == id);
    }
    Stage stage;
    stage.apply("env: [DB_PASSWORD=hush]");
    stage.host.key = "another";
    CHECK(stage.apply("env: [DB_PASSWORD=other]") == Effect::replace);
}

TEST_CASE(
    "planner: a container of somebody else's is remembered once it is as declared, and adopted where that is said")
{
    Stage stage;
    stage.apply("env: [A=1]\n    hostname: a");
    std::erase_if(stage.host.engine.containers.at("web").spec.labels,
                  [](const auto& label) { return is_own_label(label.first); });
    const std::string id = stage.id();
    CHECK(stage.apply("env: [A=1]\n    hostname: a") == Effect::none);
    CHECK(stage.id() == id);
    CHECK(stage.apply("env: [A=1]") == Effect::replace); // the host name is no longer declared

    std::erase_if(stage.host.engine.containers.at("web").spec.labels,
                  [](const auto& label) { return is_own_label(label.first); });
    stage.last.states.clear();
    const Catalog other = declared("resources:\n  - {docker_container: web, image: app, env: [A=2]}\n");
    const Report refused = plan(other, stage.host, {}, {.parallel = 1, .last = &stage.last});
    CHECK(refused.has_failures());
    CHECK(refused.results.at(0).hint.find("adopt: true") != std::string::npos);
    CHECK(stage.apply("env: [A=2]\n    adopt: true") == Effect::replace);
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
    CHECK(stage.host.engine.containers.size() == Stage::neighbours.size() + 1);
    CHECK(stage.host.engine.containers.at("web").state.running);
    CHECK(stage.apply("env: [A=2]") == Effect::none);
}

TEST_CASE("planner: what a killed replacement has made aside goes, also where nothing else is to be done")
{
    Stage stage;
    stage.apply("env: [A=1]");
    engine::ContainerDetails aside = stage.host.engine.containers.at("web");
    aside.name = "web-dfriends-new";
    aside.id = "aside";
    aside.state = engine::ContainerState{};
    stage.host.engine.containers[aside.name] = aside;
    std::string options = "env: [A=1]";
    SUBCASE("of one that is as declared") {}
    SUBCASE("of one that changes in place")
    {
        options = "env: [A=1]\n    memory: 64m";
    }
    CHECK(stage.apply(options) == Effect::update);
    CHECK_FALSE(stage.host.engine.containers.contains(aside.name));
    CHECK(stage.apply(options) == Effect::none);
}

TEST_CASE("planner: a container that is removed takes along what a killed replacement has left of it")
{
    Stage stage;
    stage.apply("env: [A=1]");
    for (const char* name : {"web-dfriends-new", "web-dfriends-old"}) {
        stage.host.engine.containers[name] = stage.host.engine.containers.at("web");
        stage.host.engine.containers[name].name = stage.host.engine.containers[name].id = name;
    }
    SUBCASE("with it") {}
    SUBCASE("after it")
    {
        stage.host.engine.containers.erase("web");
    }
    CHECK(stage.apply("action: remove") == Effect::remove);
    CHECK(stage.host.engine.containers.size() == Stage::neighbours.size());
    CHECK(stage.apply("action: remove") == Effect::none);
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
    REQUIRE(stage.host.engine.containers.size() == Stage::neighbours.size() + 1);
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

TEST_CASE("selection: a manifest prunes what one of its name has made, and one without a name what has none")
{
    const auto pruned = [](const std::string& text, const std::vector<std::string>& made_by) {
        Catalog catalog = declared(text);
        std::vector<engine::ContainerSummary> containers;
        std::vector<engine::NetworkDetails> networks;
        for (const std::string& name : made_by) {
            engine::Labels labels{{"dfriends.converge", "digest"}};
            if (!name.empty())
                labels["dfriends.converge.name"] = name;
            containers.push_back({.names = {"by-" + name}, .image = "x", .labels = labels});
            networks.push_back({.spec = {.name = "by-" + name, .labels = labels}});
        }
        remove_undeclared(catalog, containers, networks);
        std::string names;
        for (const Resource& resource : catalog.resources)
            names += resource.type.substr(7) + " " + resource.name + "; ";
        return names;
    };
    CHECK(pruned("name: shop\nresources: []\n", {"shop", "blog", ""}) == "container by-shop; network by-shop; ");
    CHECK(pruned("resources: []\n", {"shop", ""}) == "container by-; network by-; ");
}
