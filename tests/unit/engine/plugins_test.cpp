// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "engine/client.hpp"
#include "engine/wire.hpp"
#include "http/serve.hpp"
#include "net/loop.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::engine;

namespace {

/// An engine whose registry has no such plugin, and which says so in two ways.
net::Task<http::Response> refuse(http::Request& request)
{
    const auto asks_for = [&](std::string_view part) { return request.target.find(part) != std::string::npos; };
    http::Response response = http::text_response(200, "OK");
    if (asks_for("/plugins/pull?remote=sshfs%3A1&name=fs"))
        response.body = std::string("{\"status\":\"Pulling\"}\n{\"error\":\"incorrect privileges\"}\n");
    else if (asks_for("/plugins/privileges?remote=sshfs%3A1"))
        response = http::text_response(500, R"({"message": "dial tcp: lookup registry: no such host"})");
    else if (asks_for("/plugins/user/fs:2/json"))
        response = http::text_response(404, R"({"message": "plugin not found"})");
    response.headers.set("API-Version", "1.41");
    co_return response;
}

template <class Function>
net::Task<> with_engine(Function function)
{
    http::Server server(refuse);
    net::Listener listener = net::Listener::tcp({"127.0.0.1", 0});
    const std::string place = "tcp://" + listener.endpoint().text();
    server.start(std::move(listener));
    Client client(parse_host(place));
    co_await function(client);
}

} // namespace

TEST_CASE("Plugins: a refusal inside of the progress, a registry that does not answer, a plugin that is not there")
{
    const auto install = [](Client& client) { return client.plugins().install("fs", "sshfs:1", {}); };
    CHECK_THROWS_WITH_AS(net::run(with_engine(install)), "cannot install the plugin 'sshfs:1': incorrect privileges",
                         Error);
    const auto look = [](Client& client) -> net::Task<> { co_await client.plugins().privileges("sshfs:1"); };
    CHECK_THROWS_WITH_AS(net::run(with_engine(look)), doctest::Contains("its registry cannot be reached"), Error);
    const auto find = [](Client& client) -> net::Task<> { CHECK_FALSE(co_await client.plugins().find("user/fs:2")); };
    net::run(with_engine(find));
    const auto by_digest = [](Client& client) {
        return client.plugins().install("fs", "fs:1@sha256:" + std::string(64, 'a'), {});
    };
    CHECK_THROWS_WITH_AS(net::run(with_engine(by_digest)), doctest::Contains("named by a digest"), Error);
    const auto climb = [](Client& client) -> net::Task<> { co_await client.plugins().remove("../images/a"); };
    CHECK_THROWS_WITH_AS(net::run(with_engine(climb)), doctest::Contains("invalid reference format"), Error);
}

TEST_CASE("decode_plugin: what can be set, under the names that docker plugin set takes")
{
    const auto plugin = decode_plugin(R"({"Id": "ab", "Name": "fs:latest", "Enabled": true,
        "PluginReference": "registry.example/fs:1",
        "Config": {"Args": {"Name": "args", "Settable": ["value"]},
                   "Env": [{"Name": "DEBUG", "Settable": ["value"]}, {"Name": "FIXED", "Settable": null},
                           {"Name": "ADDED", "Settable": ["value"]}],
                   "Mounts": [{"Name": "data", "Source": "/", "Settable": ["source"]}],
                   "Linux": {"Devices": [{"Name": "fuse", "Path": "/dev", "Settable": []}]}},
        "Settings": {"Args": ["-v", "x"], "Env": ["DEBUG=a=b", "FIXED=1", "GONE=2"],
                     "Mounts": [{"Name": "data", "Source": "/srv"}],
                     "Devices": [{"Name": "fuse", "Path": "/dev/fuse"}]}})");
    CHECK(plugin.name == "fs:latest");
    CHECK(plugin.reference == "registry.example/fs:1");
    CHECK(plugin.enabled);
    CHECK(plugin.settings == std::vector<PluginSetting>{{"DEBUG", "a=b", true},
                                                        {"FIXED", "1", false},
                                                        {"ADDED", "", true},
                                                        {"data", "/srv", true},
                                                        {"fuse", "/dev/fuse", false},
                                                        {"args", "-v x", true}});
    CHECK(decode_plugin(R"({"Settings": {"Env": null}})").settings.empty());
    CHECK_THROWS_AS(decode_plugin("["), Error);
}

TEST_CASE("decode_privileges and encode_privileges: the engine gets back what it has said")
{
    const std::string asked = R"([{"Description":"d","Name":"mount","Value":["/a","/b"]}])";
    const auto privileges = decode_privileges(asked);
    REQUIRE(privileges.size() == 1);
    CHECK(privileges[0].values == std::vector<std::string>{"/a", "/b"});
    CHECK(encode_privileges(privileges) == asked);
    CHECK(decode_privileges("null").empty());
    CHECK(encode_privileges({}) == "[]");
}
