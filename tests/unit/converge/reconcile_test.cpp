// SPDX-License-Identifier: Apache-2.0
// Whole manifests against what is there, without an engine: what is missing, as declared, another, renamed, somebody
// else's.
#include "converge/container_spec.hpp"
#include "converge/run.hpp"
#include "converge/schema.hpp"
#include "converge/selection.hpp"
#include "converge/yaml/manifest.hpp"
#include "unit/converge/fake_host.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace dfriends;
using namespace dfriends::converge;

namespace {

/// A machine whose engine has the image app. What becomes of a manifest is told in words: "docker_container[a] create,
/// …".
struct Stage {
    FakeHost host;
    Report report;
    Stage() { host.engine.images["app:latest"] = "sha256:1"; }

    static Catalog declared(const std::string& text)
    {
        Catalog catalog = read_yaml_manifest(text, "m.yaml");
        check(catalog);
        return catalog;
    }
    static std::string words_of(const Report& report)
    {
        std::vector<std::string> words;
        for (const Result& result : report.results)
            if (result.status != Status::unchanged)
                words.push_back(result.type.substr(result.type.find('_') + 1) + " " + result.name + " " +
                                (result.status == Status::changed ? std::string(name_of(result.effect))
                                                                  : std::string(name_of(result.status))));
        return join(words, ", ");
    }
    std::string plan(const std::string& text) { return words_of(converge::plan(declared(text), host)); }
    /// What an apply did, which is what the plan said; after one that did not fail nothing is left to do.
    std::string apply(const std::string& text)
    {
        const std::string planned = plan(text);
        host.engine.calls.clear();
        ForgetfulJournal journal;
        report = converge::apply(declared(text), host, journal);
        const std::string done = words_of(report);
        CHECK(done == planned);
        if (!report.has_failures())
            CHECK(plan(text).empty());
        return done;
    }
    std::vector<std::string> networks_of(const std::string& container)
    {
        std::vector<std::string> names;
        for (const engine::NetworkAttachment& place : host.engine.containers.at(container).spec.networks)
            names.push_back(place.network);
        return names;
    }
    std::string reason(const std::string& type, const std::string& name) const
    {
        const auto row = std::ranges::find_if(
            report.results, [&](const Result& result) { return result.type == type && result.name == name; });
        return row == report.results.end() ? "" : row->reason + (row->hint.empty() ? "" : " | " + row->hint);
    }
    std::string id(const std::string& container) { return host.engine.containers.at(container).id; }
    bool did(const std::string& call) const
    {
        return std::ranges::find(host.engine.calls, call) != host.engine.calls.end();
    }
};

/// One container in the network front, which is declared with these options.
std::string with_network(const std::string& network, const std::string& container = "{image: app, networks: [front]}")
{
    return "networks:\n  front: " + network + "\ncontainers:\n  web: " + container + "\n";
}

std::string with_volume(const std::string& volume, const std::string& name = "data")
{
    return "volumes:\n  " + name + ": " + volume + "\ncontainers:\n  web: {image: app, volumes: [\"" + name +
           ":/data\"]}\n";
}

engine::NetworkDetails theirs(const std::string& name)
{
    engine::NetworkDetails network;
    network.id = "theirs";
    network.spec.name = name;
    network.spec.driver = "bridge";
    return network;
}

} // namespace

TEST_CASE("reconcile networks: what is missing is made, in the order of the file, before what joins it")
{
    Stage stage;
    CHECK(stage.apply("networks: {front: {}, back: {}}\ncontainers: {web: {image: app, networks: [front, back]}}\n") ==
          "network front create, network back create, container web create");
    CHECK(stage.networks_of("web") == std::vector<std::string>{"front", "back"});
}

TEST_CASE("reconcile networks: one that is not declared is somebody else's, and only joined")
{
    Stage stage;
    stage.host.engine.networks["front"] = theirs("front");
    CHECK(stage.apply("containers: {web: {image: app, networks: [front]}}\n") == "container web create");
    CHECK(stage.host.engine.networks.at("front").id == "theirs");
}

TEST_CASE("reconcile networks: one that somebody else made and is as declared is used as it is")
{
    Stage stage;
    stage.host.engine.networks["front"] = theirs("front");
    CHECK(stage.apply(with_network("{driver: bridge}")) == "container web create");
    CHECK(stage.host.engine.networks.at("front").id == "theirs");
    CHECK(stage.host.engine.networks.at("front").spec.labels.empty());
}

