// SPDX-License-Identifier: Apache-2.0
#include "base/encoding.hpp"
#include "cluster/cloud_config.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::cluster;

namespace {

const Substitutions here{{"public_ipv4", "172.17.8.101"}, {"private_ipv4", "10.0.0.1"}};

CloudConfig parse(std::string_view text)
{
    return parse_cloud_config(text, "user-data", here);
}

std::string report(std::string_view text)
{
    std::string all;
    for (const auto& finding : parse(text).findings)
        all += (all.empty() ? "" : "|") + render_finding(finding);
    return all;
}

std::string complaint(std::string_view text)
{
    try {
        parse(text);
    } catch (const Error& error) {
        return fmt::format("{}:{}:{} {}", error.position().file, error.position().line, error.position().column,
                           error.message());
    }
    return "none";
}

} // namespace

TEST_CASE("substitute: addresses, what is escaped, and what is not ours")
{
    CHECK(substitute("$public_ipv4:4001", here) == "172.17.8.101:4001");
    CHECK(substitute("$public_ipv4$private_ipv4", here) == "172.17.8.10110.0.0.1");
    CHECK(substitute("\\$public_ipv4 $other $public_ipv6.", here) == "$public_ipv4 $other .");
    CHECK(substitute("a$", here) == "a$");
}

TEST_CASE("parse_cloud_config: the walkthrough's file")
{
    const CloudConfig config = parse("#cloud-config\n"
                                     "\n"
                                     "coreos:\n"
                                     "  etcd:\n"
                                     "    discovery: http://192.0.2.1:2379/5cfcf52e78c320d26dcc7ca3643044ee\n"
                                     "    addr: $public_ipv4:4001\n"
                                     "    peer-addr: $public_ipv4:7001\n"
                                     "  fleet:\n"
                                     "    public-ip: $public_ipv4\n"
                                     "    metadata: region=us, disk=ssd\n"
                                     "  units:\n"
                                     "    - name: etcd.service\n"
                                     "      command: start\n"
                                     "    - name: fleet.service\n"
                                     "      command: start\n");
    CHECK(config.discovery() == "http://192.0.2.1:2379/5cfcf52e78c320d26dcc7ca3643044ee");
    CHECK(config.etcd.at("addr") == "172.17.8.101:4001");
    CHECK(config.etcd.at("peer_addr") == "172.17.8.101:7001");
    CHECK(config.public_ip() == "172.17.8.101");
    CHECK(config.metadata().at("disk") == "ssd");
    REQUIRE(config.units.size() == 2);
    CHECK(config.units[1].name == "fleet.service");
    CHECK(config.units[1].command == "start");
    CHECK(config.findings.empty());
}

TEST_CASE("parse_cloud_config: files are decoded, with mode and owner")
{
    const CloudConfig config =
        parse("#cloud-config\nhostname: box\nssh_authorized_keys: [ssh-rsa AAAA me]\nwrite_files:\n"
              "  - path: /etc/a\n    permissions: '0600'\n    owner: root:root\n    content: |\n      one\n"
              "  - path: /etc/b\n    encoding: base64\n    content: " +
              encode_base64("bytes") + "\n");
    CHECK(config.hostname == "box");
    CHECK(config.ssh_authorized_keys == std::vector<std::string>{"ssh-rsa AAAA me"});
    REQUIRE(config.files.size() == 2);
    CHECK(config.files[0].mode == 0600);
    CHECK(config.files[0].content == "one\n");
    CHECK(config.files[1].content == "bytes");
}

TEST_CASE("parse_cloud_config: the report, in coreos-cloudinit's words")
{
    CHECK(report("#cloud-config\nhostnam: x\n") ==
          "line 2: warning: unrecognized key \"hostnam\"; did you mean \"hostname\"?");
    CHECK(report("#cloud-config\ncoreos:\n  fleet:\n    public_ipp: x\n")
              .starts_with("line 4: warning: unrecognized key \"public_ipp\""));
    CHECK(report("#cloud-config\nwrite_files:\n  - path: /a\n    permissions: rw\n") ==
          "line 4: error: invalid value rw");
    CHECK(report("#cloud-config\nwrite_files:\n  - path: /a\n    encoding: b64\n    content: '!!'\n") ==
          "line 4: error: content cannot be decoded as \"b64\"");
    CHECK(report("#cloud-config\nwrite_files:\n  - path: /usr/a\n") ==
          "line 3: error: file cannot be written to a read-only filesystem");
    CHECK(report("#cloud-config\ncoreos:\n  units:\n    - name: a.service\n      command: go\n") ==
          "line 5: error: invalid value go");
    CHECK(report("#cloud-config\nssh_authorized_keys: x\n") ==
          "line 2: warning: incorrect type for \"ssh_authorized_keys\" (want []string)");
    CHECK(report("#cloud-config\ncoreos:\n  write_files: []\n") ==
          "line 3: info: write_files doesn't belong under coreos");
}

TEST_CASE("parse_cloud_config: what is none, and what is broken")
{
    CHECK(parse("").units.empty());
    CHECK(parse("#cloud-config\n").units.empty());
    CHECK(complaint("coreos:\n") == "user-data:1:1 unrecognized user-data format");
    CHECK(complaint("#!/bin/sh\n").starts_with("user-data:1:1 "));
    CHECK(complaint("#cloud-config\ncoreos: [\n").starts_with("user-data:"));
    CHECK(complaint("#cloud-config\ncoreos:\n  units:\n    - content: x\n").starts_with("user-data:4:"));
    CHECK(complaint("#cloud-config\nwrite_files:\n  - path: /a/../../etc/shadow\n").starts_with("user-data:3:"));
}
