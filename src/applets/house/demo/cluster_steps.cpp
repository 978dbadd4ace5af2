// SPDX-License-Identifier: Apache-2.0
#include "applets/cluster/machines.hpp"
#include "applets/house/demo/scenes.hpp"
#include "assets/assets.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "net/loop.hpp"

#include <chrono>

namespace dfriends::applets::house::demo {

namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

dfriends::cluster::LocalCluster read_cluster(Scene& scene)
{
    const dfriends::cluster::LocalFiles files{scene.ledger().state() / "cluster"};
    if (auto cluster = files.read())
        return *cluster;
    throw Error(ErrorKind::not_found, "the machines are gone");
}

void wait_for_units(Scene& scene, std::size_t count)
{
    for (const auto end = steady_clock::now() + 20s; steady_clock::now() < end;) {
        const std::string list = scene.run({"fleetctl", "list-units", "--no-legend"});
        std::size_t active = 0;
        for (const std::string_view line : lines(list))
            active += line.find("\tactive\trunning") != line.npos ? 1 : 0;
        if (active >= count)
            return;
        net::run(net::sleep(200ms));
    }
}

} // namespace

void show_kv(Scene& scene)
{
    const std::string url = local_url(scene.stage.ports.kv);
    std::vector<std::string> elsewhere; // etcdctl's own default is right otherwise
    if (scene.stage.ports.kv != 2379)
        elsewhere = {"--endpoints", url};
    const auto etcdctl = [&](std::vector<std::string> words) {
        words.insert(words.begin(), elsewhere.begin(), elsewhere.end());
        words.insert(words.begin(), "etcdctl");
        scene.show(words);
    };
    scene.serve("kv", {"dfriends", "kv", "serve", "--discovery", "--listen",
                       fmt::format("127.0.0.1:{}", scene.stage.ports.kv)});
    etcdctl({"set", "/domains/code.it-1/host:1", "running"});
    etcdctl({"mk", "/lock", "me", "--ttl", "30"});
    etcdctl({"get", "/domains/code.it-1/host:1"});
    etcdctl({"ls", "--recursive", "/"});
    scene.show_fetch(url + "/v2/keys/domains?recursive=true");
    scene.show_fetch(url + "/new?size=3");
    scene.note_address("Key-value store", url + "/v2/keys/?recursive=true");
}

void show_machines(Scene& scene)
{
    const std::string discovery = scene.fetch(local_url(scene.stage.ports.kv) + "/new?size=3", 5s);
    const std::string data(assets::find("examples/code.it/cluster/user-data").value_or(""));
    std::string filled;
    for (const std::string_view line : lines(data))
        if (line.find("dfriends kv serve") == line.npos)
            filled += line.find("# discovery:") != line.npos ? fmt::format("    discovery: {}\n", trim(discovery))
                                                             : std::string(line) + "\n";
    scene.write_file("user-data", filled, true);
    scene.write_asset("config.rb", "examples/code.it/cluster/config.rb", true);
    scene.ledger().note(Ledger::Kind::machines, "cluster");
    scene.show({"dfriends", "cluster", "up", "--user-data", "user-data", "--config-rb", "config.rb"});
    scene.show({"fleetctl", "list-machines"});
}

void show_units(Scene& scene)
{
    scene.show({"dfriends", "cluster", "image", "load", code_it_image});
    std::vector<std::string> units;
    for (const char* number : {"1", "2", "3"}) {
        units.push_back(fmt::format("code.it.{}.service", number));
        scene.write_asset(units.back(), "examples/code.it/cluster/" + units.back(), number == std::string_view("1"));
    }
    const auto fleetctl = [&](const char* verb, const std::string& typed) {
        std::vector<std::string> words{"fleetctl", verb};
        words.insert(words.end(), units.begin(), units.end());
        scene.show(words, {}, "fleetctl " + std::string(verb) + " " + typed);
    };
    fleetctl("submit", "code.it.1.service code.it.2.service code.it.3.service");
    fleetctl("start", "code.it.{1,2,3}.service");
    wait_for_units(scene, 3);
    scene.show({"fleetctl", "list-units"});
    for (const auto& machine : read_cluster(scene).machines) {
        scene.show_fetch("http://" + machine.address + "/api/files");
        scene.note_address("code.it on " + machine.name, "http://" + machine.address + "/");
    }
}

void show_balancer(Scene& scene)
{
    const std::string url = local_url(scene.stage.ports.balancer);
    const auto ask = [&] {
        for (int times = 0; times < 3; ++times)
            scene.show_fetch(url + "/api/files", "code.it");
    };
    scene.serve("lb", {"dfriends", "cluster", "lb", "--listen", fmt::format("0.0.0.0:{}", scene.stage.ports.balancer),
                       "--default", "code.it"});
    (void)scene.fetch(url + "/", 10s, "code.it");
    ask();
    scene.show({"dfriends", "cluster", "halt", "--force", read_cluster(scene).machines.at(1).name});
    ask();
    scene.say("The balancer goes on with two machines.\n");
    scene.show({"dfriends", "cluster", "up"});
    wait_for_units(scene, 3);
    scene.show({"fleetctl", "list-units"});
    scene.note_address("code.it, by the load balancer", url + "/");
}

} // namespace dfriends::applets::house::demo