TEST_CASE("reconcile networks: another declaration makes an empty one anew, and leaves one alone that is in use")
{
    Stage stage;
    const std::string before = "networks: {front: {driver_opts: {mtu: 1400}}}\n";
    const std::string after = "networks: {front: {driver_opts: {mtu: 1500}}}\n";
    CHECK(stage.apply(before) == "network front create");
    CHECK(stage.apply(after) == "network front replace");
    stage.host.engine.networks.at("front").containers["id9"] = "stranger";
    CHECK(stage.apply(before) == "network front failed");
    CHECK(stage.reason("docker_network", "front") ==
          "the network 'front' has another options ('mtu=1500'), and containers are in it | disconnect 'stranger' "
          "first: a network cannot be changed, only made anew");
    CHECK(stage.host.engine.networks.at("front").spec.options.at("mtu") == "1500");
}

TEST_CASE("reconcile networks: where one is refused, a container that would change with it stays as it is and runs")
{
    Stage stage;
    stage.apply(with_network("{driver_opts: {mtu: 1400}}"));
    const std::string id = stage.id("web");
    stage.host.engine.networks.at("front").containers[id] = "web";
    CHECK(stage.apply(with_network("{driver_opts: {mtu: 1500}}", "{image: app, networks: [front], user: a}")) ==
          "network front failed, container web skipped");
    CHECK(stage.id("web") == id);
    CHECK(stage.host.engine.containers.at("web").state.running);
}

TEST_CASE("reconcile networks: a network by another name is another one, which the same container joins instead")
{
    Stage stage;
    stage.apply("networks: {front: {}}\ncontainers: {web: {image: app, networks: [front]}}\n");
    const std::string id = stage.id("web");
    CHECK(stage.apply("networks: {front2: {}}\ncontainers: {web: {image: app, networks: [front2]}}\n") ==
          "network front2 create, container web update");
    CHECK(stage.id("web") == id);
    CHECK(stage.networks_of("web") == std::vector<std::string>{"front2"});
    CHECK(stage.host.engine.networks.contains("front")); // goes with --prune
}

TEST_CASE("reconcile networks: another place in a network is told as what it becomes")
{
    Stage stage;
    stage.host.engine.networks["front"] = {};
    const auto of = [](const std::string& place) {
        return "resources:\n  - {docker_container: web, image: app, networks: [\"" + place + "\"]}\n";
    };
    stage.apply(of("name=front,ip=192.0.2.2"));
    CHECK(stage.apply(of("name=front,ip=192.0.2.3,alias=w")) == "container web update");
    CHECK(stage.report.results[0].changes == std::vector<Change>{{"networks", "front", "front,ip=192.0.2.3,alias=w"}});
}

TEST_CASE("reconcile volumes: what is missing is made, what is there is used, what is not declared is the engine's")
{
    Stage stage;
    CHECK(stage.apply(with_volume("{}")) == "volume data create, container web create");
    CHECK(stage.apply("containers: {web: {image: app, volumes: [\"other:/data\"]}}\n") == "container web replace");
    CHECK_FALSE(stage.host.engine.volumes.contains("other"));
    stage.host.engine.volumes["found"].spec.name = "found";
    stage.host.engine.volumes["found"].spec.options["theirs"] = "1";
    CHECK(stage.apply("volumes: {found: {}}\n").empty());
}

TEST_CASE("reconcile volumes: another driver or option is refused, and the data and their container stay")
{
    Stage stage;
    stage.apply(with_volume("{driver_opts: {type: tmpfs}}"));
    const std::string id = stage.id("web");
    for (const auto& [volume, reason] :
         {std::pair("{driver_opts: {type: nfs}}",
                    "the volume 'data' has another option 'type': 'tmpfs' instead of 'nfs'"),
          std::pair("{driver_opts: {type: tmpfs, device: tmpfs}}",
                    "the volume 'data' does not have the option 'device'"),
          std::pair("{driver: remote}", "the volume 'data' has the driver 'local' instead of 'remote'")}) {
        INFO(volume);
        CHECK(stage.apply(with_volume(volume)) == "volume data failed, container web skipped");
        CHECK(stage.reason("docker_volume", "data") ==
              std::string(reason) +
                  " | a volume cannot be changed, and made anew it would lose its content: move that, then remove it");
        CHECK(stage.id("web") == id);
        CHECK(stage.host.engine.containers.at("web").state.running);
        CHECK(stage.host.engine.volumes.at("data").spec.options.at("type") == "tmpfs");
    }
}

