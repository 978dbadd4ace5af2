// SPDX-License-Identifier: Apache-2.0
#include "converge/yaml/kv_secret.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "etcd/v2_client.hpp"
#include "etcd/v3/client.hpp"
#include "etcd/v3/status.hpp"
#include "net/loop.hpp"

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <vector>

namespace dfriends::converge::yaml {

namespace {

constexpr auto patience = std::chrono::seconds(5);

std::string variable(const char* name)
{
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

std::vector<std::string> endpoints()
{
    const std::string given = variable("ETCDCTL_ENDPOINTS");
    if (given.empty())
        return {"http://127.0.0.1:2379", "http://127.0.0.1:4001"};
    std::vector<std::string> all;
    for (const std::string_view endpoint : split(given, ','))
        if (!trim(endpoint).empty())
            all.emplace_back(trim(endpoint));
    return all;
}

/// ETCDCTL_USERNAME is NAME:PASSWORD, or NAME beside ETCDCTL_PASSWORD.
etcd::V2Access access()
{
    etcd::V2Access access;
    access.user = variable("ETCDCTL_USERNAME");
    access.password = variable("ETCDCTL_PASSWORD");
    if (access.password.empty()) {
        const auto [user, password] = split_once(access.user, ':');
        access = {.user = std::string(user), .password = std::string(password), .tls = {}, .on_request = {}};
    }
    const auto file = [](const char* name) {
        const std::string path = variable(name);
        return path.empty() ? std::nullopt : std::optional<std::filesystem::path>(path);
    };
    net::TlsContext::ClientOptions options;
    options.trust = file("ETCDCTL_CA_FILE");
    options.certificate = file("ETCDCTL_CERT_FILE");
    options.key = file("ETCDCTL_KEY_FILE");
    if (options.trust || options.certificate || options.key)
        access.tls = net::TlsContext::client(options);
    return access;
}

/// An etcd has the newer API alone by now.
net::Task<std::optional<std::string>> find_in_v2(std::string key)
{
    constexpr int no_such_key = 100;
    etcd::V2Client client(endpoints(), patience, access());
    if (!co_await client.is_served())
        co_return std::nullopt;
    const etcd::V2Answer answer = co_await client.get(key.starts_with('/') ? key : "/" + key);
    if (answer.refusal && answer.refusal->code == no_such_key)
        co_return std::nullopt;
    const etcd::V2Node& node = answer.value().node;
    if (node.dir)
        throw Error(ErrorKind::invalid, "'{}' is a folder of the key-value store", printable(key));
    co_return node.value;
}

std::optional<std::string> find_in_v3(const std::string& key)
{
    namespace v3 = etcd::v3;
    etcd::V2Access given = access();
    v3::ClientOptions options;
    options.endpoints = endpoints();
    options.user = std::move(given.user);
    options.password = std::move(given.password);
    options.tls = std::move(given.tls);
    v3::Client client(std::move(options));
    v3::RangeRequest request;
    request.key = v3::Bytes(key);
    try {
        const v3::RangeResponse found = net::run(client.range(std::move(request)));
        return found.kvs.empty() ? std::nullopt : std::optional<std::string>(found.kvs[0].value);
    } catch (const v3::Status& status) {
        throw v3::error_of(status);
    }
}

} // namespace

/// Keys of the older API have a slash in front, those of the newer one are what they are.
std::string read_kv_secret(const std::string& key)
{
    std::optional<std::string> value = net::run(find_in_v2(key));
    if (!value)
        value = find_in_v3(key);
    if (!value)
        throw Error(ErrorKind::not_found, "there is no such key");
    return *value;
}

} // namespace dfriends::converge::yaml
