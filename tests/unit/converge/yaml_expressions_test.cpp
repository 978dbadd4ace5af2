// SPDX-License-Identifier: Apache-2.0
#include "converge/schema.hpp"
#include "converge/yaml/manifest.hpp"
#include "os/file.hpp"
#include "unit/converge/catalogs.hpp"
#include "unit/converge/folder.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::converge;

namespace {

/// What a log resource with that text says, and the variables a=1, list, map, on, none.
std::string said(const std::string& text)
{
    return messages_of(read_yaml_manifest("vars:\n"
                                          "  a: 1\n"
                                          "  b: \"${vars.a}0\"\n"
                                          "  list: [x, y]\n"
                                          "  map: {k: v, \"with blank\": w}\n"
                                          "  on: true\n"
                                          "  none: null\n"
                                          "resources:\n"
                                          "  - log: " +
                                              text + "\n",
                                          "m.yaml", debian_machine()));
}

std::string complaint(const std::string& text, const std::string& file = "m.yaml")
{
    try {
        check(read_yaml_manifest(text, file, debian_machine()));
    } catch (const Error& error) {
        return std::string(error.what()) + "|" + error.hint();
    }
    return "accepted";
}

/// Whether a resource is declared whose `when` is that.
bool is_met(const std::string& condition)
{
    return said("it\n    when: \"" + condition + "\"") == "it";
}

} // namespace

TEST_CASE("expressions: variables, facts and members of both stand in texts")
{
    CHECK(said("${vars.b}") == "10");
    CHECK(said("\"${vars.list[1]} ${vars.map.k} ${vars.map['with blank']}\"") == "y v w");
    CHECK(said("on ${host.fqdn}, ${host.os.family} ${host.os.release} ${host.arch} ${host.cpus}") ==
          "on web1.example, debian 12 x86_64 4");
    CHECK(said("\"${vars.x | default('no')} ${vars.none | default(vars.a)} ${host.x | default(\\\"h\\\")}\"") ==
          "no 1 h");
    CHECK(said("a $${HOME} $x $$ $$${vars}") == "a ${HOME} $x $$ $${vars}");
    CHECK(said("\"${ 'a}b' }\"") == "a}b");
}

TEST_CASE("expressions: one that is a value as a whole keeps its kind")
{
    const Catalog catalog =
        read_yaml_manifest(R"(vars: {shares: 512, privileged: true, ports: ["80:80", 81], text: "512"}
resources:
  - docker_container: web
    image: busybox
    cpu_shares: ${vars.shares}
    privileged: ${vars.privileged}
    ports: ${vars.ports}
    labels: {"${vars.text}": "${vars.text}"}
)",
                           "m.yaml");
    CHECK_NOTHROW(check(catalog));
    const Resource& web = catalog.resources[0];
    CHECK(find_number(web, "cpu_shares") == 512);
    CHECK(flag_or(web, "privileged", false));
    CHECK(list_of(web, "ports") == std::vector<std::string>{"80:80", "81"});
    CHECK(map_of(web, "labels").front() == std::pair<std::string, std::string>("512", "512"));
}

TEST_CASE("expressions: conditions")
{
    for (const char* condition :
         {"true", "vars.on", "vars.a == 1", "vars.a != 2 and vars.on", "not vars.on or host.os.name == 'debian'",
          "host.os.family in ['debian', 'ubuntu']", "'x' in vars.list and 'z' not in vars.list", "'k' in vars.map",
          "not (vars.on and false)", "vars.none == null", "vars.list == ['x', 'y']", "vars.x | default(true)"})
        CHECK_MESSAGE(is_met(condition), condition);
    for (const char* condition : {"false", "not vars.on", "vars.a == 2", "vars.on and false", "'z' in vars.list"})
        CHECK_MESSAGE(!is_met(condition), condition);
}

