// SPDX-License-Identifier: Apache-2.0
#include "converge/run.hpp"
#include "converge/schema.hpp"
#include "converge/yaml/manifest.hpp"
#include "unit/converge/fake_host.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace dfriends;
using namespace dfriends::converge;

namespace {

struct FakeJournal final : Journal {
    std::vector<Pending> left;
    std::optional<int> room; ///< for so many changes; then the disk is full
    std::vector<Pending> pending() override { return left; }
    void begin() override { take_room(0); }
    void take_room(int count)
    {
        if (room && (*room -= count) <= 0)
            throw Error(ErrorKind::unavailable, "the disk is full");
    }
    std::vector<Pending> fresh; ///< expected, and not there before
    void expect(const std::vector<Pending>& notifications) override
    {
        for (const Pending& told : notifications)
            if (std::ranges::find(left, told) == left.end()) {
                left.push_back(told);
                fresh.push_back(told);
            }
    }
    void record(const Result& result, const std::vector<Pending>& caused, const std::vector<Pending>& expected) override
    {
        if (result.status == Status::changed)
            take_room(1);
        for (const Pending& told : expected)
            if (std::erase(fresh, told) > 0 && std::ranges::find(caused, told) == caused.end())
                std::erase(left, told);
        for (const Pending& told : caused)
            if (std::ranges::find(left, told) == left.end())
                left.push_back(told);
    }
    void delivered(const Pending& told) override { std::erase(left, told); }
};

Catalog catalog_of(std::string_view text)
{
    Catalog catalog = read_yaml_manifest(text, "m.yaml");
    check(catalog);
    return catalog;
}

Report applied(std::string_view text, FakeHost& host)
{
    FakeJournal journal;
    return apply(catalog_of(text), host, journal);
}

Report applied(std::string_view text, FakeHost& host, FakeJournal& journal)
{
    return apply(catalog_of(text), host, journal);
}

std::vector<Status> statuses(const Report& report)
{
    std::vector<Status> all;
    for (const Result& result : report.results)
        all.push_back(result.status);
    return all;
}

bool did(const FakeHost& host, const std::string& call)
{
    return std::ranges::find(host.engine.calls, call) != host.engine.calls.end();
}

bool ran(const FakeHost& host, const std::string& words)
{
    return std::ranges::find(host.commands, "/bin/sh -c " + words) != host.commands.end();
}

constexpr std::string_view web =
    "resources:\n  - docker_container: web\n    image: app\n    ports: [\"80:80\"]\n    env: [A=1]\n";

} // namespace

TEST_CASE("apply: a second run does nothing")
{
    FakeHost host;
    host.engine.images["app:latest"] = "sha256:1";
    const std::string text =
        std::string(web) +
        "  - file: /etc/a\n    content: x\n    mode: \"0600\"\n  - directory: /srv\n  - link: /l\n    to: /srv\n"
        "  - docker_network: n\n  - docker_volume: v\n  - docker_image: app\n";
    const Report first = applied(text, host);
    CHECK(first.count(Status::changed) == 6);
    CHECK(host.paths.at("/etc/a").mode == 0600);
    CHECK(host.engine.containers.at("web").state.running);
    host.engine.calls.clear();
    const Report second = applied(text, host);
    CHECK(second.count(Status::unchanged) == 7);
    CHECK(host.engine.calls.empty());
    CHECK(second.detailed_exit_code() == 0);
}

TEST_CASE("apply: an image's builder is the declared one, and one that is none is an error at its place")
{
    FakeHost host;
    applied("resources:\n  - docker_image: a\n    action: build\n    source: /a\n    builder: buildkit\n"
            "  - docker_image: b\n    action: build\n    source: /b\n",
            host);
    CHECK(did(host, "build /a with BuildKit"));
    CHECK(did(host, "build /b"));
    const Report report =
        applied("resources:\n  - docker_image: c\n    action: build\n    source: /c\n    builder: other\n", host);
    CHECK(statuses(report) == std::vector{Status::failed});
    CHECK(report.results[0].reason.find("no builder 'other'") != std::string::npos);
}

TEST_CASE("plan: says what changes and changes nothing")
{
    FakeHost host;
    const Report report = plan(catalog_of(web), host);
    CHECK(host.engine.calls.empty());
    CHECK(report.detailed_exit_code() == 2);
    CHECK(render_result(report.results[0]) ==
          "+ docker_container[web]\n    env: A=1\n    image: app\n    ports: 80:80\n");
    CHECK(render_summary(report, true) == "plan: 1 to create, 0 to change, 0 to remove, 0 unchanged\n");
}

TEST_CASE("plan: what comes after an engine that is still to be installed is to be made")
{
    FakeHost host;
    host.engine.alive = false;
    const Report report = plan(catalog_of("resources:\n  - docker_engine: docker\n  - docker_image: app\n"), host);
    CHECK(statuses(report) == std::vector{Status::changed, Status::changed});
    CHECK(plan(catalog_of("resources:\n  - docker_image: app\n"), host).detailed_exit_code() == 4);
}

TEST_CASE("docker_container: another declaration replaces it, and says what differs")
{
    FakeHost host;
    host.engine.images["app:latest"] = "sha256:1";
    applied(web, host);
    const std::string old = host.engine.containers.at("web").id;
    const Report report = applied(
        "resources:\n  - docker_container: web\n    image: app\n    ports: [\"81:80\"]\n    env: [A=1]\n", host);
    REQUIRE(report.results.size() == 1);
    CHECK(report.results[0].effect == Effect::replace);
    CHECK(report.results[0].changes == std::vector<Change>{{"ports", "80:80", "81:80", "needs another container"}});
    CHECK(host.engine.containers.size() == 1);
    CHECK(host.engine.containers.at("web").id != old);
    CHECK(host.engine.containers.at("web").state.running);
}

