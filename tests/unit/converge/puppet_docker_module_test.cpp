// SPDX-License-Identifier: Apache-2.0
// The docker module: its class, and what it declares beside images and containers.
#include "converge/attributes.hpp"
#include "converge/puppet/manifest.hpp"
#include "converge/resource_graph.hpp"
#include "converge/schema.hpp"
#include "unit/converge/catalogs.hpp"
#include "unit/converge/caught.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace dfriends;
using namespace dfriends::converge;

namespace {

Catalog read(std::string_view text)
{
    return checked(read_puppet(text, "m.pp", debian_machine()));
}

Error error_of(std::string_view text)
{
    return caught([&] { read(text); });
}

/// The addresses in the order of a run.
std::string order(const Catalog& catalog)
{
    std::string all;
    for (const std::size_t at : order_resources(catalog).order)
        all += (all.empty() ? "" : " ") + address(catalog.resources[at]);
    return all;
}

using Texts = std::vector<std::string>;

} // namespace

TEST_CASE("docker module: listeners, proxies and options of the class are the engine's")
{
    const Resource engine =
        read("class { 'docker': tcp_bind => ['tcp://127.0.0.1:2375'], proxy => 'http://p.example:3128',\n"
             "  no_proxy => 'localhost', extra_parameters => ['--insecure-registry r.example:5000', '--mtu=1400'] }")
            .resources.at(0);
    CHECK(list_of(engine, "hosts") == Texts{"unix:///var/run/docker.sock", "tcp://127.0.0.1:2375"});
    CHECK(list_of(engine, "environment") ==
          Texts{"HTTP_PROXY=http://p.example:3128", "HTTPS_PROXY=http://p.example:3128", "NO_PROXY=localhost"});
    CHECK(value(engine, "daemon") == "insecure-registries=r.example:5000 mtu=1400");
    CHECK_FALSE(
        read("class { 'docker': tcp_bind => undef, proxy => '' }").resources.at(0).attributes.contains("hosts"));
    CHECK(error_of("class { 'docker': extra_parameters => '--no-such' }").message() ==
          "the engine's option '--no-such' cannot be had in daemon.json");
    CHECK(error_of("class { 'docker': daemon_environment_files => ['/x'] }").message() ==
          "the parameter 'daemon_environment_files' of 'class docker' cannot be had here");
}

TEST_CASE("docker module: who may use the engine is made, and joins its group after it is installed")
{
    const Catalog catalog = read("class { 'docker': docker_users => ['ann', 'bob'] }\nuser { 'cy': uid => 7 }\n"
                                 "docker::system_user { 'cy': }\n"
                                 "notify { 'x': require => Docker::System_user['cy'] }");
    CHECK(order(catalog) == "docker_engine[docker] user[ann] exec[docker-system-user-ann] user[bob] "
                            "exec[docker-system-user-bob] user[cy] exec[docker-system-user-cy] log[x]");
    const Resource& exec = catalog.resources[2];
    CHECK(value(exec, "command") == "usermod -aG docker ann");
    REQUIRE(exec.guards.size() == 1);
    CHECK(exec.guards[0].command.find("id -nG ann | grep -qwF -- docker") != std::string::npos);
    CHECK(read("class { 'docker': docker_users => ['ann'], create_user => false, socket_group => 'ops' }")
              .resources.size() == 2);
    CHECK(error_of("docker::system_user { 'a; rm': }").message() == "'a; rm' is no name of a user or a group");
}

TEST_CASE("docker module: the class docker::compose is the machine's own package")
{
    const Catalog catalog = read("class { 'docker::compose': ensure => present, version => '1.9.0' }");
    CHECK(address(catalog.resources.at(0)) == "package[docker-compose]");
    CHECK(catalog.messages.size() == 1);
    CHECK(error_of("docker_compose { 'x': compose_files => ['/x.yml'] }").message() ==
          "'docker_compose' is outside the supported subset");
}

TEST_CASE("docker module: what stands between the package and the service of the engine comes after it, and tells it")
{
    const Catalog catalog = read("include docker\nfile { '/etc/x': content => 'x', require => Package['docker'],\n"
                                 "  notify => Service['docker'] }");
    CHECK(order(catalog) == "docker_engine[docker] file[/etc/x]");
    const auto& file = *std::ranges::find(catalog.resources, "/etc/x", &Resource::name);
    REQUIRE(file.notifications.size() == 1);
    CHECK(address(file.notifications[0].target) == "docker_engine[docker]");
    // Whichever is said first.
    CHECK(order(read("include docker\nfile { '/etc/x': content => 'x' } ~> Service['docker']\n"
                     "Class['docker::install'] -> File['/etc/x']")) == "docker_engine[docker] file[/etc/x]");
    CHECK(order(read("include docker\nfile { '/etc/x': content => 'x', before => Class['docker'] }")) ==
          "file[/etc/x] docker_engine[docker]");
}

TEST_CASE("docker module: an image's tag latest is asked for each time, and every type takes a name")
{
    CHECK(read("docker::image { 'a': image_tag => 'latest' }").resources[0].actions == Texts{"pull"});
    CHECK(read("docker::image { 'a': image_tag => '1' }").resources[0].actions == Texts{"pull_if_missing"});
    CHECK(address(read("docker::run { 'web': image => 'nginx', name => 'other' }").resources[0]) ==
          "docker_container[web]");
    CHECK(messages_of(read("define d($a = 1) { notify { \"${title} ${name}\": } }\nd { 't': name => 'n' }")) == "t n");
}

TEST_CASE("docker module: false is nothing where the module of 2014 had it as such")
{
    const Catalog plain = read("docker::run { 'web': image => 'nginx' }");
    const Catalog handed_on = read("docker::run { 'web': image => 'nginx', hostname => false, username => false,\n"
                                   "  volumes_from => false, net => false, command => false, dns => false }");
    CHECK(handed_on.resources[0].attributes.size() == plain.resources[0].attributes.size());
}

TEST_CASE("puppet: a manifest of nodes none of which is this machine")
{
    const Error error = error_of("node 'a.example' { notify { 'x': } }");
    CHECK(error.message() == "no node of the manifest is this machine, 'web1.example'");
    CHECK(error.hint() == "name it in one of them, or add node default { }");
}

TEST_CASE("puppet: folders and files of which the access is declared")
{
    CHECK(value(read("file { '/d': ensure => directory, mode => '0640' }").resources[0], "mode") == "0750");
    const Resource file = read("file { '/f': mode => '0755' }").resources[0];
    REQUIRE(file.guards.size() == 1);
    CHECK(file.guards[0].command == "test -e '/f'");
    CHECK(read("file { '/f': ensure => file, mode => '0755' }").resources[0].guards.empty());
    CHECK(error_of("file { '/d': ensure => directory, recurse => true, owner => 'j' }").message() ==
          "the 'owner' of all that is in a folder is outside the supported subset");
}
