// SPDX-License-Identifier: Apache-2.0
#include "converge/container_spec.hpp"
#include "converge/declared_state.hpp"
#include "converge/resource_graph.hpp"
#include "converge/schema.hpp"
#include "converge/yaml/manifest.hpp"
#include "unit/converge/catalogs.hpp"
#include "unit/converge/folder.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace dfriends;
using namespace dfriends::converge;

namespace {

Catalog catalog_of(const std::string& text)
{
    Catalog catalog = read_yaml_manifest(text, "/srv/m.yaml", debian_machine());
    check(catalog);
    order_resources(catalog);
    return catalog;
}

std::string refused(const std::string& text)
{
    try {
        catalog_of(text);
    } catch (const Error& error) {
        return std::string(error.what()) + "|" + error.hint();
    }
    return "accepted";
}

const Resource& resource(const Catalog& catalog, std::string_view wanted)
{
    const auto row =
        std::ranges::find_if(catalog.resources, [&](const Resource& one) { return address(one) == wanted; });
    REQUIRE_MESSAGE(row != catalog.resources.end(), wanted);
    return *row;
}

/// A container of these lines.
Resource container(const std::string& lines)
{
    return resource(catalog_of("containers:\n  web:\n    image: busybox\n" + lines), "docker_container[web]");
}

std::string container_refused(const std::string& lines)
{
    return refused("containers:\n  web:\n    image: busybox\n" + lines);
}

std::vector<std::string> required_by(const Resource& one)
{
    std::vector<std::string> addresses;
    for (const Reference& reference : one.requires_)
        addresses.push_back(address(reference));
    return addresses;
}

using Texts = std::vector<std::string>;

} // namespace

TEST_CASE("sections: what goes, goes in the opposite order")
{
    const Catalog catalog = catalog_of("docker: {ensure: absent}\nnetworks: {front: {state: absent}}\n"
                                       "volumes: {data: {state: absent}, kept: {}}\n"
                                       "containers:\n  db: {state: absent}\n  web: {state: absent, depends_on: [db]}\n"
                                       "  other: {image: x, volumes: [\"kept:/d\"]}\n");
    Texts order;
    for (const std::size_t at : order_resources(catalog).order)
        order.push_back(address(catalog.resources[at]));
    const auto place = [&](const char* name) { return std::ranges::find(order, name) - order.begin(); };
    CHECK(place("docker_container[web]") < place("docker_container[db]"));
    CHECK(place("docker_container[db]") < place("docker_network[front]"));
    CHECK(place("docker_container[db]") < place("docker_volume[data]"));
    CHECK(place("docker_network[front]") < place("docker_engine[docker]"));
    CHECK(place("docker_volume[kept]") < place("docker_container[other]"));
}