TEST_CASE("docker_container: taking an attribute away is a change, its order is none")
{
    FakeHost host;
    host.engine.images["app:latest"] = "sha256:1";
    applied("resources:\n  - docker_container: web\n    image: app\n    env: [A=1, B=2]\n", host);
    CHECK_FALSE(
        applied("resources:\n  - docker_container: web\n    image: app\n    env: [B=2, A=1]\n", host).has_changes());
    const Report report = applied("resources:\n  - docker_container: web\n    image: app\n    env: [B=2]\n", host);
    REQUIRE(report.has_changes());
    CHECK(report.results[0].changes == std::vector<Change>{{"env", "A=1, B=2", "B=2", "needs another container"}});
}

TEST_CASE("docker_container: where the new one does not start, the old one is back and runs")
{
    FakeHost host;
    host.engine.images["app:latest"] = "sha256:1";
    host.engine.images["bad:latest"] = "sha256:2";
    host.engine.broken_starts = {"bad"};
    applied(web, host);
    const std::string old = host.engine.containers.at("web").id;
    engine::ContainerDetails& other = host.engine.containers["other"];
    other.spec.ports = {{.container_port = 80, .host_port = 80}};
    other.state.running = true;
    const Report report = applied("resources:\n  - docker_container: web\n    image: bad\n", host);
    CHECK(report.detailed_exit_code() == 4);
    CHECK(report.results.at(0).hint.starts_with("the container 'other' has the port 80"));
    host.engine.containers.erase("other");
    CHECK(host.engine.containers.size() == 1);
    CHECK(host.engine.containers.at("web").id == old);
    CHECK(host.engine.containers.at("web").state.running);
}

TEST_CASE("docker_container: one that ends at once with a failure is a failure")
{
    FakeHost host;
    host.engine.images["app:latest"] = "sha256:1";
    host.engine.exit_codes["app"] = 3;
    const Report report = applied(web, host);
    CHECK(report.results[0].reason == "the container 'web' ended at once with 3");
}

TEST_CASE("docker_container: a replacement that was killed half-way is finished")
{
    FakeHost host;
    host.engine.images["app:latest"] = "sha256:1";
    applied(web, host);
    host.engine.rename("web", "web-dfriends-old");
    CHECK_FALSE(applied(web, host).has_failures());
    CHECK(host.engine.containers.size() == 1);
    CHECK(host.engine.containers.contains("web"));
}

TEST_CASE("docker_container: a stopped one is started")
{
    FakeHost host;
    host.engine.images["app:latest"] = "sha256:1";
    applied(web, host);
    host.engine.stop("web", {});
    const Report report = applied(web, host);
    CHECK(report.results[0].changes == std::vector<Change>{{"state", "exited", "running"}});
    CHECK(host.engine.containers.at("web").state.running);
}

TEST_CASE("docker_container: somebody else's is taken over where nothing differs, and never replaced unasked")
{
    FakeHost host;
    host.engine.images["app:latest"] = "sha256:1";
    engine::ContainerSpec spec;
    spec.name = "web";
    spec.image = "app";
    spec.environment = {"A=1", "PATH=/bin"};
    host.engine.create(spec);
    host.engine.start("web");
    CHECK_FALSE(applied("resources:\n  - docker_container: web\n    image: app\n    env: [A=1]\n", host).has_changes());
    const Report report = applied("resources:\n  - docker_container: web\n    image: app\n    env: [A=2]\n", host);
    CHECK(report.has_failures());
    CHECK_FALSE(did(host, "rm web"));
    CHECK(applied("resources:\n  - docker_container: web\n    image: app\n    env: [A=2]\n    action: redeploy\n", host)
              .has_changes());
}

TEST_CASE("docker_container: secrets are not shown")
{
    FakeHost host;
    const Report report =
        plan(catalog_of("resources:\n  - docker_container: web\n    image: app\n    env: [DB_PASSWORD=hush]\n"), host);
    CHECK(report.results[0].changes[0].to == "DB_PASSWORD=(hidden)");
}

TEST_CASE("docker_image: a registry is asked only where the image is missing, or where asked for newer")
{
    FakeHost host;
    CHECK(applied("resources:\n  - docker_image: app\n", host).results[0].reason == "the registry does not answer");
    host.engine.images["app:latest"] = "sha256:app:latest";
    host.engine.calls.clear();
    CHECK_FALSE(applied("resources:\n  - docker_image: app\n", host).has_changes());
    CHECK(host.engine.calls.empty());
    host.engine.registry_answers = true;
    const Report same = applied("resources:\n  - docker_image: app\n    action: pull\n", host);
    CHECK(did(host, "pull app:latest"));
    CHECK_FALSE(same.has_changes());
    host.engine.images["app:latest"] = "sha256:older";
    CHECK(applied("resources:\n  - docker_image: app\n    action: pull\n", host).has_changes());
}

