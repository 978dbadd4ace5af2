// SPDX-License-Identifier: Apache-2.0
#include "cluster/config_rb.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using cluster::ConfigRb;
using cluster::parse_config_rb;

namespace {

ConfigRb parse(std::string_view text)
{
    return parse_config_rb(text, "config.rb", [](const char* name) -> const char* {
        return std::string_view(name) == "NUM_INSTANCES" ? "5" : nullptr;
    });
}

std::string complaint(std::string_view text)
{
    try {
        parse(text);
    } catch (const Error& error) {
        return fmt::format("{}:{} {}", error.position().line, error.position().column, error.message());
    }
    return "none";
}

} // namespace

TEST_CASE("parse_config_rb: the book's file")
{
    const ConfigRb config = parse("$num_instances=3\n");
    CHECK(config.instances == 3);
    CHECK(config.prefix == "core");
    CHECK(config.warnings.empty());
}

TEST_CASE("parse_config_rb: the sample as it is shipped")
{
    const ConfigRb config = parse("# Size of the CoreOS cluster created by Vagrant\n"
                                  "$num_instances=3\n"
                                  "\n"
                                  "# Used to fetch a new discovery token for a cluster of size $num_instances\n"
                                  "$new_discovery_url=\"https://discovery.example/new?size=#{$num_instances}\"\n"
                                  "\n"
                                  "# Automatically replace the discovery token on 'vagrant up'\n"
                                  "if File.exists?('user-data') && ARGV[0].eql?('up')\n"
                                  "  require 'open-uri'\n"
                                  "  token = open($new_discovery_url).read\n"
                                  "  data = YAML.load(IO.readlines('user-data')[1..-1].join)\n"
                                  "  if data['coreos'].key? 'etcd'\n"
                                  "    data['coreos']['etcd']['discovery'] = token\n"
                                  "  end\n"
                                  "  File.open('user-data', 'w') do |file|\n"
                                  "    file.write(data)\n"
                                  "  end\n"
                                  "end\n"
                                  "$instance_name_prefix=\"node\"\n"
                                  "$expose_docker_tcp=2375\n"
                                  "$forwarded_ports = {\n  80 => 8080, # the web\n  \"443\" => 8443,\n}\n"
                                  "$vm_memory = 1024\n");
    CHECK(config.instances == 3);
    CHECK(config.prefix == "node");
    CHECK(config.docker_tcp == 2375);
    CHECK(config.discovery_url == "https://discovery.example/new?size=3");
    CHECK(config.forwarded_ports == std::map<std::int64_t, std::int64_t>{{80, 8080}, {443, 8443}});
    REQUIRE(config.warnings.size() == 1);
    CHECK(config.warnings.front().position.line == 25);
}

TEST_CASE("parse_config_rb: the environment and its defaults")
{
    CHECK(parse("$num_instances = ENV['NUM_INSTANCES'] || 2").instances == 5);
    CHECK(parse("$num_instances = ENV[\"NUM_INSTANCES\"].to_i").instances == 5);
    CHECK(parse("$num_instances = ENV['NONE'] || 2").instances == 2);
    CHECK(parse("$n = 4; $num_instances = $n").instances == 4);
}

TEST_CASE("parse_config_rb: what is not understood is a warning with its line")
{
    const ConfigRb config =
        parse("$num_instances=2\nputs 'hello'\nif true\n  $num_instances=9\nend\n$num_instances == 3\n");
    CHECK(config.instances == 2);
    REQUIRE(config.warnings.size() == 3);
    CHECK(config.warnings[0].position.line == 2);
    CHECK(config.warnings[1].position.line == 3);
    CHECK(config.warnings[2].position.line == 6);
}

TEST_CASE("parse_config_rb: what is broken is an error at its place")
{
    CHECK(complaint("$num_instances=0") == "1:1 $num_instances is 0, and 1 to 64 are possible");
    CHECK(complaint("\n$num_instances='three'").starts_with("2:1 "));
    CHECK(complaint("$a = 'open").starts_with("1:6 this text"));
    CHECK(complaint("$a = { 1 => 2").starts_with("1:6 this hash"));
    CHECK(complaint("$a = 3 + 4").starts_with("1:8 "));
    CHECK(complaint("$a = foo()").starts_with("1:6 'foo'"));
    CHECK(complaint("$a = $b").starts_with("1:6 '$b'"));
    CHECK(complaint("if true\n").starts_with("1:1 "));
    CHECK(complaint("$instance_name_prefix='a/b'").starts_with("1:1 "));
    CHECK(complaint("$forwarded_ports = { 80 => 99999 }").starts_with("1:1 "));
    CHECK(complaint("$a = " + std::string(1000, '[')).starts_with("1:"));
}
