// SPDX-License-Identifier: Apache-2.0
#include "applets/etcd_access.hpp"

#include "base/error.hpp"

#include <filesystem>

namespace dfriends::applets {

namespace {

std::pair<std::string, std::string> credentials_of(const config::Settings& settings)
{
    std::string user = settings.text("username");
    if (user.empty() || settings.is_given("password"))
        return {user, settings.text("password")};
    const std::size_t colon = user.find(':');
    if (colon == user.npos)
        throw Error(ErrorKind::usage, "--username wants NAME:PASSWORD, or --password beside it");
    return {user.substr(0, colon), user.substr(colon + 1)};
}

std::optional<net::TlsContext> tls_of(const Context& context)
{
    const auto file = [&context](std::string_view name) -> std::optional<std::filesystem::path> {
        const std::string& path = context.settings.text(name);
        return path.empty() ? std::nullopt : std::optional<std::filesystem::path>(path);
    };
    net::TlsContext::ClientOptions options;
    options.trust = file("ca-file");
    options.certificate = file("cert-file");
    options.key = file("key-file");
    if (!options.trust && !options.certificate && !options.key)
        return std::nullopt;
    try {
        return net::TlsContext::client(options);
    } catch (const Error& error) {
        throw Error(ErrorKind::usage, "{}", error.message());
    }
}

} // namespace

EtcdAccess etcd_access(const Context& context)
{
    auto [user, password] = credentials_of(context.settings);
    return {std::move(user), std::move(password), tls_of(context)};
}

} // namespace dfriends::applets