TEST_CASE("expressions: complaints name the place of the expression and the nearest name")
{
    CHECK(complaint("vars: {port: 1}\nresources:\n  - log: a ${vars.port} ${vars.prot}\n") ==
          "m.yaml:3:27: there is no 'vars.prot'|did you mean 'vars.port'?");
    CHECK(complaint("resources:\n  - log: a\n    message: |\n      one\n      two ${host.fqnd}\n") ==
          "m.yaml:5:13: there is no 'host.fqnd'|did you mean 'host.fqdn'?");
    CHECK(complaint("resources:\n  - log: \"${var.x}\"\n") ==
          "m.yaml:2:13: there is no 'var' for an expression to name|did you mean 'vars'?");
    CHECK(complaint("resources:\n  - log: echo ${HOME}\n").find("write $${ for a ${ that is meant for somebody else") !=
          std::string::npos);
    CHECK(complaint("resources:\n  - log: a ${host.fqdn\n").find("m.yaml:2:12: the expression does not end") == 0);
    CHECK(complaint("resources:\n  - log: ${'a' = 'b'}\n") ==
          "m.yaml:2:16: '=' is nothing that an expression has|write ==");
    CHECK(complaint("vars: {l: [1]}\nresources:\n  - log: a${vars.l}\n").find("cannot stand inside a text") !=
          std::string::npos);
    CHECK(complaint("resources:\n  - log: a\n    when: host.os.name\n")
              .find("m.yaml:3:11: this is neither true nor false") == 0);
    CHECK(complaint("resources:\n  - log: a\n    when: ${vars.x}\n").find("without ${}") != std::string::npos);
    CHECK(complaint("resources:\n  - log: a\n    when: true or\n")
              .find("m.yaml:3:18: a value is missing before the end") == 0);
    CHECK(complaint("resources:\n  - log: ${each}\n").find("beside for_each") != std::string::npos);
}

TEST_CASE("variables: they refer to each other, but not in a circle, and all that they make is bounded")
{
    CHECK(complaint("vars: {a: \"${vars.b}\", b: \"${vars.a}\"}\nresources: [{log: \"${vars.a}\"}]\n")
              .find("refer to each other: a -> b -> a") != std::string::npos);
    std::string doubling = "vars:\n  v0: [a, a, a, a, a, a, a, a]\n";
    for (int at = 1; at <= 25; ++at)
        doubling += fmt::format("  v{}: [\"${{vars.v{}}}\", \"${{vars.v{}}}\"]\n", at, at - 1, at - 1);
    CHECK(complaint(doubling + "resources: [{log: a, message: \"${vars.v25}\"}]\n").find("come to more than") !=
          std::string::npos);
    std::string chain = "vars:\n  v0: a\n";
    for (int at = 1; at <= 50; ++at)
        chain += fmt::format("  v{}: \"${{vars.v{}}}\"\n", at, at - 1);
    CHECK(complaint(chain + "resources: [{log: \"${vars.v50}\"}]\n").find("more than 32 variables") !=
          std::string::npos);
    CHECK(complaint("resources:\n  - log: a\n    when: " + std::string(100, '(') + "true\n").find("deeper than 32") !=
          std::string::npos);
}

TEST_CASE("for_each: once for each value, with its own condition")
{
    CHECK(said("\"${each}!\"\n    for_each: [p, q, r]\n    when: each != 'q'") == "p!|r!");
    CHECK(said("\"${each.n}\"\n    for_each: [{n: 1}, {n: 2}]") == "1|2");
    CHECK(said("\"${each}\"\n    for_each: ${vars.list}") == "x|y");
}

TEST_CASE("include and var_files: later ones win, and what is included comes first")
{
    const Folder folder;
    folder.write("m.yaml", "include: [base.yaml, \"roles/*.yaml\"]\n"
                           "vars: {a: own, b: own}\n"
                           "var_files: [\"env/${host.hostname}.yaml\", \"?env/nowhere.yaml\"]\n"
                           "resources: [{log: \"${vars.a} ${vars.b} ${vars.c}\"}]\n");
    folder.write("base.yaml", "vars: {a: base, c: base}\nresources: [{log: \"base ${vars.a}\"}]\n");
    folder.write("roles/a.yaml", "include: ../base.yaml\nresources: [{log: role}]\n");
    folder.write("roles/note.txt", "no manifest");
    folder.write("env/web1.yaml", "b: file\n");
    const auto read = [&](const std::string& name) {
        return read_yaml_manifest(os::read_file(folder.at(name)), folder.at(name), debian_machine());
    };
    CHECK(messages_of(read("m.yaml")) == "base own|role|own file base");
    folder.write("loop.yaml", "include: roles/b.yaml\n");
    folder.write("roles/b.yaml", "include: ../loop.yaml\n");
    CHECK_THROWS_WITH_AS(read("loop.yaml"), doctest::Contains("loop.yaml -> "), Error);
    folder.write("missing.yaml", "var_files: none.yaml\n");
    CHECK_THROWS_WITH_AS(read("missing.yaml"), doctest::Contains("missing.yaml:1:12: there is no file"), Error);
    folder.write("wrong.yaml", "include: [part.yaml]\n");
    folder.write("part.yaml", "resources:\n  - log: ${vars.x}\n");
    CHECK_THROWS_WITH_AS(read("wrong.yaml"), doctest::Contains("part.yaml:2:12: there is no 'vars.x'"), Error);
}

