// SPDX-License-Identifier: Apache-2.0
// Each parameter of docker::run becomes what its flag of docker run is; without the parameter there is nothing of it.
#include "converge/attributes.hpp"
#include "converge/container_attributes.hpp"
#include "converge/container_spec.hpp"
#include "converge/declared_state.hpp"
#include "converge/puppet/manifest.hpp"
#include "converge/schema.hpp"
#include "unit/converge/catalogs.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::converge;

namespace {

Resource container(const std::string& parameters)
{
    Catalog catalog =
        read_puppet("docker::run { 'web': image => 'app'" + parameters + " }\n", "m.pp", debian_machine());
    check(catalog);
    REQUIRE(catalog.resources.size() == 1);
    return catalog.resources[0];
}

/// What the engine is told of an attribute.
std::vector<std::string> told(const std::string& parameters, std::string_view attribute)
{
    return comparable_values(*find_container_attribute(attribute), container_spec(container(parameters)));
}

using Texts = std::vector<std::string>;

struct Row {
    const char* parameters;
    const char* attribute;
    Texts values;
};

} // namespace

TEST_CASE("docker::run: each parameter, one value or several, and nothing without it")
{
    for (const Row& row : std::initializer_list<Row>{
             {"ports => '4444'", "ports", {"4444"}},
             {"ports => ['4444', '127.0.0.1:4555:4555/udp']", "ports", {"127.0.0.1:4555:4555/udp", "4444"}},
             {"expose => '4666'", "expose", {"4666/tcp"}},
             {"expose => ['4666', '4777-4778/udp']", "expose", {"4666/tcp", "4777/udp", "4778/udp"}},
             {"volumes => '/var/lib/counts'", "volumes", {"/var/lib/counts"}},
             {"volumes => ['/var/lib/counts', '/var/log:/log:ro']", "volumes", {"/var/lib/counts", "/var/log:/log:ro"}},
             {"volumes_from => '6446ea52fbc9'", "volumes_from", {"6446ea52fbc9"}},
             {"volumes_from => ['sample-1', 'sample-2']", "volumes_from", {"sample-1", "sample-2"}},
             {"links => 'db'", "links", {"db:db"}},
             {"links => ['foo:bar', 'foo2:bar2']", "links", {"foo2:bar2", "foo:bar"}},
             {"env => 'FOO=BAR'", "env", {"FOO=BAR"}},
             {"env => ['FOO=BAR', 'FOO2=BAR 2']", "env", {"FOO2=BAR 2", "FOO=BAR"}},
             {"dns => '192.0.2.8'", "dns", {"192.0.2.8"}},
             {"dns => ['192.0.2.8', '192.0.2.4']", "dns", {"192.0.2.8", "192.0.2.4"}},
             {"dns_search => 'my.domain.example'", "dns_search", {"my.domain.example"}},
             {"dns_search => ['my.domain.example', 'other.example']",
              "dns_search",
              {"my.domain.example", "other.example"}},
             {"labels => 'key=value'", "labels", {"key=value"}},
             {"labels => ['key=value', 'other=1']", "labels", {"key=value", "other=1"}},
             {"hostentries => 'dummyhost:192.0.2.2'", "extra_hosts", {"dummyhost:192.0.2.2"}},
             {"cpuset => '3'", "cpuset_cpus", {"3"}},
             {"cpuset => ['0', '2', '3']", "cpuset_cpus", {"0,2-3"}},
             {"memory_limit => '1000b'", "memory", {"1000b"}},
             {"memory_limit => '512m'", "memory", {"512m"}},
             {"memory_limit => 1048576", "memory", {"1m"}},
             {"net => 'host'", "network", {"host"}},
             {"net => ['front', 'back']", "networks", {"name=front", "name=back"}},
             {"disable_network => true", "network", {"none"}},
             {"username => 'bob'", "user", {"bob"}},
             {"hostname => 'example.com'", "hostname", {"example.com"}},
             {"privileged => true", "privileged", {"true"}},
             {"tty => true", "tty", {"true"}},
             {"read_only => true", "read_only", {"true"}},
             {"restart => 'always'", "restart", {"always"}},
             {"restart => 'on-failure'", "restart", {"on-failure"}},
             {"restart => 'on-failure:3'", "restart", {"on-failure:3"}},
             {"health_check_cmd => 'pwd'", "health_cmd", {"CMD-SHELL", "pwd"}},
             {"health_check_cmd => 'pwd', health_check_interval => 60", "health_interval", {"60s"}},
             {"extra_parameters => '--rm=false'", "remove", {}},
             {"extra_parameters => ['--cap-add=NET_ADMIN -w /tmp', '--shm-size 32m']", "shm_size", {"32m"}},
             {"extra_parameters => ['--cap-add=NET_ADMIN -w /tmp', '--shm-size 32m']", "working_directory", {"/tmp"}},
         }) {
        CAPTURE(row.parameters);
        CHECK(told(std::string(", ") + row.parameters, row.attribute) == row.values);
        if (std::string_view(row.attribute) != "restart")
            CHECK(told("", row.attribute).empty());
    }
}

TEST_CASE("docker::run: false, undef and zero are nothing")
{
    for (const char* parameters :
         {"privileged => false, tty => false, read_only => false, disable_network => false",
          "memory_limit => '0b', stop_wait_time => 0", "memory_limit => 0", "ports => [], env => [], volumes => []",
          "username => undef, hostname => undef", "command => undef, extra_parameters => undef"}) {
        CAPTURE(parameters);
        Resource with = container(std::string(", ") + parameters);
        with.attributes.erase("stop_timeout"); // of its stops, not of the container
        CHECK(declared_state(with, "key") == declared_state(container(""), "key"));
    }
}

TEST_CASE("docker::run: a command is split into words, and those are all that the container gets")
{
    CHECK(container_spec(container(", command => 'command -a \"b c\"'")).command == Texts{"command", "-a", "b c"});
    CHECK(container_spec(container("")).command.empty());
    CHECK(told("", "restart") == Texts{"unless-stopped"}); // for the unit of an init system
}

TEST_CASE("docker::run: its service is docker-TITLE, with what no name may have replaced")
{
    const auto requires_of = [](const std::string& service) {
        Catalog catalog = read_puppet(
            "docker::run { 'this/that': image => 'app' }\nnotify { 'up': require => Service['" + service + "'] }\n",
            "m.pp", debian_machine());
        check(catalog);
        REQUIRE(catalog.resources.back().requires_.size() == 1);
        return catalog.resources.back().requires_[0].name;
    };
    CHECK(requires_of("docker-this-that") == "this-that");
    CHECK_THROWS_WITH_AS(requires_of("docker-other"), doctest::Contains("is not declared"), Error);
}

TEST_CASE("docker::run: what comes after others, by either word")
{
    for (const char* word : {"depends", "after"}) {
        Catalog catalog =
            read_puppet("docker::run { 'foo': image => 'app' }\ndocker::run { 'sample': image => 'app', " +
                            std::string(word) + " => ['foo'] }\n",
                        "m.pp", debian_machine());
        check(catalog);
        REQUIRE(catalog.resources.back().requires_.size() == 1);
        CHECK(catalog.resources.back().requires_[0].name == "foo");
    }
}