TEST_CASE("sections: each makes resources of its type, in the order of the sections")
{
    const Catalog catalog = catalog_of(R"(containers: {web: {image: "${image.app}", state: created}}
commands: {warm: {command: curl -s localhost, creates: /tmp/warm, working_dir: /srv}}
exec: {migrate: {container: web, command: [node, it's.js], creates: /data/done}}
packages: [curl, {name: nginx, state: latest}]
files: [{path: /etc/app, state: directory}, {path: /etc/app/conf, content: a, mode: "0644"}, {path: /old, state: absent}]
volumes: {data: {driver: local}, old: {state: absent}}
networks: {front: null}
images: {app: {image: registry.example/app, tag: v1, pull_policy: always}, web: {build: ./web}, old: {load: old.tar, image: "old:1"}}
registries: [{server: registry.example, username: u, password: p}]
docker: {daemon: {log-driver: json-file}, package: {name: auto, version: "20"}}
)");
    std::string all;
    for (const Resource& one : catalog.resources)
        all += address(one) + "=" + join(one.actions, "+") + " ";
    CHECK(all ==
          "docker_engine[docker]=install docker_registry[registry.example]= docker_image[app]=pull "
          "docker_image[web]=build docker_image[old]=load docker_network[front]= docker_volume[data]= "
          "docker_volume[old]=remove directory[/etc/app]= file[/etc/app/conf]= file[/old]=delete "
          "package[curl]=install package[nginx]=upgrade docker_container[web]=create exec[migrate]= exec[warm]= ");
    CHECK(value(resource(catalog, "docker_image[web]"), "source") == "/srv/web");
    CHECK(value(resource(catalog, "docker_image[old]"), "archive") == "/srv/old.tar");
    CHECK(value(resource(catalog, "docker_engine[docker]"), "version") == "20");
    const Resource& web = resource(catalog, "docker_container[web]");
    CHECK(value(web, "image") == "registry.example/app:v1");
    CHECK(required_by(web) == Texts{"docker_engine[docker]", "docker_image[app]"});
    CHECK(required_by(resource(catalog, "file[/etc/app/conf]")) == Texts{"directory[/etc/app]"});
    const Resource& migrate = resource(catalog, "exec[migrate]");
    CHECK(value(migrate, "command") == "docker exec 'web' 'node' 'it'\\''s.js'");
    CHECK(migrate.guards[0].command == "docker exec 'web' test -e '/data/done'");
    CHECK(required_by(migrate) == Texts{"docker_container[web]"});
    CHECK(value(resource(catalog, "exec[warm]"), "directory") == "/srv");
}

TEST_CASE("containers: environment, labels and options as maps or lists")
{
    const Resource web = container(R"(    environment: {A: 1, B: yes, C: null}
    labels: [a=b, c]
    sysctls: {net.core.somaxconn: 1024}
    extra_hosts: ["db=10.0.0.1", "db6:::1"]
    ulimits: {nproc: 65535, nofile: {soft: 20000, hard: 40000}}
    logging: {driver: json-file, options: {max-size: 10m}}
    stop_grace_period: 1m30s
    command: node /srv/app.js
    entrypoint: ["/bin/sh", -c]
    tmpfs: /run
    mem_limit: 64m
    cpus: 0.5
    deploy: {resources: {limits: {pids: 100}, reservations: {memory: 32m}}}
    compare: {environment: strict, "*": declared}
)");
    CHECK(list_of(web, "env") == Texts{"A=1", "B=yes", "C"});
    CHECK(map_of(web, "labels") == std::vector<std::pair<std::string, std::string>>{{"a", "b"}, {"c", ""}});
    CHECK(list_of(web, "extra_hosts") == Texts{"db:10.0.0.1", "db6:::1"});
    CHECK(list_of(web, "ulimits") == Texts{"nproc=65535", "nofile=20000:40000"});
    CHECK(value(web, "log_driver") == "json-file");
    CHECK(find_number(web, "stop_timeout") == 90);
    CHECK(value(web, "memory") == "64m");
    CHECK(value(web, "memory_reservation") == "32m");
    CHECK(find_number(web, "pids_limit") == 100);
    CHECK(map_of(web, "compare").front().first == "env");
    CHECK_NOTHROW(container_spec(web));
    CHECK(list_of(container("    environment: [A=1, B]\n"), "env") == Texts{"A=1", "B"});
}

TEST_CASE("containers: ports and volumes, short and long")
{
    const Resource web = container(R"(    ports:
      - "8000:8000"
      - 81
      - {target: 80, published: 8080, protocol: udp, host_ip: 127.0.0.1, mode: host}
      - {target: 90, host_ip: "::1"}
    volumes:
      - /data
      - data:/var/data:ro
      - ./conf:/etc/conf
      - {type: bind, source: ./logs, target: /logs, read_only: true}
      - {type: volume, source: cache, target: /cache, volume: {nocopy: true}}
      - {type: tmpfs, target: /tmp, tmpfs: {size: 1m}}
      - {type: bind, source: /must, target: /must, bind: {create_host_path: false}}
)");
    CHECK(list_of(web, "ports") == Texts{"8000:8000", "81", "127.0.0.1:8080:80/udp", "[::1]::90"});
    CHECK(list_of(web, "volumes") ==
          Texts{"/data", "data:/var/data:ro", "/srv/conf:/etc/conf", "/srv/logs:/logs:ro", "cache:/cache:nocopy"});
    CHECK(list_of(web, "mounts") ==
          Texts{"type=tmpfs,target=/tmp,tmpfs-size=1m", "type=bind,source=/must,target=/must"});
    CHECK_NOTHROW(container_spec(web));
    CHECK(container_refused("    ports: [\"80:x\"]\n").find("/srv/m.yaml:4:13: ") == 0);
    CHECK(container_refused("    volumes: [{type: bnd, target: /a}]\n").find("'bnd' is no type") != std::string::npos);
    CHECK(container_refused("    volumes: [{type: tmpfs, target: \"/a,source=/etc\"}]\n").find("cannot stand here") !=
          std::string::npos);
}

TEST_CASE("containers: networks, health checks and what they depend on")
{
    const Catalog catalog = catalog_of(R"(networks:
  front: {driver: bridge, ipam: {config: [{subnet: 10.9.8.0/24}, {subnet: 10.9.9.0/24, gateway: 10.9.9.1}]}, enable_ipv6: true}
  back: {labels: {a: b}, driver_opts: {x: 1}, internal: true, attachable: true}
volumes: {data: null}
files: [{path: /etc/web.conf, content: a}]
images: {app: {image: busybox}}
containers:
  db: {image: "busybox:latest", healthcheck: {test: [CMD, test, -e, "/a b"], interval: 1s, retries: 3}, state: running}
  job: {image: busybox, command: "true"}
  web:
    image: busybox
    networks: {front: {aliases: [w, x], ipv4_address: 10.9.8.7}, back: null}
    volumes: ["data:/data", "/etc/web.conf:/etc/web.conf:ro"]
    depends_on: {db: {condition: service_healthy, restart: true}, job: {condition: completed}}
  side: {image: other, network_mode: "service:web", healthcheck: {disable: true}}
)");
    const Resource& front = resource(catalog, "docker_network[front]");
    CHECK(list_of(front, "subnet") == Texts{"10.9.8.0/24", "10.9.9.0/24"});
    CHECK(list_of(front, "gateway") == Texts{"", "10.9.9.1"});
    CHECK(flag_or(front, "ipv6", false));
    const Resource& web = resource(catalog, "docker_container[web]");
    CHECK(list_of(web, "networks") == Texts{"name=front,alias=w,alias=x,ip=10.9.8.7", "back"});
    CHECK(required_by(web) == Texts{"docker_container[db]", "docker_container[job]", "docker_image[app]",
                                    "docker_network[front]", "docker_network[back]", "docker_volume[data]",
                                    "file[/etc/web.conf]"});
    const Resource& db = resource(catalog, "docker_container[db]");
    CHECK(list_of(db, "health_cmd") == std::vector<std::string>{"test", "-e", "/a b"});
    CHECK(flag_or(db, "wait_healthy", false));
    CHECK(required_by(db) == Texts{"docker_image[app]"});
    REQUIRE(db.notifications.size() == 1);
    CHECK(db.notifications[0].target.name == "web");
    CHECK_FALSE(flag_or(resource(catalog, "docker_container[job]"), "detach", true));
    const Resource& side = resource(catalog, "docker_container[side]");
    CHECK(value(side, "network") == "container:web");
    CHECK(flag_or(side, "no_healthcheck", false));
    CHECK(
        container_refused("    depends_on: {db: {condition: helthy}}\n").find("write started, healthy or completed") !=
        std::string::npos);
    CHECK(container_refused("    depends_on: [dbb]\n  db: {image: b}\n").find("did you mean 'docker_container[db]'?") !=
          std::string::npos);
    CHECK(container_refused("    depends_on: [b]\n  b: {image: b, depends_on: [web]}\n")
              .find("wait for each other: docker_container[") != std::string::npos);
}

TEST_CASE("containers: states")
{
    CHECK(container("").actions.empty());
    CHECK(find_attribute(container(""), "wait_healthy") == nullptr);
    CHECK_FALSE(flag_or(container("    state: running\n"), "wait_healthy", true));
    CHECK(container("    state: stopped\n").actions == Texts{"create", "stop"});
    CHECK(container("    state: absent\n").actions == Texts{"remove"});
    CHECK(refused("containers: {web: {state: absent}}\n") == "accepted");
    CHECK(container_refused("    state: runing\n").find("did you mean 'running'?") != std::string::npos);
}

TEST_CASE("handlers: reached by notify, at once with !, and never by themselves")
{
    const Catalog catalog = catalog_of(R"(files:
  - {path: /a, content: a, notify: [reload web, restart web, "mark!", "command[warm]"]}
containers: {web: {image: busybox, container_name: the-web}}
commands: {warm: {command: curl localhost}}
handlers:
  reload web: {signal: {container: web, signal: HUP}}
  usr1 web: {signal: {container: web, signal: USR1}}
  restart web: {restart: web}
  mark: {command: date >>/tmp/marks}
  inside: {container: web, command: touch '/a b'}
)");
    const auto& told = resource(catalog, "file[/a]").notifications;
    REQUIRE(told.size() == 4);
    CHECK(address(told[0].target) + " " + told[0].action == "docker_container[web] reload");
    CHECK(address(told[1].target) + " " + told[1].action == "docker_container[web] restart");
    CHECK(address(told[2].target) + " " + told[2].action == "exec[mark] run");
    CHECK(told[2].immediately);
    CHECK_FALSE(told[1].immediately);
    CHECK(address(told[3].target) == "exec[warm]");
    CHECK(resource(catalog, "exec[mark]").actions == Texts{"nothing"});
    CHECK(value(resource(catalog, "exec[usr1 web]"), "command") == "docker kill --signal 'USR1' 'the-web'");
    CHECK(value(resource(catalog, "exec[inside]"), "command") == "docker exec 'the-web' 'touch' '/a b'");
    CHECK(refused("packages: [{name: a, notify: relod}]\nhandlers: {reload: {command: a}}\n") ==
          "/srv/m.yaml:1:30: there is no handler 'relod'|did you mean 'reload'?");
    CHECK(refused("packages: [{name: a, notify: b}]\nhandlers: {b: {command: c, when: false}}\n") == "accepted");
    CHECK(refused("handlers: {a: {restart: web, command: b}}\n").find("one of restart, signal and command") !=
          std::string::npos);
}

TEST_CASE("sections: before, require, guards, repetition and conditions")
{
    const Catalog catalog = catalog_of(R"(commands:
  late: {command: a, require: "command[two]"}
  "one-${each}": {command: "echo ${each}", for_each: [p, q], before: "command[late]", only_if: test -d /, not_if: [a, b]}
  two: {command: b, when: host.os.family == 'debian', retries: 3, sensitive: true}
  never: {command: c, when: host.os.family == 'rhel'}
)");
    CHECK(catalog.resources.size() == 4);
    const Resource& late = resource(catalog, "exec[late]");
    CHECK(required_by(late) == Texts{"exec[two]", "exec[one-p]", "exec[one-q]"});
    const Resource& one = resource(catalog, "exec[one-q]");
    CHECK(value(one, "command") == "echo q");
    CHECK(one.guards.size() == 3);
    CHECK(resource(catalog, "exec[two]").retries == 3);
    CHECK(refused("commands: {a: {command: b, for_each: [1, 2]}}\n") ==
          "/srv/m.yaml:1:12: each of those that 'a' is repeated to needs a name|put ${each} into it: \"a-${each}\"");
}

TEST_CASE("sections: a key of Compose that cannot be had says what to write instead, another one the nearest")
{
    CHECK(container_refused("    build: .\n") ==
          "/srv/m.yaml:4:5: there is no 'build' in 'containers'|describe the image in images, and name it here");
    CHECK(container_refused("    enviroment: {}\n") ==
          "/srv/m.yaml:4:5: unknown key 'enviroment' in 'containers'|did you mean 'environment'?");
    CHECK(container_refused("    x-mine: {a: b}\n") == "accepted");
    CHECK(refused("images: {a: {pull_policy: never}}\n").find("write missing, always or digest") != std::string::npos);
    CHECK(refused("files: [{path: /a, mode: 0644}]\n").find("write mode: \"0644\"") != std::string::npos);
    CHECK(refused("files: [{path: a}]\n").find("begins with /") != std::string::npos);
    CHECK(refused("networks: {a: {external: true}}\n").find("leave it out of the manifest") != std::string::npos);
    CHECK(refused("containers: [a]\n").find("expected a map, found a list") != std::string::npos);
}

TEST_CASE("images: a build has Compose's words for its context")
{
    const Catalog catalog = catalog_of(R"(images:
  web:
    build: {context: ./web, dockerfile: Dockerfile.web, args: {A: "1"}, target: run, no_cache: true}
    pull_policy: missing
)");
    const Resource& web = resource(catalog, "docker_image[web]");
    CHECK(web.actions == Texts{"build_if_missing"});
    CHECK(value(web, "source") == "/srv/web");
    CHECK(value(web, "dockerfile") == "Dockerfile.web");
    CHECK(map_of(web, "build_args").front().second == "1");
    CHECK(value(web, "target") == "run");
    CHECK(flag_or(web, "no_cache", false));
    CHECK(refused("images: {web: {build: {contxt: .}}}\n").find("did you mean 'context'?") != std::string::npos);
    CHECK(refused("images: {web: {build: ., load: a.tar}}\n").find("built or loaded, not both") != std::string::npos);
}

TEST_CASE("sections: << takes what a map does not have itself, also inside of others")
{
    const Catalog catalog = catalog_of(R"(x-env: &env {A: 1, B: 2}
x-base: &base {image: busybox, restart: always, environment: *env}
containers:
  a: {<<: *base, restart: "no"}
  b:
    <<: [*base, {tty: true, image: other}]
    environment: {<<: *env, B: 3}
)");
    CHECK(value(resource(catalog, "docker_container[a]"), "restart") == "no");
    CHECK(value(resource(catalog, "docker_container[a]"), "image") == "busybox");
    const Resource& b = resource(catalog, "docker_container[b]");
    CHECK(value(b, "image") == "busybox");
    CHECK(flag_or(b, "tty", false));
    CHECK(list_of(b, "env") == Texts{"B=3", "A=1"});
    CHECK(refused("containers: {a: {image: ${vars.x}}}\n").find("an expression stands in quotes") != std::string::npos);
}

TEST_CASE("sections: what shares another one's network names it as the engine does")
{
    const Catalog catalog = catalog_of("containers: {web: {image: a, container_name: the-web}, side: {image: b, "
                                       "network_mode: \"service:web\"}}\n");
    CHECK(value(resource(catalog, "docker_container[side]"), "network") == "container:the-web");
}

TEST_CASE("sections: the engine, registries and their secrets")
{
    const Folder folder;
    folder.write("pw", "hush\n");
    const Catalog catalog = read_yaml_manifest(R"(secrets: {pw: {file: pw}}
docker: {ensure: unmanaged}
registries: [{server: registry.example, username: u, password: "${secret.pw}"}, {server: other.example, state: absent}]
)",
                                               folder.at("m.yaml"));
    REQUIRE(catalog.resources.size() == 2);
    CHECK(catalog.resources[0].sensitive);
    CHECK(value(catalog.resources[0], "password") == "hush");
    CHECK(catalog.resources[1].actions == Texts{"logout"});
    CHECK(refused("docker: {ensure: stopped}\n").find("write one of running, absent, unmanaged") != std::string::npos);
    CHECK(refused("registries: [{username: u}]\n").find("a registry wants 'server'") != std::string::npos);
}

TEST_CASE("sections: templates, and secrets as files of a container")
{
    const Folder folder;
    folder.write("t.conf", "port=${vars.port}\npw=${secret.pw}\nhome=$${HOME}\n");
    folder.write("pw", "hush\n");
    const Catalog catalog = read_yaml_manifest(R"(vars: {port: 80}
secrets: {pw: {file: pw}, env: {env: HOME}}
files: [{path: /etc/t.conf, template: t.conf}]
containers:
  web: {image: busybox, secrets: [pw, {source: pw, target: other}]}
  db: {image: busybox, environment: {PW: "${secret.pw}", SAID: "say ${secret.pw}"}, command: "run ${secret.pw}"}
)",
                                               folder.at("m.yaml"), debian_machine());
    const Resource& file = resource(catalog, "file[/etc/t.conf]");
    CHECK(value(file, "content") == "port=80\npw=hush\nhome=${HOME}\n");
    CHECK(file.sensitive);
    const Resource& web = resource(catalog, "docker_container[web]");
    CHECK_FALSE(web.sensitive);
    CHECK(list_of(web, "volumes") ==
          Texts{folder.at("pw") + ":/run/secrets/pw:ro", folder.at("pw") + ":/run/secrets/other:ro"});
    const Resource& db = resource(catalog, "docker_container[db]");
    CHECK(db.sensitive);
    CHECK(render_state(declared_state(db, "key")).find("hush") == std::string::npos);
    CHECK(container_spec(db).environment == Texts{"PW=hush", "SAID=say hush"});
    folder.write("bad.conf", "one\ntwo ${vars.prot}\n");
    CHECK_THROWS_WITH_AS(
        read_yaml_manifest("vars: {port: 1}\nfiles: [{path: /a, template: bad.conf}]\n", folder.at("m.yaml")),
        doctest::Contains("bad.conf:2:7: there is no 'vars.prot'"), Error);
}

TEST_CASE("sections: a manifest's name is a label of what it makes, and the catalog's")
{
    const Catalog catalog =
        catalog_of("name: shop\ncontainers:\n  web: {image: x, labels: {a: b}}\nnetworks: {front: {}}\n"
                   "volumes: {data: {}}\nresources:\n  - {docker_container: old, image: x, labels: null}\n"
                   "  - {file: /a, content: x}\n");
    CHECK(catalog.names == std::vector<std::string>{"shop"});
    for (const char* name :
         {"docker_container[web]", "docker_network[front]", "docker_volume[data]", "docker_container[old]"})
        CHECK(map_of(resource(catalog, name), "labels").back() ==
              std::pair<std::string, std::string>("dfriends.converge.name", "shop"));
    CHECK(map_of(resource(catalog, "docker_container[web]"), "labels").size() == 2);
    CHECK(find_attribute(resource(catalog, "file[/a]"), "labels") == nullptr);
    const Catalog nameless = catalog_of("containers:\n  web: {image: x}\n");
    CHECK(nameless.names == std::vector<std::string>{""});
    CHECK(find_attribute(resource(nameless, "docker_container[web]"), "labels") == nullptr);
    // A container that was made before is no other one for that.
    CHECK(declared_state(resource(catalog, "docker_container[old]"), "key") ==
          declared_state(resource(catalog_of("containers:\n  old: {image: x}\n"), "docker_container[old]"), "key"));
}

TEST_CASE("sections: two containers of one name are refused at the second")
{
    CHECK(
        refused("containers:\n  a: {image: x, container_name: c}\n  b: {image: x, container_name: c}\n") ==
        "/srv/m.yaml:3:33: 'docker_container[b]' is called 'c', as 'docker_container[a]' is already|an engine has one "
        "container of a name");
    CHECK(refused("containers:\n  a: {image: x, container_name: b}\n  b: {image: x}\n")
              .starts_with("/srv/m.yaml:3:3: 'docker_container[b]' is called 'b'"));
    CHECK(refused("containers:\n  a: {image: x, container_name: c, only_if: test -e /a}\n"
                  "  b: {image: x, container_name: c, not_if: test -e /a}\n") == "accepted");
    CHECK(refused("containers:\n  a: {container_name: c, state: absent}\n  b: {image: x, container_name: c}\n") ==
          "accepted");
}

TEST_CASE("sections: two containers that run and publish one port of the host are refused at the second")
{
    const auto both = [](const std::string& first, const std::string& second) {
        return refused("containers:\n  a: {image: x, " + first + "}\n  b: {image: x, " + second + "}\n");
    };
    CHECK(both("ports: ['8080:80']", "ports: ['1:1', '8080:90']") ==
          "/srv/m.yaml:3:32: 'docker_container[b]' publishes the host's port 8080/tcp, which 'docker_container[a]' has "
          "already|give one of them another port, or an address of the host of its own");
    for (const auto& [first, second] :
         {std::pair("['127.0.0.1:80:80']", "['80:80']"), std::pair("['0.0.0.0:80:80']", "['127.0.0.1:80:80']"),
          std::pair("['[::]:80:80']", "['[::1]:80:80']"), std::pair("['80-90:80-90']", "['85:85']"),
          std::pair("['53:53/udp']", "[{target: 1, published: 53, protocol: udp}]")})
        CHECK(both("ports: " + std::string(first), "ports: " + std::string(second)).find("publishes") !=
              std::string::npos);
    for (const auto& [first, second] :
         {std::pair("['127.0.0.1:80:80']", "['127.0.0.2:80:80']"), std::pair("['0.0.0.0:80:80']", "['[::1]:80:80']"),
          std::pair("['53:53/udp']", "['53:53']"), std::pair("['80']", "['80']"),
          std::pair("['80-90:80']", "['80-90:80']")})
        CHECK(both("ports: " + std::string(first), "ports: " + std::string(second)) == "accepted");
    CHECK(both("ports: ['80:80']", "ports: ['80:80'], state: stopped") == "accepted");
    CHECK(both("ports: ['80:80']", "ports: ['80:80'], network_mode: host") == "accepted");
    CHECK(both("ports: ['80:80', '80:81']", "ports: ['81:80']") == "accepted"); // the engine's to judge
}

TEST_CASE("sections: what happens to networks, volumes and containers that change")
{
    CHECK(text_or(resource(catalog_of("networks: {front: {on_change: refuse}}\n"), "docker_network[front]"),
                  "on_change", "") == "refuse");
    CHECK(refused("networks: {front: {on_change: never}}\n").find("recreate, refuse") != std::string::npos);
    CHECK(refused("volumes: {data: {on_change: refuse}}\n") == "accepted");
    CHECK(refused("volumes: {data: {on_change: recreate}}\n").find("loses its content") != std::string::npos);
    const Resource web =
        container("    recreate: {order: stop-first, rollback: true, keep_anonymous_volumes: false}\n");
    CHECK_FALSE(flag_or(web, "keep_anonymous_volumes", true));
    CHECK(container_refused("    recreate: {order: start-first}\n").find("stop-first") != std::string::npos);
    CHECK(container_refused("    recreate: {rollback: false}\n").find("always back") != std::string::npos);
}

TEST_CASE("sections: exit codes that mean a change")
{
    const Catalog catalog = catalog_of("commands:\n  sync: {command: sync, returns: [0, 3], changed_if: exit == 3}\n"
                                       "  both: {command: b, changed_if: [exit==0, exit==4]}\n");
    CHECK(list_of(resource(catalog, "exec[sync]"), "changed_returns") == std::vector<std::string>{"3"});
    CHECK(list_of(resource(catalog, "exec[both]"), "changed_returns") == std::vector<std::string>{"0", "4"});
    CHECK(refused("commands:\n  a: {command: b, changed_if: stdout}\n")
              .starts_with("/srv/m.yaml:2:31: 'stdout' is no condition of a change|write exit==N"));
}