TEST_CASE("apply: what requires a failed resource is skipped, the rest goes on")
{
    FakeHost host;
    host.outcomes["/bin/sh -c bad"] = {.status = 1, .timed_out = false, .output = {}, .error = "went wrong\n"};
    const Report report = applied("resources:\n  - exec: bad\n  - exec: b\n    requires: exec[bad]\n  - exec: c\n    "
                                  "requires: exec[b]\n  - exec: d\n",
                                  host);
    CHECK(statuses(report) == std::vector{Status::failed, Status::skipped, Status::skipped, Status::changed});
    CHECK(report.results[0].reason == "the command ended with 1 instead of 0: went wrong");
    CHECK(report.detailed_exit_code() == 6);
    CHECK_FALSE(ran(host, "b"));
}

TEST_CASE("apply: guards decide whether a resource is looked at")
{
    FakeHost host;
    host.outcomes["/bin/sh -c no"] = {.status = 1, .timed_out = false, .output = {}, .error = {}};
    const Report report = applied("resources:\n  - exec: a\n    only_if: no\n  - exec: b\n    not_if: yes\n  - exec: "
                                  "c\n    only_if: yes\n    not_if: no\n",
                                  host);
    CHECK(statuses(report) == std::vector{Status::guarded, Status::guarded, Status::changed});
}

TEST_CASE("apply: delayed notifications come once at the end, immediate ones at once")
{
    FakeHost host;
    applied("resources:\n  - exec: late\n    refresh_only: true\n  - exec: soon\n    refresh_only: true\n"
            "  - file: /a\n    content: x\n    notifies: [{resource: 'exec[late]', action: run}, {resource: "
            "'exec[soon]', action: run, immediately: true}]\n"
            "  - file: /b\n    content: x\n    notifies: [{resource: 'exec[late]', action: run}]\n  - exec: last\n",
            host);
    CHECK(host.commands == std::vector<std::string>{"/bin/sh -c soon", "/bin/sh -c last", "/bin/sh -c late"});
}

TEST_CASE("apply: what is notified before runs first, and only where its source would change")
{
    FakeHost host;
    const std::string text = "resources:\n  - exec: stop\n    refresh_only: true\n"
                             "  - exec: z\n  - file: /a\n    content: x\n"
                             "    notifies: [{resource: 'exec[stop]', action: run, before: true}]\n  - exec: last\n";
    const Report first = applied(text, host);
    CHECK(host.commands == std::vector<std::string>{"/bin/sh -c z", "/bin/sh -c stop", "/bin/sh -c last"});
    CHECK(host.contents["/a"] == "x");
    CHECK(statuses(first) ==
          std::vector{Status::unchanged, Status::changed, Status::changed, Status::changed, Status::changed});
    host.commands.clear();
    applied(text, host);
    CHECK(host.commands == std::vector<std::string>{"/bin/sh -c z", "/bin/sh -c last"});
    host.contents.clear();
    host.paths.clear();
    host.outcomes["/bin/sh -c stop"] = {.status = 1, .timed_out = false, .output = {}, .error = {}};
    const Report failed = applied(text, host);
    CHECK_FALSE(host.contents.contains("/a"));
    CHECK(failed.results[3].reason == "exec[stop], which comes before, failed");
}

TEST_CASE("apply: of what is noop it is told what would be done; who waits for it goes on, who notifies it is served")
{
    FakeHost host;
    FakeJournal journal;
    const std::string text = "resources:\n  - file: /a\n    content: x\n    notifies: exec[told]\n"
                             "  - exec: told\n    action: nothing\n    noop: true\n"
                             "  - file: /b\n    content: y\n    noop: true\n    notifies: exec[never]\n"
                             "  - exec: never\n    action: nothing\n"
                             "  - file: /c\n    content: z\n    requires: file[/b]\n";
    const Report report = applied(text, host, journal);
    CHECK_FALSE(report.has_failures());
    CHECK(host.contents.contains("/a"));
    CHECK_FALSE(host.contents.contains("/b"));
    CHECK(host.contents.contains("/c"));
    CHECK(host.commands.empty());
    CHECK(journal.pending().empty());
    const auto told = std::ranges::find(report.results, "/b", &Result::name);
    REQUIRE(told != report.results.end());
    CHECK(told->status == Status::guarded);
    CHECK(told->effect == Effect::create);
    CHECK(render_result(*told).starts_with("+ file[/b] (noop: it is not done; would notify exec[never] (run))\n"));
    const auto notified = std::ranges::find_if(
        report.results, [](const Result& result) { return result.name == "told" && result.action == "run"; });
    REQUIRE(notified != report.results.end());
    CHECK(notified->status == Status::guarded);
    CHECK(notified->reason == "notified by file[/a]; noop: it is not done");
    CHECK(report.detailed_exit_code() == 2); // for /a and /c
    CHECK(applied(text, host, journal).detailed_exit_code() == 0);
}

TEST_CASE("apply: what fails is tried again, and looked at anew each time")
{
    FakeHost host;
    host.outcomes["/bin/sh -c no"] = {.status = 1, .timed_out = false, .output = {}, .error = {}};
    const Report report =
        applied("resources:\n  - exec: no\n    retries: 2\n    retry_delay: 5\n  - exec: yes\n    retries: 9\n", host);
    CHECK(host.commands == std::vector<std::string>{"/bin/sh -c no", "pause 5", "/bin/sh -c no", "pause 5",
                                                    "/bin/sh -c no", "/bin/sh -c yes"});
    CHECK(statuses(report) == std::vector{Status::failed, Status::changed});
    REQUIRE(host.said.size() == 2);
    CHECK(host.said[0] == "exec[no] failed, again in 5 s: the command ended with 1 instead of 0");
}

