// SPDX-License-Identifier: Apache-2.0
// What is done with images, and with containers beside running them.
#include "converge/run.hpp"
#include "converge/schema.hpp"
#include "converge/yaml/manifest.hpp"
#include "unit/converge/fake_host.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::converge;

namespace {

using Texts = std::vector<std::string>;

/// A machine whose engine has the image app.
struct Engine {
    FakeHost host;
    Engine() { host.engine.images["app:latest"] = "sha256:1"; }

    /// The result of the last resource.
    Result apply(const std::string& text)
    {
        Catalog catalog = read_yaml_manifest("resources:\n" + text, "m.yaml");
        check(catalog);
        ForgetfulJournal journal;
        host.engine.calls.clear();
        return converge::apply(catalog, host, journal, {}, {}).results.back();
    }
    const Texts& calls() const { return host.engine.calls; }
};

} // namespace

TEST_CASE("docker_image: it is built anew only where what it is built from is another")
{
    Engine engine;
    engine.host.engine.contexts["/src"] = "one";
    const std::string text = "  - docker_image: mine\n    action: build\n    source: /src\n";
    CHECK(engine.apply(text).effect == Effect::create);
    CHECK(engine.apply(text).status == Status::unchanged);
    CHECK(engine.calls().empty());
    engine.host.engine.contexts["/src"] = "two";
    const Result again = engine.apply(text);
    CHECK(again.status == Status::changed);
    CHECK(again.changes.at(1).attribute == "context");
    CHECK(engine.apply(text + "    build_args: {A: 1}\n").status == Status::changed);
    CHECK(engine.apply(text + "    build_args: {A: 1}\n").status == Status::unchanged);
    CHECK(engine.apply(text + "    build_args: {A: 2}\n").status == Status::changed);
    CHECK(engine.apply(text + "    target: base\n").status == Status::changed);
    CHECK(engine.apply(text + "    dockerfile: Dockerfile.prod\n").status == Status::changed);
    CHECK(engine.calls() == Texts{"build /src with /src/Dockerfile.prod"});
    CHECK(engine.apply("  - docker_image: mine\n    action: build_if_missing\n    source: /src\n").status ==
          Status::unchanged);
}

TEST_CASE("docker_image: the source may be a Dockerfile")
{
    Engine engine;
    engine.host.write("/src/Other", "FROM scratch", 0644);
    engine.apply("  - docker_image: mine\n    action: build\n    source: /src/Other\n");
    CHECK(engine.calls() == Texts{"build /src with /src/Other"});
    CHECK(engine.apply("  - docker_image: mine\n    action: build\n").reason.find("wants 'source'") !=
          std::string::npos);
}

TEST_CASE("docker_image: a tag is given once, and another image's name only by force")
{
    Engine engine;
    const std::string text = "  - docker_image: app\n    action: tag\n    tag_as: r.example/app:v1\n";
    CHECK(engine.apply(text).effect == Effect::create);
    CHECK(engine.calls() == Texts{"tag app:latest r.example/app:v1"});
    CHECK(engine.apply(text).status == Status::unchanged);
    engine.host.engine.images["r.example/app:v1"] = "sha256:2";
    CHECK(engine.apply(text).status == Status::unchanged);
    CHECK(engine.apply(text + "    force: true\n").effect == Effect::update);
    CHECK(engine.host.engine.images.at("r.example/app:v1") == "sha256:1");
    CHECK(engine.apply("  - docker_image: none\n    action: tag\n    tag_as: b\n").reason ==
          "there is no image 'none:latest' to tag");
}

TEST_CASE("docker_image: what the registry has is not pushed again; an import makes what is missing")
{
    Engine engine;
    const std::string push = "  - docker_image: app\n    action: push\n";
    CHECK(engine.apply(push).status == Status::changed);
    CHECK(engine.apply(push).status == Status::unchanged);
    engine.host.engine.remote_digests["app:latest"] = "sha256:other";
    CHECK(engine.apply(push).effect == Effect::act);
    const std::string import = "  - docker_image: base\n    action: import\n    archive: /base.tar\n";
    CHECK(engine.apply(import).effect == Effect::create);
    CHECK(engine.calls() == Texts{"import /base.tar"});
    CHECK(engine.apply(import).status == Status::unchanged);
}

TEST_CASE("docker_container: what is made of one that is there")
{
    Engine engine;
    const std::string web = "  - docker_container: web\n    image: app\n";
    CHECK(engine.apply(web + "    action: commit\n    commit_as: new:1\n").reason == "there is no container 'web'");
    CHECK(engine.apply(web + "    action: wait\n").status == Status::unchanged);
    engine.apply(web);
    CHECK(engine.apply(web + "    action: commit\n    commit_as: new:1\n    author: ann\n").effect == Effect::act);
    CHECK(engine.calls() == Texts{"commit web new:1 by ann"});
    CHECK(engine.apply(web + "    action: commit\n").reason.find("wants 'commit_as'") != std::string::npos);
    CHECK(engine.apply(web + "    action: export\n    archive: /w.tar\n").status == Status::changed);
    CHECK(engine.host.contents.at("/w.tar") == "files of web");
    const std::string copy = web + "    action: copy\n    copy_source: /etc/x\n    copy_to: /srv\n";
    CHECK(engine.apply(copy).reason == "there is no folder '/srv' to copy to");
    engine.host.make_directory("/srv", 0755, false);
    engine.apply(copy);
    CHECK(engine.calls() == Texts{"copy web /etc/x /srv"});
    CHECK(engine.apply(web + "    action: wait\n").status == Status::changed);
    CHECK(engine.host.said.back() == "'web' ended with 0");
}

TEST_CASE("docker_container: the signal of a reload, and volumes that go with it")
{
    Engine engine;
    const std::string web = "  - docker_container: web\n    image: app\n";
    engine.apply(web);
    engine.apply(web + "    action: reload\n    reload_signal: USR1\n");
    CHECK(engine.calls() == Texts{"kill web USR1"});
    engine.apply(web + "    action: remove\n    remove_volumes: true\n");
    CHECK(engine.calls().back() == "rm web with volumes");
}

TEST_CASE("docker_network: a container is connected and disconnected once")
{
    Engine engine;
    engine.apply("  - docker_container: web\n    image: app\n");
    const std::string text = "  - docker_network: back\n    container: web\n";
    const std::string connect = text + "    action: connect\n    ip: 10.9.0.7\n";
    CHECK(engine.apply(connect).status == Status::changed);
    CHECK(engine.apply(connect).status == Status::unchanged);
    CHECK(engine.apply(text + "    action: connect\n    ip: 10.9.0.8\n").status == Status::changed);
    CHECK(engine.calls() == Texts{"disconnect web back", "connect web back"});
    CHECK(engine.apply(text + "    action: disconnect\n").status == Status::changed);
    CHECK(engine.apply(text + "    action: disconnect\n").status == Status::unchanged);
    CHECK(engine.apply("  - docker_network: back\n    action: connect\n").reason.find("wants 'container'") !=
          std::string::npos);
}