TEST_CASE("reconcile volumes: labels are of a volume's making; where others are declared that is told, and no change")
{
    Stage stage;
    CHECK(stage.apply("volumes: {data: {labels: {a: x, b: y}}}\n") == "volume data create");
    CHECK(stage.host.engine.volumes.at("data").spec.labels.at("a") == "x");
    CHECK(stage.host.engine.volumes.at("data").spec.labels.at("b") == "y");
    stage.host.said.clear();
    CHECK(stage.apply("volumes: {data: {labels: {a: x}}}\n").empty());
    CHECK(stage.host.said.empty());
    CHECK(stage.plan("volumes: {data: {labels: {a: x, c: z}}}\n").empty());
    REQUIRE(stage.host.said.size() == 1);
    CHECK(stage.host.said[0] ==
          "docker_volume[data] was made without the label c=z, and stays so: a volume cannot be changed");
}

TEST_CASE("reconcile volumes: each refusal is one volume's; the others and those who use them go on")
{
    Stage stage;
    stage.apply("volumes: {a: {driver_opts: {type: x}}}\n");
    CHECK(stage.apply("volumes: {a: {driver_opts: {type: z}}, b: {}}\n"
                      "containers:\n  first: {image: app, volumes: [\"a:/a\"]}\n"
                      "  second: {image: app, volumes: [\"b:/b\"]}\n  third: {image: app, volumes_from: [first]}\n") ==
          "volume a failed, volume b create, container first skipped, container second create, container third "
          "skipped");
}

TEST_CASE("reconcile volumes: a volume by another name is another one; the old one keeps its data")
{
    Stage stage;
    stage.apply(with_volume("{}"));
    CHECK(stage.apply(with_volume("{}", "data2")) == "volume data2 create, container web replace");
    CHECK(stage.host.engine.volumes.contains("data"));
    CHECK(stage.did("rm web-dfriends-old"));
}

TEST_CASE("reconcile containers: new ones are made, those that run as declared are left, others replaced")
{
    Stage stage;
    const std::string two = "containers:\n  db: {image: app}\n  web: {image: app, environment: {A: \"1\"}}\n";
    CHECK(stage.apply(two) == "container db create, container web create");
    const std::string db = stage.id("db");
    CHECK(stage.apply(two).empty());
    CHECK(stage.host.engine.calls.empty());
    CHECK(stage.apply("containers:\n  db: {image: app}\n  web: {image: app, environment: {A: \"2\"}}\n") ==
          "container web replace");
    CHECK(stage.id("db") == db);
    CHECK(stage.host.engine.containers.size() == 2);
}

TEST_CASE("reconcile containers: a repeated item grows by what is missing; what is too much goes with --prune alone")
{
    Stage stage;
    const auto of = [](const std::string& each) {
        return "containers:\n  \"web-${each}\": {for_each: [" + each + "], image: app}\n";
    };
    CHECK(stage.apply(of("1")) == "container web-1 create");
    CHECK(stage.apply(of("1, 2, 3")) == "container web-2 create, container web-3 create");
    CHECK(stage.apply(of("1")).empty());
    Catalog catalog = Stage::declared(of("1"));
    std::vector<engine::ContainerSummary> running;
    for (const auto& [name, details] : stage.host.engine.containers) {
        engine::ContainerSummary& summary = running.emplace_back();
        summary.names = {name};
        summary.labels = details.spec.labels;
    }
    remove_undeclared(catalog, running, {});
    ForgetfulJournal journal;
    CHECK(Stage::words_of(converge::apply(catalog, stage.host, journal)) ==
          "container web-2 remove, container web-3 remove");
    CHECK(stage.host.engine.containers.size() == 1);
}

TEST_CASE("reconcile containers: to be made anew at each run, never, or not while it runs")
{
    Stage stage;
    const auto of = [](const std::string& attributes) {
        return "resources:\n  - {docker_container: web, image: app, " + attributes + "}\n";
    };
    stage.apply(of("user: a"));
    std::string id = stage.id("web");
    for (int times = 0; times < 2; ++times) {
        CHECK(stage.plan(of("user: a, action: redeploy")) == "container web replace");
        ForgetfulJournal journal;
        converge::apply(Stage::declared(of("user: a, action: redeploy")), stage.host, journal);
        CHECK(stage.id("web") != id);
        id = stage.id("web");
    }
    CHECK(stage.apply(of("user: b, action: run_if_missing")).empty());
    CHECK(stage.apply(of("user: b, compare: {\"*\": ignore}")).empty());
    CHECK(stage.apply(of("user: b, replace_running: false")).empty());
    CHECK(stage.id("web") == id);
    stage.host.engine.stop("web", {});
    CHECK(stage.apply(of("user: b, replace_running: false")) == "container web replace");
}