TEST_CASE("apply: a failure that is ignored stops nothing and is none")
{
    FakeHost host;
    host.outcomes["/bin/sh -c no"] = {.status = 1, .timed_out = false, .output = {}, .error = {}};
    const Report report = applied("resources:\n  - exec: no\n    ignore_failure: true\n"
                                  "    notifies: exec[told]\n  - exec: told\n    refresh_only: true\n"
                                  "  - exec: next\n    requires: exec[no]\n",
                                  host);
    CHECK(statuses(report) == std::vector{Status::unchanged, Status::unchanged, Status::changed});
    CHECK(report.results[0].reason == "ignored: the command ended with 1 instead of 0");
    CHECK(host.said.at(0).starts_with("exec[no] failed, which is ignored"));
    CHECK_FALSE(report.has_failures());
}

TEST_CASE("a sensitive resource's values are told by neither plan nor apply")
{
    FakeHost host;
    host.outcomes["/bin/sh -c echo hunter2"] = {.status = 1, .timed_out = false, .output = {}, .error = "hunter2"};
    const std::string text = "resources:\n  - file: /a\n    content: hunter2\n    sensitive: true\n"
                             "  - log: x\n    message: hunter2\n    sensitive: true\n"
                             "  - exec: e\n    command: echo hunter2\n    sensitive: true\n    retries: 1\n"
                             "  - exec: g\n    only_if: test hunter2\n    sensitive: true\n";
    host.outcomes["/bin/sh -c test hunter2"] = {.status = 1, .timed_out = false, .output = {}, .error = {}};
    const auto told = [&](const Report& report) {
        std::string all;
        for (const Result& result : report.results) {
            all += render_result(result) + result.reason + result.hint;
            for (const Change& change : result.changes)
                all += change.from + change.to;
        }
        for (const std::string& line : host.said)
            all += line;
        return all;
    };
    const std::string planned = told(plan(read_yaml_manifest(text, "m.yaml"), host, {}, {}));
    CHECK(planned.find("hunter2") == std::string::npos);
    CHECK(planned.find("sha256") == std::string::npos);
    CHECK(planned.find("(sensitive)") != std::string::npos);
    const std::string done = told(applied(text, host));
    CHECK(done.find("hunter2") == std::string::npos);
    CHECK(done.find("it failed; why is not told of a sensitive resource") != std::string::npos);
    CHECK(host.contents["/a"] == "hunter2");
}

TEST_CASE("apply: a refresh comes at its target's turn, and not without a change")
{
    FakeHost host;
    const std::string text = "resources:\n  - file: /a\n    content: x\n    notifies: exec[r]\n  - exec: r\n    "
                             "refresh_only: true\n  - exec: z\n";
    applied(text, host);
    CHECK(host.commands == std::vector<std::string>{"/bin/sh -c r", "/bin/sh -c z"});
    host.commands.clear();
    applied(text, host);
    CHECK(host.commands == std::vector<std::string>{"/bin/sh -c z"});
}

TEST_CASE("apply: a notification that failed is delivered by the next run")
{
    FakeHost host;
    FakeJournal journal;
    const std::string text = "resources:\n  - exec: r\n    refresh_only: true\n  - file: /a\n    content: x\n    "
                             "notifies: [{resource: 'exec[r]', action: run}]\n";
    host.outcomes["/bin/sh -c r"] = {.status = 1, .timed_out = false, .output = {}, .error = {}};
    applied(text, host, journal);
    REQUIRE(journal.left.size() == 1);
    host.outcomes.clear();
    host.commands.clear();
    applied(text, host, journal);
    CHECK(ran(host, "r"));
    CHECK(journal.left.empty());
}

TEST_CASE("docker_engine: installs and starts where none answers, and asks nothing where one does")
{
    FakeHost host;
    applied("resources:\n  - docker_engine: docker\n", host);
    CHECK(host.commands.empty());
    host.engine.alive = false;
    const Report report = plan(catalog_of("resources:\n  - docker_engine: docker\n"), host);
    CHECK(report.results[0].changes == std::vector<Change>{{"package", "", "docker.io"}, {"running", "", "yes"}});
}

TEST_CASE(
    "docker_engine: keys of daemon.json; a running engine reads them again, and starts anew only where that is allowed")
{
    FakeHost host;
    host.write("/var/run/docker.pid", "4711\n", 0644);
    host.write("/etc/docker/daemon.json", R"({"bip": "192.0.2.1/24", "debug": true})", 0644);
    const std::string reloads = "resources:\n  - docker_engine: docker\n    daemon: {debug: null, registry-mirrors: "
                                "[\"https://mirror.example\"], max-concurrent-downloads: 5}\n";
    CHECK_FALSE(applied(reloads, host).has_failures());
    CHECK(host.commands == std::vector<std::string>{"kill -HUP 4711"});
    CHECK(host.contents.at("/etc/docker/daemon.json") ==
          "{\n  \"bip\": \"192.0.2.1/24\",\n  \"max-concurrent-downloads\": 5,\n  \"registry-mirrors\": [\n"
          "    \"https://mirror.example\"\n  ]\n}\n");
    host.commands.clear();
    CHECK(applied(reloads, host).results[0].status == Status::unchanged);

    const std::string restarts = "resources:\n  - docker_engine: docker\n    daemon: {bip: 192.0.2.129/25}\n";
    const Report refused = applied(restarts, host);
    CHECK(refused.results[0].reason == "the engine would have to be restarted for daemon.bip");
    CHECK(host.commands.empty());
    host.paths["/etc/init.d/docker"] = {};
    const auto with_leave = [&] {
        FakeJournal journal;
        return apply(catalog_of(restarts), host, journal, {}, {.may_restart_engine = true});
    };
    CHECK(with_leave().results[0].changes == std::vector<Change>{{"daemon.bip", "192.0.2.1/24", "192.0.2.129/25"}});
    CHECK(host.commands == std::vector<std::string>{"/etc/init.d/docker restart"});
}

