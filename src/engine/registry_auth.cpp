// SPDX-License-Identifier: Apache-2.0
#include "engine/registry_auth.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "engine/wire.hpp"
#include "os/file.hpp"
#include "os/process.hpp"

#include <algorithm>

namespace dfriends::engine {

namespace {

constexpr std::string_view hub_key = "https://index.docker.io/v1/";

/// "https://registry.example/v1/" and "registry.example" are the same registry.
std::string host_of(std::string_view key)
{
    if (const std::size_t mark = key.find("://"); mark != std::string_view::npos)
        key.remove_prefix(mark + 3);
    return std::string(key.substr(0, key.find('/')));
}

std::string key_of(std::string_view registry)
{
    return std::string(registry == "docker.io" ? hub_key : registry);
}

/// The engine wants the URL-safe alphabet with padding.
std::string encode_header(std::string_view document)
{
    std::string text = encode_base64(document);
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    return text;
}

bool is_helper_name(std::string_view name)
{
    return !name.empty() && name.find('/') == std::string_view::npos;
}

/// Asks docker-credential-NAME; a helper that is missing or knows nothing means no login.
std::optional<RegistryLogin> ask_helper(const std::string& name, const std::string& server)
{
    if (!is_helper_name(name))
        return std::nullopt;
    os::Command command;
    command.words = {"docker-credential-" + name, "get"};
    command.input = server;
    command.timeout = std::chrono::seconds(20);
    try {
        const os::Outcome outcome = os::run(command);
        if (!outcome.ok())
            return std::nullopt;
        RegistryLogin login = decode_helper_login(outcome.output);
        login.server = server;
        return login;
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::not_found)
            return std::nullopt;
        throw;
    }
}

} // namespace

std::optional<RegistryLogin> find_login(std::string_view registry, const std::filesystem::path& configuration_directory)
{
    const std::filesystem::path file = configuration_directory / "config.json";
    const auto text = os::find_file(file, 4U << 20U);
    if (!text)
        return std::nullopt;
    const UserConfiguration configuration = decode_user_configuration(*text, file.string());
    const std::string key = key_of(registry);
    if (const auto helper = configuration.credential_helpers.find(std::string(registry));
        helper != configuration.credential_helpers.end())
        return ask_helper(helper->second, key);
    if (!configuration.credentials_store.empty())
        if (auto login = ask_helper(configuration.credentials_store, key))
            return login;
    const auto& logins = configuration.logins;
    auto found = logins.find(key);
    if (found == logins.end())
        found = std::ranges::find_if(logins, [&](const auto& entry) { return host_of(entry.first) == host_of(key); });
    if (found == logins.end() ||
        (found->second.user.empty() && found->second.identity_token.empty() && found->second.registry_token.empty()))
        return std::nullopt;
    return found->second;
}

std::string encode_login(const RegistryLogin& login)
{
    return encode_header(encode_login_document(login));
}

std::string encode_all_logins(const std::filesystem::path& configuration_directory)
{
    const std::filesystem::path file = configuration_directory / "config.json";
    const auto text = os::find_file(file, 4U << 20U);
    if (!text)
        return {};
    const UserConfiguration configuration = decode_user_configuration(*text, file.string());
    return configuration.logins.empty() ? std::string() : encode_header(encode_logins_document(configuration.logins));
}

} // namespace dfriends::engine