TEST_CASE("secrets: what uses one is sensitive, and no complaint or name has it")
{
    const Folder folder;
    folder.write("pw", "hush-hush\n");
    const auto read = [&](const std::string& text) {
        return read_yaml_manifest("secrets: {pw: {file: ./pw}}\nvars: {url: \"db:${secret.pw}\"}\n" + text,
                                  folder.at("m.yaml"), debian_machine());
    };
    const Catalog catalog = read("resources:\n  - {file: /a, content: \"${vars.url}\"}\n  - {file: /b, content: b}\n");
    CHECK(value(catalog.resources[0], "content") == "db:hush-hush");
    CHECK(catalog.resources[0].sensitive);
    CHECK_FALSE(catalog.resources[1].sensitive);
    const auto refused = [&](const std::string& text) {
        try {
            check(read(text));
        } catch (const Error& error) {
            const std::string words = std::string(error.what()) + error.hint();
            return words.find("hush") == std::string::npos ? words : "TOLD";
        }
        return std::string("accepted");
    };
    CHECK(refused("resources:\n  - {exec: a, retries: \"${secret.pw}\"}\n").find("not told") != std::string::npos);
    CHECK(refused("resources:\n  - {log: \"${secret.pw}\"}\n").find("a part of a name") != std::string::npos);
    CHECK(refused("resources:\n  - {log: \"${each}\", for_each: [\"${secret.pw}\"]}\n").find("a part of a name") !=
          std::string::npos);
    CHECK(refused("name: \"${secret.pw}\"\n").find("no name of a manifest") != std::string::npos);
    CHECK(read("commands: {a: {command: \"echo ${secret.pw}\", sensitive: false}}\n").resources[0].sensitive);
    CHECK(refused("resources:\n  - {log: a, requires: \"${vars.url}\"}\n").find("a part of a name") !=
          std::string::npos);
    CHECK(refused("containers: {a: {image: b, ports: [\"${secret.pw}\"]}}\n").find("not told") != std::string::npos);
    CHECK(complaint("secrets: {a: {env: DFRIENDS_NO_SUCH}}\nresources: [{log: a, message: \"${secret.a}\"}]\n")
              .find("m.yaml:1:20: the environment has no 'DFRIENDS_NO_SUCH'") == 0);
    CHECK(complaint("secrets: {a: {vault: x}}\n").find("unknown key 'vault'") != std::string::npos);
    CHECK(complaint("secrets: {a: {kv: x}}\n") == "accepted"); // nobody wants it
    ::setenv("ETCDCTL_ENDPOINTS", "http://127.0.0.1:1", 1);
    CHECK(complaint("secrets: {a: {kv: x}}\nresources: [{log: a, message: \"${secret.a}\"}]\n")
              .find("m.yaml:1:19: the key-value store does not give 'x' for the secret 'a'") == 0);
    ::unsetenv("ETCDCTL_ENDPOINTS");
}

TEST_CASE("a manifest's top: its version, extensions and unknown words")
{
    CHECK(complaint("dfriends: 1\nname: code-it\nx-note: {a: 1}\nresources: [{log: \"${name}\"}]\n") == "accepted");
    CHECK(complaint("dfriends: 2\n").find("m.yaml:1:11: this is no version") == 0);
    CHECK(complaint("services: {}\n") ==
          "m.yaml:1:1: there is no 'services' at the top of a manifest|write containers");
    CHECK(complaint("container: {}\n").find("did you mean 'containers'?") != std::string::npos);
}

TEST_CASE("render_yaml_manifest: what looks like an expression reads as the same text")
{
    const Resource exec{.type = "exec",
                        .name = "say ${HOME}",
                        .attributes = {{"command", Value{.content = "echo $${A} ${B} $$${C}", .position = {}}}}};
    Resource guarded = exec;
    guarded.name = "guarded";
    guarded.guards.push_back({.only_if = true, .command = "test -n \"${X}\"", .position = {}});
    guarded.requires_.push_back({.type = "exec", .name = exec.name, .position = {}});
    const std::string text = render_yaml_manifest({{exec, guarded}});
    const Catalog again = read_yaml_manifest(text, "m.yaml");
    CHECK(again.resources[0].name == exec.name);
    CHECK(value(again.resources[0], "command") == "echo $${A} ${B} $$${C}");
    CHECK(again.resources[1].guards[0].command == "test -n \"${X}\"");
    CHECK(again.resources[1].requires_[0].name == exec.name);
    CHECK(render_yaml_manifest(again) == text);
}