TEST_CASE("docker_engine: an engine that does not start with its new daemon.json gets the old one back")
{
    FakeHost host;
    host.write("/etc/docker/daemon.json", "{}", 0644);
    host.paths["/etc/init.d/docker"] = {};
    host.outcomes["/etc/init.d/docker restart"] = {.status = 1, .timed_out = false, .output = {}, .error = "no"};
    FakeJournal journal;
    const Report report = apply(catalog_of("resources:\n  - docker_engine: docker\n    daemon: {bip: nonsense}\n"),
                                host, journal, {}, {.may_restart_engine = true});
    CHECK(report.has_failures());
    CHECK(host.contents.at("/etc/docker/daemon.json") == "{}");
}

TEST_CASE("docker_engine: where it listens and what it runs with, under systemd")
{
    FakeHost host;
    host.paths["/run/systemd/system"] = {};
    const auto with_leave = [&](const std::string& text) {
        FakeJournal journal;
        return apply(catalog_of(text), host, journal, {}, {.may_restart_engine = true});
    };
    const std::string unit = "/etc/systemd/system/docker.service.d/dfriends.conf";
    const std::string text = "resources:\n  - docker_engine: docker\n    hosts: [\"unix:///var/run/docker.sock\", "
                             "\"tcp://127.0.0.1:2375\"]\n    environment: [\"HTTP_PROXY=http://u:\\\"%\\\\@p\"]\n";
    CHECK(applied(text, host).results[0].reason ==
          "the engine would have to be restarted for daemon.hosts, environment.HTTP_PROXY");
    const Report report = with_leave(text);
    CHECK_FALSE(report.has_failures());
    CHECK(report.results[0].hint.starts_with("whoever reaches the engine's TCP port is root on this machine"));
    CHECK(host.contents.at("/etc/docker/daemon.json") ==
          "{\n  \"hosts\": [\n    \"unix:///var/run/docker.sock\",\n    \"tcp://127.0.0.1:2375\"\n  ]\n}\n");
    CHECK(host.contents.at(unit) ==
          "# Kept by dfriends converge: what docker_engine declares.\n[Service]\n"
          "# daemon.json says where it listens; an option -H beside that keeps it from starting.\n"
          "ExecStart=\nExecStart=dockerd $DOCKER_OPTS\nEnvironment=\"HTTP_PROXY=http://u:\\\"%%\\\\@p\"\n"
          "# The end of what dfriends converge keeps.\n");
    CHECK(host.commands == std::vector<std::string>{"systemctl daemon-reload", "systemctl restart docker"});
    host.commands.clear();
    CHECK(with_leave(text).results[0].status == Status::unchanged);
    // What is no longer declared stays; what is declared as nothing goes.
    CHECK(with_leave("resources:\n  - docker_engine: docker\n    hosts: []\n").results[0].changes.size() == 2);
    CHECK(host.contents.at(unit).find("ExecStart") == std::string::npos);
    CHECK(host.contents.at(unit).find("HTTP_PROXY") != std::string::npos);
    with_leave("resources:\n  - docker_engine: docker\n    environment: []\n");
    CHECK_FALSE(host.contents.contains(unit));
    CHECK(host.contents.at("/etc/docker/daemon.json") == "{}\n");
    // Where somebody else has seen to its unit, that is left alone.
    host.write("/etc/docker/daemon.json", R"({"hosts": ["fd://"], "debug": true})", 0644);
    host.commands.clear();
    CHECK(applied("resources:\n  - docker_engine: docker\n    daemon: {debug: true}\n", host).results[0].status ==
          Status::unchanged);
    CHECK_FALSE(host.contents.contains(unit));
    CHECK(applied("resources:\n  - docker_engine: docker\n    hosts: [\"tcp://127.0.0.1:1\"]\n", host)
              .results[0]
              .reason.ends_with("with these hosts nobody on the machine could reach the engine"));
    CHECK(applied("resources:\n  - docker_engine: docker\n    environment: [\"A B=1\"]\n", host).has_failures());
}

TEST_CASE("docker_engine: what it runs with, where a script starts it; one that does not come back gets the old file")
{
    FakeHost host;
    host.paths["/etc/init.d/docker"] = {};
    host.write("/etc/default/docker", "DOCKER_OPTS=\"--debug\"", 0644);
    const auto with_leave = [&](const std::string& variable) {
        FakeJournal journal;
        return apply(catalog_of("resources:\n  - docker_engine: docker\n    environment: [\"" + variable + "\"]\n"),
                     host, journal, {}, {.may_restart_engine = true});
    };
    CHECK_FALSE(with_leave("HTTP_PROXY=a'b").has_failures());
    const std::string kept = "DOCKER_OPTS=\"--debug\"\n# Kept by dfriends converge: what docker_engine declares.\n"
                             "export HTTP_PROXY='a'\\''b'\n# The end of what dfriends converge keeps.\n";
    CHECK(host.contents.at("/etc/default/docker") == kept);
    CHECK_FALSE(host.contents.contains("/etc/docker/daemon.json"));
    CHECK(with_leave("HTTP_PROXY=a'b").results[0].status == Status::unchanged);
    host.outcomes["/etc/init.d/docker restart"] = {.status = 1, .timed_out = false, .output = {}, .error = "no"};
    const Report failed = with_leave("HTTP_PROXY=c");
    CHECK(failed.has_failures());
    CHECK(failed.results[0].reason.find("while restarting the engine with its new /etc/default/docker (the old one is "
                                        "back, but the engine does not start with that: ") != std::string::npos);
    CHECK(host.contents.at("/etc/default/docker") == kept);
}

TEST_CASE("docker_engine: it is stopped with the socket that would start it again")
{
    FakeHost host;
    host.paths["/run/systemd/system"] = {};
    const std::string text = "resources:\n  - docker_engine: docker\n    action: stop\n";
    CHECK_FALSE(applied(text, host).has_failures());
    CHECK(host.commands == std::vector<std::string>{"systemctl is-active --quiet docker.socket",
                                                    "systemctl stop docker.socket", "systemctl stop docker"});
    host.engine.alive = false;
    host.outcomes["systemctl is-active --quiet docker"] = {.status = 3, .timed_out = false, .output = {}, .error = {}};
    CHECK(applied(text, host).results[0].status == Status::unchanged);
}

TEST_CASE("docker_engine: a repository is named to apt before the package comes from it")
{
    FakeHost host;
    host.engine.alive = false;
    host.paths["/etc/init.d/docker"] = {};
    host.write("/srv/key.asc", "key", 0644);
    const std::string text =
        "resources:\n  - docker_engine: docker\n    package: docker-ce\n    daemon: {debug: true}\n"
        "    repository: http://mirror.example/docker bookworm stable\n    repository_key: /srv/key.asc\n";
    host.on_command = [&](const std::string& words) { host.engine.alive |= words.ends_with("docker start"); };
    host.outcomes["/etc/init.d/docker status"] = {.status = 3, .timed_out = false, .output = {}, .error = {}};
    CHECK_FALSE(applied(text, host).has_failures());
    CHECK(host.contents.at("/etc/apt/sources.list.d/dfriends-docker.list") ==
          "deb [signed-by=/etc/apt/keyrings/dfriends-docker.asc] http://mirror.example/docker bookworm stable\n");
    CHECK(host.contents.at("/etc/apt/keyrings/dfriends-docker.asc") == "key");
    CHECK(host.contents.at("/etc/docker/daemon.json") == "{\n  \"debug\": true\n}\n");
    REQUIRE(host.commands.size() == 4);
    CHECK(host.commands[0] == "apt-get update -q");
    CHECK(host.commands[1].ends_with(" docker-ce"));
    host.engine.alive = false;
    host.contents.erase("/etc/apt/sources.list.d/dfriends-docker.list");
    CHECK(applied("resources:\n  - docker_engine: docker\n    repository: \"[trusted=yes] http://mirror.example x\"\n",
                  host)
              .has_failures());
}

TEST_CASE("docker_image: a registry says which image it has, and nothing is pulled where that is here")
{
    FakeHost host;
    host.engine.images["app:latest"] = "sha256:1";
    host.engine.digests["app:latest"] = "sha256:0123456789abcdef";
    host.engine.remote_digests["app:latest"] = "sha256:0123456789abcdef";
    const std::string text = "resources:\n  - {docker_image: app, action: pull}\n";
    CHECK(plan(catalog_of(text), host).results[0].status == Status::unchanged);
    CHECK(applied(text, host).results[0].status == Status::unchanged);
    CHECK(host.engine.calls.empty());
    host.engine.remote_digests["app:latest"] = "sha256:fedcba9876543210";
    CHECK(plan(catalog_of(text), host).results[0].changes ==
          std::vector<Change>{{"digest", "0123456789ab", "fedcba987654"}});
    host.engine.registry_answers = true;
    CHECK(applied(text, host).results[0].status == Status::changed);
    CHECK(host.engine.calls == std::vector<std::string>{"pull app:latest"});
}

TEST_CASE("docker_network: ranges, options and labels; more than is declared is no difference")
{
    FakeHost host;
    const std::string text =
        "resources:\n  - docker_network: front\n    subnet: [192.0.2.0/25, 192.0.2.128/25]\n"
        "    gateway: [192.0.2.1, 192.0.2.129]\n    ip_range: 192.0.2.64/26\n"
        "    aux_addresses: {router: 192.0.2.2}\n    options: {mtu: 1400}\n    labels: {a: x}\n    attachable: true\n";
    CHECK(applied(text, host).results[0].status == Status::changed);
    engine::NetworkSpec& spec = host.engine.networks.at("front").spec;
    REQUIRE(spec.pools.size() == 2);
    CHECK(spec.pools[1] == engine::AddressPool{"192.0.2.128/25", "192.0.2.129", "", {}});
    CHECK(spec.pools[0].auxiliary.at("router") == "192.0.2.2");
    std::swap(spec.pools[0], spec.pools[1]); // their order is the engine's
    std::swap(spec.pools[0].auxiliary, spec.pools[1].auxiliary);
    spec.options["theirs"] = "1";
    spec.labels["theirs"] = "1";
    CHECK(applied(text, host).results[0].status == Status::unchanged);
    const Report other = applied(text + "    on_change: refuse\n    internal: true\n", host);
    CHECK(other.results[0].reason.find("has another internal ('false')") != std::string::npos);
    const Report changed = applied(text.substr(0, text.find("    options")) + "    options: {mtu: 1500}\n", host);
    CHECK(changed.results[0].changes == std::vector<Change>{{"attachable", "true", "false"},
                                                            {"options", "mtu=1400, theirs=1", "mtu=1500"},
                                                            {"labels", "a=x, theirs=1", ""}});
}

TEST_CASE("docker_network: what is no longer declared goes, what others have set stays")
{
    FakeHost host;
    const std::string front = "resources:\n  - docker_network: front\n";
    applied(front + "    internal: true\n    labels: {a: x, b: y}\n    options: {mtu: 1400}\n", host);
    host.engine.networks.at("front").spec.labels["theirs"] = "1";
    const std::string fewer = front + "    labels: {a: x}\n    options: {mtu: 1400}\n";
    CHECK(applied(fewer, host).results[0].changes ==
          std::vector<Change>{{"internal", "true", "false"}, {"labels", "a=x, b=y, theirs=1", "a=x"}});
    CHECK_FALSE(host.engine.networks.at("front").spec.internal);
    host.engine.networks.at("front").spec.labels["theirs"] = "1";
    CHECK(applied(fewer, host).results[0].status == Status::unchanged);
    CHECK(applied(front + "    labels: {a: x}\n", host).results[0].changes ==
          std::vector<Change>{{"options", "mtu=1400", ""}});
    // Of one that somebody else has made nothing is known to be ours.
    host.engine.networks["other"].spec = {.name = "other", .labels = {{"theirs", "1"}}, .internal = true};
    CHECK(applied("resources:\n  - docker_network: other\n", host).results[0].status == Status::unchanged);
}

TEST_CASE("docker_network: containers that do not run come along into one that is made anew")
{
    FakeHost host;
    const std::string front = "resources:\n  - docker_network: front\n";
    applied(front, host);
    engine::ContainerDetails stopped;
    stopped.name = "web";
    stopped.id = "0123456789ab";
    stopped.spec.networks = {{.network = "front", .aliases = {"w", "0123456789ab"}, .ipv4_address = "192.0.2.7"}};
    host.engine.containers["web"] = stopped;
    const Report report = applied(front + "    internal: true\n", host);
    CHECK(report.results[0].changes ==
          std::vector<Change>{{"internal", "false", "true", "containers that do not run come along: web"}});
    CHECK(host.engine.calls == std::vector<std::string>{"disconnect web front", "connect web front"});
    const engine::NetworkAttachment& place = host.engine.containers.at("web").spec.networks.at(0);
    CHECK(place.aliases == std::vector<std::string>{"w"});
    CHECK(place.ipv4_address == "192.0.2.7");
    const Report gone = applied(front + "    action: delete\n", host);
    CHECK(gone.results[0].changes == std::vector<Change>{{"containers", "web", "", "they do not run, and lose it"}});
    CHECK(host.engine.calls.back() == "disconnect web front");
    CHECK(host.engine.containers.at("web").spec.networks.empty());
    CHECK(host.engine.networks.empty());
}

TEST_CASE("docker_volume: what differs is refused, with the reason")
{
    FakeHost host;
    const std::string data = "resources:\n  - docker_volume: data\n";
    const std::string text = data + "    options: {type: nfs}\n    labels: {a: x}\n";
    CHECK(applied(text, host).results[0].effect == Effect::create);
    CHECK(host.engine.volumes.at("data").spec.labels.at("a") == "x");
    CHECK(host.engine.volumes.at("data").spec.labels.contains("dfriends.converge"));
    CHECK(applied(text, host).results[0].status == Status::unchanged);
    const auto reason = [&](const std::string& lines) { return applied(data + lines, host).results[0].reason; };
    CHECK(reason("    labels: {a: x}\n").find("still has the option 'type'") != std::string::npos);
    CHECK(reason("    options: {type: nfs, o: rw}\n    labels: {a: x}\n").find("does not have the option 'o'") !=
          std::string::npos);
    CHECK(reason("    driver: other\n    options: {type: nfs}\n").find("the driver 'local' instead of 'other'") !=
          std::string::npos);
    host.engine.volumes["foreign"].spec = {
        .name = "foreign", .options = {{"o", "password=hush"}}, .labels = {{"a", "x"}}};
    CHECK(applied("resources:\n  - docker_volume: foreign\n", host).results[0].status == Status::unchanged);
    const std::string told =
        applied("resources:\n  - {docker_volume: foreign, options: {o: \"password=other\"}}\n", host).results[0].reason;
    CHECK(told.find("has another option 'o'") != std::string::npos);
    CHECK(told.find("hush") == std::string::npos);
}

TEST_CASE("docker_registry: a login is kept once, and its password is not told")
{
    FakeHost host;
    const std::string text =
        "resources:\n  - {docker_registry: \"https://registry.example/v1/\", username: ann, password: hush}\n";
    const Report first = applied(text, host);
    CHECK(first.results[0].changes == std::vector<Change>{{"username", "", "ann"}});
    CHECK(host.engine.logins.at("registry.example").password == "hush");
    CHECK(applied(text, host).results[0].status == Status::unchanged);
    host.engine.logins.at("registry.example").password = "other";
    CHECK(applied(text, host).results[0].changes == std::vector<Change>{{"password", "(hidden)", "(hidden)"}});
    CHECK(applied("resources:\n  - {docker_registry: registry.example, action: logout}\n", host).results[0].effect ==
          Effect::remove);
    CHECK(host.engine.logins.empty());
}

TEST_CASE("a journal that takes nothing more: nothing more is changed, and what was notified is delivered")
{
    FakeHost host;
    FakeJournal journal;
    const std::string text = "resources:\n  - file: /a\n    content: a\n    notifies: exec[told]\n"
                             "  - {file: /b, content: b}\n"
                             "  - {exec: told, refresh_only: true, command: told}\n";
    journal.room = 0;
    CHECK_THROWS_WITH_AS(applied(text, host, journal), doctest::Contains("the disk is full"), Error);
    CHECK(host.contents.empty());
    CHECK(host.commands.empty());
    journal.room = 1;
    CHECK_THROWS_WITH_AS(applied(text, host, journal), doctest::Contains("the disk is full"), Error);
    CHECK(host.contents.contains("/a"));
    CHECK_FALSE(host.contents.contains("/b"));
    CHECK(ran(host, "told"));
    journal.room.reset();
    applied(text, host, journal);
    CHECK(host.contents.contains("/b"));
}

TEST_CASE("package: installed ones stay, missing ones come")
{
    FakeHost host;
    host.outcomes["dpkg-query -W -f ${db:Status-Status} ${Version} git"] = {
        .status = 0, .timed_out = false, .output = "installed 1:2.39", .error = {}};
    host.outcomes["dpkg-query -W -f ${db:Status-Status} ${Version} curl"] = {
        .status = 1, .timed_out = false, .output = {}, .error = {}};
    const Report report = applied("resources:\n  - package: tools\n    package_name: [git, curl]\n", host);
    CHECK(report.results[0].changes == std::vector<Change>{{"curl", "", "installed"}});
    CHECK(host.commands.back() == "apt-get install -y -q -o Dpkg::Options::=--force-confold curl");
    CHECK(applied("resources:\n  - package: --purge\n", host).has_failures());
}

TEST_CASE("service: running and enabled are states, restart is an act")
{
    FakeHost host;
    host.paths["/run/systemd/system"] = {
        .kind = PathState::Kind::directory, .mode = 0755, .owner = "root", .group = "root", .target = {}};
    host.outcomes["systemctl is-active --quiet web"] = {.status = 3, .timed_out = false, .output = {}, .error = {}};
    const Report report = applied("resources:\n  - service: web\n    action: [enable, start]\n", host);
    CHECK(statuses(report) == std::vector{Status::unchanged, Status::changed});
    CHECK(host.commands.back() == "systemctl start web");
}

TEST_CASE("user: only what differs is changed")
{
    FakeHost host;
    host.outcomes["getent passwd ann"] = {
        .status = 0, .timed_out = false, .output = "ann:x:1000:1000:Ann:/home/ann:/bin/sh\n", .error = {}};
    host.outcomes["id -Gn ann"] = {.status = 0, .timed_out = false, .output = "ann docker\n", .error = {}};
    applied("resources:\n  - user: ann\n    home: /home/ann\n    shell: /bin/bash\n    groups: [docker, adm]\n", host);
    CHECK(host.commands.back() == "usermod -s /bin/bash -G adm -a ann");
}

TEST_CASE("user: a password is compared as /etc/shadow has it, and never told")
{
    FakeHost host;
    const std::string text = "resources:\n  - user: ann\n    password: \"$6$salt$hash\"\n";
    host.outcomes["getent passwd ann"] = {.status = 2, .timed_out = false, .output = {}, .error = {}};
    const Report made = applied(text, host);
    CHECK_FALSE(made.has_failures());
    CHECK(made.results[0].changes == std::vector<Change>{{"password", "", "(sensitive)"}});
    CHECK(host.commands == std::vector<std::string>{"getent passwd ann", "useradd ann", "chpasswd -e"});
    CHECK(host.inputs == std::vector<std::string>{"ann:$6$salt$hash\n"});
    host.commands.clear();
    host.outcomes["getent passwd ann"] = {
        .status = 0, .timed_out = false, .output = "ann:x:1000:1000::/home/ann:/bin/sh\n", .error = {}};
    host.outcomes["getent shadow ann"] = {
        .status = 0, .timed_out = false, .output = "ann:$6$salt$hash:19000:0:99999:7:::\n", .error = {}};
    CHECK(applied(text, host).results[0].status == Status::unchanged);
    host.outcomes["getent shadow ann"].output = "ann:!:19000:0:99999:7:::\n";
    CHECK(applied(text, host).results[0].changes == std::vector<Change>{{"password", "(sensitive)", "(sensitive)"}});
    CHECK(host.commands.back() == "chpasswd -e");
    CHECK(applied("resources:\n  - user: ann\n    password: \"a:b\"\n", host).has_failures());
}

TEST_CASE("exec: exit codes that mean a change")
{
    FakeHost host;
    const std::string text =
        "resources:\n  - {exec: sync, returns: [0, 3], changed_returns: [3], notifies: \"exec[told]\"}\n"
        "  - {exec: told, refresh_only: true, command: told}\n";
    CHECK(applied(text, host).results[0].status == Status::unchanged);
    CHECK_FALSE(ran(host, "told"));
    host.outcomes["/bin/sh -c sync"].status = 3;
    CHECK(applied(text, host).results[0].status == Status::changed);
    CHECK(ran(host, "told"));
    host.outcomes["/bin/sh -c sync"].status = 4;
    CHECK(applied(text, host).results[0].status == Status::failed);
}
