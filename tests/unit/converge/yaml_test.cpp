// SPDX-License-Identifier: Apache-2.0
#include "converge/attributes.hpp"
#include "converge/load.hpp"
#include "converge/resource_graph.hpp"
#include "converge/schema.hpp"
#include "converge/yaml/manifest.hpp"
#include "os/file.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::converge;

namespace {

std::string refusal(std::string_view text)
{
    try {
        const Catalog catalog = read_yaml_manifest(text, "m.yaml");
        check(catalog);
        order_resources(catalog);
    } catch (const Error& error) {
        return std::string(error.what()) + "|" + error.hint();
    }
    return "accepted";
}

std::vector<std::string> order(std::string_view text)
{
    const Catalog catalog = read_yaml_manifest(text, "m.yaml");
    std::vector<std::string> names;
    for (const std::size_t at : order_resources(catalog).order)
        names.push_back(catalog.resources[at].name);
    return names;
}

} // namespace

TEST_CASE("read_yaml_manifest: attributes, actions, references and guards stand where the model has them")
{
    const Catalog catalog = read_yaml_manifest(R"(resources:
  - exec: reload
    refresh_only: true
  - docker_container: web
    image: busybox
    ports: ["80:80", 81]
    privileged: true
    cpu_shares: 512
    labels: {a: 1}
    action: [create, start]
    notifies: ["exec[reload]", {resource: 'exec[reload]', action: run, immediately: true}]
    only_if: test -d /srv
    not_if: [a, b]
)",
                                               "m.yaml");
    REQUIRE(catalog.resources.size() == 2);
    const Resource& web = catalog.resources[1];
    CHECK(web.position.line == 4);
    CHECK(web.actions == std::vector<std::string>{"create", "start"});
    CHECK(list_of(web, "ports") == std::vector<std::string>{"80:80", "81"});
    CHECK(flag_or(web, "privileged", false));
    CHECK(find_number(web, "cpu_shares") == 512);
    CHECK(map_of(web, "labels").front().second == "1");
    REQUIRE(web.notifications.size() == 2);
    CHECK(web.notifications[0].action.empty());
    CHECK(web.notifications[1].immediately);
    REQUIRE(web.guards.size() == 3);
    CHECK_FALSE(web.guards[2].only_if);
}

TEST_CASE("read_yaml_manifest: a subscription is the other one's notification")
{
    const Catalog catalog =
        read_yaml_manifest("resources:\n  - exec: r\n    subscribes: file[/a]\n  - file: /a\n", "m.yaml");
    REQUIRE(catalog.resources[1].notifications.size() == 1);
    CHECK(catalog.resources[1].notifications[0].target.name == "r");
}

TEST_CASE("read_yaml_manifest: complaints name the place and the nearest word")
{
    CHECK(refusal("resources:\n  - docker_contaner: web\n") ==
          "m.yaml:2:5: there is no resource type 'docker_contaner'|did you mean 'docker_container'?");
    CHECK(refusal("resources:\n  - docker_container: web\n    imag: x\n") ==
          "m.yaml:3:5: 'docker_container' has no attribute 'imag'|did you mean 'image'?");
    CHECK(refusal("resources:\n  - docker_container: web\n").find("wants 'image'") != std::string::npos);
    CHECK(refusal("resources:\n  - file: /a\n    mode: 0644\n") ==
          "m.yaml:3:11: a mode without quotes can be misread|write mode: \"0644\"");
    CHECK(refusal("resources:\n  - file: /a\n    action: creat\n").find("did you mean 'create'?") != std::string::npos);
    CHECK(refusal("resources:\n  - file: /a\n    requires: nothing\n").find("is no reference") != std::string::npos);
    CHECK(refusal("resources:\n  - file: /a\n  - file: /a\n").find("declared twice") != std::string::npos);
    CHECK(refusal("resources:\n  - docker_container: a\n    image: b\n    privileged: maybe\n").find("true or false") !=
          std::string::npos);
    CHECK(refusal("resources:\n  - file: /a\n    requires: file[/b]\n").find("not declared") != std::string::npos);
    CHECK(refusal("resources:\n  - exec: a\n    notifies: file[/b]\n  - file: /b\n").find("cannot be refreshed") !=
          std::string::npos);
    CHECK(refusal("resources:\n  - exec: a\n    retries: -1\n").find("'-1' is not between 0 and 1000") !=
          std::string::npos);
    CHECK(refusal("resources:\n  - exec: a\n    sensitve: true\n").find("did you mean 'sensitive'?") !=
          std::string::npos);
    CHECK(refusal("resource: []\n").find("resources") != std::string::npos);
}

TEST_CASE("render_yaml_manifest: what it writes reads as the same")
{
    const std::string text = R"(resources:
  - docker_container: web
    action: [create, start]
    env: ["A=1: \"x\" \\ y", "B=line\nline"]
    image: busybox
    labels: {"a b": "yes"}
    privileged: true
    requires: "file[/etc/a b]"
    notifies:
      - {resource: "exec[x]", action: run, immediately: true}
      - {resource: "exec[x]", action: run, before: true}
    only_if: "test -f '/x'"
  - file: "/etc/a b"
    mode: "0644"
    sensitive: true
    noop: true
    ignore_failure: true
    retries: 2
    retry_delay: 5
  - exec: x
)";
    CHECK(render_yaml_manifest(read_yaml_manifest(text, "m.yaml")) == text);
}

TEST_CASE("order_resources: requirements and refreshes order, else the declaration does")
{
    CHECK(order("resources:\n  - exec: a\n    requires: exec[c]\n  - exec: b\n  - exec: c\n") ==
          std::vector<std::string>{"b", "c", "a"});
    CHECK(order("resources:\n  - exec: a\n  - exec: b\n    notifies: exec[a]\n") == std::vector<std::string>{"b", "a"});
    CHECK(order("resources:\n  - exec: a\n  - exec: b\n    notifies: [{resource: 'exec[a]', action: run}]\n") ==
          std::vector<std::string>{"a", "b"});
}

TEST_CASE("order_resources: a cycle is named")
{
    CHECK(refusal("resources:\n  - exec: x\n  - exec: a\n    requires: exec[b]\n  - exec: b\n    requires: exec[c]\n  "
                  "- exec: c\n    requires: exec[a]\n")
              .find("exec[c] -> exec[b] -> exec[a] -> exec[c]") != std::string::npos);
    CHECK(refusal("resources:\n  - exec: a\n    requires: exec[a]\n").find("exec[a] -> exec[a]") != std::string::npos);
}

TEST_CASE("shell_words: splits as a shell does")
{
    CHECK(shell_words(R"(node "a b" 'c\d' e\ f "")") == std::vector<std::string>{"node", "a b", "c\\d", "e f", ""});
    CHECK_THROWS_AS(shell_words("'a"), Error);
}

TEST_CASE("load: an option that docker run does not know is a mistake of the file")
{
    const os::TemporaryDirectory directory;
    const auto file = directory.path() / "m.yaml";
    os::write_file(file, "resources:\n  - docker_container: web\n    image: app\n    extra_parameters: [--nonsense]\n");
    CHECK_THROWS_WITH_AS(load({file}, Facts()), doctest::Contains("--nonsense"), Error);
    os::write_file(file, "resources:\n  - docker_container: web\n    image: app\n    extra_parameters: "
                         "[--env-file=/nonexistent/made-by-the-run]\n");
    CHECK(load({file}, Facts()).resources.size() == 1);
}
