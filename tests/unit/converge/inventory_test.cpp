// SPDX-License-Identifier: Apache-2.0
#include "converge/inventory.hpp"
#include "converge/schema.hpp"
#include "converge/yaml/manifest.hpp"

#include <doctest/doctest.h>

namespace dfriends::converge {

namespace {

engine::ContainerDetails running(const char* name)
{
    engine::ContainerDetails container;
    container.id = "0123456789abcdef";
    container.name = name;
    container.state.running = true;
    container.spec.image = "app:1";
    container.spec.network_mode = "default";
    return container;
}

std::string written(const engine::ContainerDetails& container,
                    const std::optional<engine::ImageDetails>& image = std::nullopt)
{
    Catalog catalog{{declare_container(container, image, {.host_name = "machine"})}};
    check(catalog);
    std::string text = render_yaml_manifest(catalog);
    CHECK(render_yaml_manifest(read_yaml_manifest(text, "imported.yaml")) == text);
    return text.substr(text.find('\n') + 1);
}

} // namespace

TEST_CASE("inventory: a container is declared without what its image gives it")
{
    engine::ContainerDetails container = running("web");
    container.spec.environment = {"MINE=1", "PATH=/bin"};
    container.spec.command = {"serve"};
    container.spec.host_name = "0123456789ab";
    container.spec.links = {"/db:/web/master"};
    container.spec.ports = {{.container_port = 80, .protocol = "udp", .host_address = "127.0.0.1", .host_port = 8080}};
    container.spec.exposed_ports = {"80/udp", "90/tcp", "99/tcp"};
    container.spec.labels = {{"image", "label"}, {"own", "label"}};
    engine::ImageDetails image;
    image.tags = {"app:1"};
    image.defaults.environment = {"PATH=/bin"};
    image.defaults.command = {"serve"};
    image.defaults.labels = {{"image", "label"}};
    image.defaults.exposed_ports = {"90/tcp"};
    CHECK(written(container, image) == "  - docker_container: web\n    env: [\"MINE=1\"]\n"
                                       "    expose: [\"99/tcp\"]\n    image: \"app:1\"\n"
                                       "    labels: {own: label}\n    links: [\"db:master\"]\n"
                                       "    ports: [\"127.0.0.1:8080:80/udp\"]\n");
}

TEST_CASE("inventory: what an engine fills in by itself is not declared")
{
    engine::ContainerDetails container = running("web");
    engine::ContainerSpec& spec = container.spec;
    spec.network_mode = "host";
    spec.host_name = "machine";
    spec.privileged = true;
    spec.security_options = {"label=disable"};
    spec.memory = 64LL << 20U;
    spec.memory_swap = 128LL << 20U;
    spec.shm_size = 64LL << 20U;
    spec.log_driver = "json-file";
    spec.runtime = "runc";
    spec.ipc_mode = "private";
    spec.cgroupns_mode = "private";
    spec.oom_kill_disable = false;
    CHECK(written(container) == "  - docker_container: web\n    image: \"app:1\"\n    memory: \"64m\"\n"
                                "    network: host\n    privileged: true\n");
    spec.host_name = "other";
    spec.memory_swap = -1;
    spec.memory_swappiness = 10;
    spec.shm_size = 32LL << 20U;
    spec.log_driver = "none";
    spec.ipc_mode = "shareable";
    spec.cgroupns_mode = "host";
    spec.oom_kill_disable = true;
    spec.device_cgroup_rules = {"c 1:3 r"};
    spec.stop_timeout = 3;
    CHECK(written(container) ==
          "  - docker_container: web\n    cgroupns: host\n    device_cgroup_rules: [\"c 1:3 r\"]\n    hostname: other\n"
          "    image: \"app:1\"\n    ipc: shareable\n    log_driver: none\n    memory: \"64m\"\n"
          "    memory_swap: \"-1\"\n    memory_swappiness: 10\n    network: host\n    oom_kill_disable: true\n"
          "    privileged: true\n    shm_size: \"32m\"\n    stop_timeout: 3\n");
}

TEST_CASE("inventory: checks of health that a container does not have from its image")
{
    engine::ContainerDetails container = running("web");
    engine::ImageDetails image;
    image.tags = {"app:1"};
    image.defaults.health = {.test = {"CMD-SHELL", "true"}, .interval = std::chrono::seconds(7)};
    container.spec.health = image.defaults.health;
    CHECK(written(container, image) == "  - docker_container: web\n    image: \"app:1\"\n");
    container.spec.health->retries = 2;
    CHECK(written(container, image) == "  - docker_container: web\n    health_retries: 2\n    image: \"app:1\"\n");
    container.spec.health->test = {"CMD", "check", "it"};
    CHECK(written(container, image) ==
          "  - docker_container: web\n    health_cmd: [check, it]\n    health_retries: 2\n    image: \"app:1\"\n");
    container.spec.health->test = {"NONE"};
    CHECK(written(container, image) == "  - docker_container: web\n    image: \"app:1\"\n    no_healthcheck: true\n");
}

TEST_CASE("inventory: an entry point that was taken away stays away")
{
    engine::ContainerDetails container = running("web");
    engine::ImageDetails image;
    image.tags = {"app:1"};
    image.defaults.entrypoint = {"/entry"};
    container.spec.command = {"serve"};
    CHECK(written(container, image) ==
          "  - docker_container: web\n    command: [serve]\n    entrypoint: [\"\"]\n    image: \"app:1\"\n");
}

TEST_CASE("inventory: each mount is written once, and anonymous volumes by their path")
{
    engine::ContainerDetails container = running("web");
    engine::ContainerSpec& spec = container.spec;
    spec.binds = {"named:/data:ro"};
    spec.mounts = {{.source = "other", .target = "/a,b", .volume_options = {{"type", "nfs"}}}};
    spec.volumes = {"/data", "/a,b", "/image", "/own"};
    engine::ImageDetails image;
    image.tags = {"app:1"};
    image.defaults.volumes = {"/image"};
    container.mounts = {{.type = "volume", .name = "shared", .destination = "/of-donor"}};
    spec.volumes_from = {"donor:ro"};
    CHECK(written(container, image) ==
          "  - docker_container: web\n    image: \"app:1\"\n"
          "    mounts: [\"type=volume,source=other,\\\"target=/a,b\\\",volume-opt=type=nfs\"]\n"
          "    volumes: [/own, \"named:/data:ro\"]\n    volumes_from: [\"donor:ro\"]\n");
}

TEST_CASE("inventory: the image is what stands for it now")
{
    engine::ContainerDetails container = running("web");
    engine::ImageDetails image;
    image.id = "sha256:" + std::string(64, 'a');
    CHECK(written(container, image) == "  - docker_container: web\n    image: \"" + image.id + "\"\n");
    CHECK_FALSE(declare_image(declare_container(container, image, {})));
    image.tags = {"moved:2"};
    CHECK(written(container, image) == "  - docker_container: web\n    image: \"moved:2\"\n");
    CHECK(declare_image(declare_container(container, image, {}))->name == "moved:2");
    container.spec.image = "moved:2";
    CHECK(written(container, image) == "  - docker_container: web\n    image: \"moved:2\"\n");
}

TEST_CASE("inventory: a container that holds secrets is sensitive, one of ours as it was declared")
{
    engine::ContainerDetails container = running("web");
    const auto is_sensitive = [&] { return declare_container(container, std::nullopt, {}).sensitive; };
    CHECK_FALSE(is_sensitive());
    container.spec.environment = {"A=1,b", "DB_PASSWORD="};
    CHECK_FALSE(is_sensitive());
    container.spec.environment = {"DB_PASSWORD=x"};
    CHECK(is_sensitive());
    container.spec.environment = {"URL=postgres://user:word@host/db"};
    CHECK(is_sensitive());
    container.spec.environment = {"URL=http://host:80/a@b"};
    CHECK_FALSE(is_sensitive());
    container.spec.command = {"serve", "--api-token", "x"};
    CHECK(is_sensitive());
    container.spec.command.clear();
    container.spec.log_options = {{"splunk-token", "x"}};
    CHECK(is_sensitive());
    container.spec.labels = {{"dfriends.converge", "x"}, {"dfriends.converge.declared", "image=app:1\n"}};
    CHECK_FALSE(is_sensitive());
    container.spec.labels["dfriends.converge.declared"] = "image=hmac:0123456789abcdef0123456789abcdef\n";
    container.spec.log_options.clear();
    CHECK(is_sensitive());
}

TEST_CASE("inventory: what one of ours was told stays, even where its image says the same")
{
    engine::ContainerDetails container = running("web");
    engine::ImageDetails image;
    image.defaults.user = container.spec.user = "app";
    image.defaults.working_directory = container.spec.working_directory = "/srv";
    image.defaults.environment = container.spec.environment = {"A=1", "B=2"};
    container.spec.labels = {{"dfriends.converge", "x"},
                             {"dfriends.converge.declared", "env=B=2\nimage=app:1\nuser=app\n"}};
    CHECK(written(container, image) ==
          "  - docker_container: web\n    env: [\"B=2\"]\n    image: \"app:1\"\n    user: app\n");
}

TEST_CASE("inventory: networks in the order in which they are joined, with what was asked for in them")
{
    engine::ContainerDetails container = running("web");
    container.spec.network_mode = "front";
    container.spec.networks = {{.network = "back", .aliases = {"0123456789ab", "web"}}, {.network = "front"}};
    CHECK(written(container) == "  - docker_container: web\n    image: \"app:1\"\n    networks: [front, back]\n");
    container.spec.networks[1].aliases = {"w"};
    container.spec.networks[1].ipv4_address = "10.9.8.7";
    CHECK(written(container) == "  - docker_container: web\n    image: \"app:1\"\n"
                                "    networks: [\"name=front,alias=w,ip=10.9.8.7\", back]\n");
    container.spec.network_mode = "container:donor";
    container.spec.host_name = "of-donor";
    container.spec.networks.clear();
    Resource resource = declare_container(container, std::nullopt, {});
    CHECK(containers_used_by(resource) == std::vector<std::string>{"donor"});
    CHECK(written(container) == "  - docker_container: web\n    image: \"app:1\"\n    network: \"container:donor\"\n");
}

TEST_CASE("inventory: networks, with their ranges where the engine has not chosen them")
{
    engine::NetworkDetails network;
    const auto text = [&](bool has_fixed_addresses = false) {
        const auto resource = declare_network(network, has_fixed_addresses);
        return resource ? render_yaml_manifest({{*resource}}).substr(11) : "";
    };
    network.spec.name = "bridge";
    CHECK(text().empty());
    network.spec.name = "front";
    network.spec.ipam_driver = "default";
    network.spec.labels = {{"a", "b"}, {"dfriends.converge", ""}};
    network.spec.pools = {{.subnet = "172.18.0.0/16", .gateway = "172.18.0.1"}};
    CHECK(text() == "  - docker_network: front\n    labels: {a: b}\n");
    CHECK(text(true) == "  - docker_network: front\n    gateway: [\"172.18.0.1\"]\n    labels: {a: b}\n"
                        "    subnet: [\"172.18.0.0/16\"]\n");
    network.spec.labels.clear();
    network.spec.pools = {{.subnet = "10.9.0.0/24", .range = "10.9.0.0/28", .auxiliary = {{"host", "10.9.0.2"}}},
                          {.subnet = "fd00::/64"}};
    network.spec.internal = network.spec.attachable = network.spec.ipv6 = true;
    network.spec.driver = "macvlan";
    network.spec.options = {{"parent", "eth0"}};
    CHECK(text() == "  - docker_network: front\n    attachable: true\n    aux_addresses: {host: \"10.9.0.2\"}\n"
                    "    driver: macvlan\n    internal: true\n    ip_range: [\"10.9.0.0/28\"]\n    ipv6: true\n"
                    "    options: {parent: eth0}\n    subnet: [\"10.9.0.0/24\", \"fd00::/64\"]\n");
}

TEST_CASE("inventory: volumes that have a name")
{
    engine::VolumeDetails volume;
    volume.spec.name = std::string(64, 'a');
    CHECK_FALSE(declare_volume(volume));
    volume.spec.name = "data";
    volume.spec.options = {{"o", "username=u,password=p"}, {"type", "cifs"}};
    const auto resource = declare_volume(volume);
    REQUIRE(resource);
    CHECK(resource->sensitive);
    CHECK(render_yaml_manifest({{*resource}}) ==
          "resources:\n  - docker_volume: data\n    options: {o: \"username=u,password=p\", type: cifs}\n"
          "    sensitive: true\n");
}

} // namespace dfriends::converge