TEST_CASE("reconcile containers: one that ended is started, not made anew; one that did its work stays ended")
{
    Stage stage;
    stage.apply("containers: {web: {image: app}}\n");
    const std::string id = stage.id("web");
    stage.host.engine.stop("web", {});
    CHECK(stage.apply("containers: {web: {image: app}}\n") == "container web update");
    CHECK(stage.id("web") == id);
    stage.host.engine.exit_codes["app"] = 0;
    const std::string job = "resources:\n  - {docker_container: job, image: app, detach: false}\n";
    CHECK(stage.apply(job) == "container job create");
    CHECK(stage.apply(job).empty());
}

TEST_CASE("reconcile containers: a chain of dependencies is started from its end, whatever the file's order")
{
    Stage stage;
    CHECK(stage.apply("containers:\n  web: {image: app, depends_on: [api]}\n  api: {image: app, depends_on: [db]}\n"
                      "  db: {image: app}\n") == "container db create, container api create, container web create");
    const auto& calls = stage.host.engine.calls;
    const auto at = [&](const char* call) { return std::ranges::find(calls, call) - calls.begin(); };
    CHECK(at("start db") < at("create api"));
    CHECK(at("start api") < at("create web"));
}

TEST_CASE("reconcile containers: what only comes after another one is not made anew with it; what shares its place is")
{
    const auto of = [](const std::string& web, const std::string& user) {
        return "containers:\n  db: {image: app, user: " + user + "}\n  cache: {image: app}\n  web: {image: app, " +
               web + "}\n";
    };
    struct Row {
        const char* web;
        std::string effect;
    };
    for (const Row& row :
         {Row{"depends_on: [db]", "container db replace"}, Row{"environment: {DB: db}", "container db replace"},
          Row{"network_mode: \"container:db\"", "container db replace, container web replace"},
          Row{"ipc: \"container:db\"", "container db replace, container web replace"},
          Row{"pid: \"container:db\", ipc: \"container:cache\"", "container db replace, container web replace"},
          Row{"volumes_from: [db]", "container db replace, container web replace"}}) {
        INFO(row.web);
        Stage stage;
        stage.apply(of(row.web, "a"));
        CHECK(stage.apply(of(row.web, "b")) == row.effect);
    }
}

TEST_CASE("reconcile containers: of one that shall be gone nothing else is looked at")
{
    Stage stage;
    stage.apply("containers: {web: {image: app}}\n");
    const std::string gone = "resources:\n  - {docker_container: web, image: none, env_file: [/no/such/file], ports: "
                             "[\"1-2:3-9\"], action: remove}\n";
    CHECK(stage.apply(gone) == "container web remove");
    CHECK(stage.apply(gone).empty());
    CHECK(stage.host.engine.containers.empty());
}

TEST_CASE("reconcile containers: its name may stand in the resource's name or apart from it")
{
    Stage stage;
    stage.apply("resources:\n  - {docker_container: web, image: app}\n");
    const std::string id = stage.id("web");
    CHECK(stage.apply("resources:\n  - {docker_container: the site, container: web, image: app}\n").empty());
    CHECK(stage.apply("containers: {site: {container_name: web, image: app}}\n").empty());
    CHECK(stage.id("web") == id);
}

TEST_CASE("reconcile containers: a file that is mounted and changes restarts its container where that is said, and "
          "makes none anew")
{
    Stage stage;
    const auto of = [](const std::string& content) {
        return "files:\n  - {path: /etc/app.conf, content: " + content +
               ", notify: [reread]}\ncontainers:\n  web: {image: app, volumes: [\"/etc/app.conf:/conf:ro\"]}\n"
               "handlers:\n  reread: {restart: web}\n";
    };
    ForgetfulJournal journal;
    converge::apply(Stage::declared(of("one")), stage.host, journal);
    const std::string id = stage.id("web");
    stage.host.engine.calls.clear();
    CHECK(converge::apply(Stage::declared(of("two")), stage.host, journal).has_changes());
    CHECK(stage.did("restart web"));
    CHECK(stage.id("web") == id);
    CHECK(stage.apply(of("two")).empty());
    CHECK(stage.host.engine.calls.empty());
}

TEST_CASE("reconcile: independent items may stand in any order")
{
    const std::vector<std::string> items{"{docker_container: a, image: app}",
                                         "{docker_container: b, image: app, user: x}", "{docker_network: n}",
                                         "{docker_volume: v}", "{file: /f, content: x}"};
    std::vector<std::size_t> order{0, 1, 2, 3, 4};
    Stage first;
    const auto manifest = [&] {
        std::string text = "resources:\n";
        for (const std::size_t at : order)
            text += "  - " + items[at] + "\n";
        return text;
    };
    first.apply(manifest());
    do {
        Stage stage;
        CHECK(stage.plan(manifest()).find("failed") == std::string::npos);
        CHECK(first.plan(manifest()).empty());
    } while (std::ranges::next_permutation(order).found);
}
