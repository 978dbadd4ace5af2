// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "engine/host.hpp"
#include "os/file.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace dfriends;
using engine::Host;

namespace {

/// An environment of its own, with an empty configuration directory unless one is given.
engine::Environment environment(std::map<std::string, std::string> variables)
{
    if (!variables.contains("DOCKER_CONFIG"))
        variables["DOCKER_CONFIG"] = "/nonexistent";
    return [kept = std::move(variables)](const char* name) -> const char* {
        const auto found = kept.find(name);
        return found == kept.end() ? nullptr : found->second.c_str();
    };
}

} // namespace

TEST_CASE("parse_host: every form that DOCKER_HOST may have")
{
    CHECK(engine::parse_host("unix:///run/x.sock").socket == "/run/x.sock");
    const Host tcp = engine::parse_host("tcp://engine.example:2376");
    CHECK(tcp.address == "engine.example");
    CHECK(tcp.port == 2376);
    CHECK(engine::parse_host("tcp://[::1]:2375").address == "::1");
    CHECK(engine::parse_host("tcp://10.0.0.1").port == 2375);
    CHECK(engine::parse_host("tcp://").address == "localhost");
    for (const std::string text : {"ftp://x", "tcp://x:99999", "tcp://x:y"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(engine::parse_host(text), Error);
    }
}

TEST_CASE("parse_host: ssh, and nothing that ssh would take for an option")
{
    const Host host = engine::parse_host("ssh://core@machine.example:2222");
    CHECK(host.transport == Host::Transport::ssh);
    CHECK(host.user == "core");
    CHECK(host.address == "machine.example");
    CHECK(host.port == 2222);
    CHECK(host.text() == "ssh://core@machine.example:2222");
    CHECK(engine::parse_host("ssh://alias").port == 0); // as ssh's own configuration says
    CHECK(engine::parse_host("ssh://alias").text() == "ssh://alias");
    for (const std::string text :
         {"ssh://", "ssh://-oProxyCommand=x", "ssh://-l@h", "ssh://a:b@h", "ssh://h/path", "ssh://$(id)"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(engine::parse_host(text), Error);
    }
}

TEST_CASE("find_host: the flag, then DOCKER_HOST, then the socket")
{
    CHECK(engine::find_host({}, {}, environment({})).socket == "/var/run/docker.sock");
    CHECK(engine::find_host({}, {}, environment({{"DOCKER_HOST", "unix:///a"}})).socket == "/a");
    CHECK(engine::find_host("unix:///b", {}, environment({{"DOCKER_HOST", "unix:///a"}})).socket == "/b");
}

TEST_CASE("find_host: TLS by DOCKER_TLS_VERIFY and DOCKER_CERT_PATH")
{
    const os::TemporaryDirectory certificates;
    for (const char* name : {"ca.pem", "cert.pem", "key.pem"})
        os::write_file(certificates.path() / name, "");
    const Host host = engine::find_host({}, {},
                                        environment({{"DOCKER_HOST", "tcp://e:2376"},
                                                     {"DOCKER_TLS_VERIFY", "1"},
                                                     {"DOCKER_CERT_PATH", certificates.path().string()}}));
    CHECK(host.transport == Host::Transport::tls);
    CHECK(host.verify);
    CHECK(host.trust == certificates.path() / "ca.pem");
    CHECK(host.certificate == certificates.path() / "cert.pem");
    CHECK(host.key == certificates.path() / "key.pem");
}

TEST_CASE("find_host: a context of config.json; one that does not exist is named")
{
    const os::TemporaryDirectory directory;
    os::write_file(directory.path() / "config.json", R"({"currentContext": "remote"})");
    // The folder is the SHA-256 of the name.
    const auto folder =
        directory.path() / "contexts/meta/c77a41db96f8f74de8fefd76d38ee4f5b0e69d2b3ba0bd1f0f7b34b8cfe4d4b4";
    const auto in = environment({{"DOCKER_CONFIG", directory.path().string()}});
    CHECK_THROWS_WITH_AS(engine::find_host({}, {}, in), doctest::Contains("remote"), Error);
    CHECK(engine::find_host({}, "default", in).socket == "/var/run/docker.sock");
    os::make_directories(folder);
    CHECK_THROWS_AS(engine::find_host({}, "other", in), Error);
    // A broken one does not keep the engine away.
    os::write_file(directory.path() / "config.json", "{");
    CHECK(engine::find_host({}, {}, in).socket == "/var/run/docker.sock");
    CHECK(engine::find_host({}, {}, in).warning.find("config.json") != std::string::npos);
}
