// SPDX-License-Identifier: Apache-2.0
#include "engine/registry_auth.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "engine/wire.hpp"
#include "os/file.hpp"
#include "os/process.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <vector>

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

/// Runs docker-credential-NAME, by the name that config.json has for it.
os::Outcome run_helper(const std::string& name, const std::string& verb, std::string input)
{
    if (!is_helper_name(name))
        throw Error(ErrorKind::invalid, "'{}' is not a credential helper's name", name);
    os::Command command;
    command.words = {"docker-credential-" + name, verb};
    command.input = std::move(input);
    command.timeout = std::chrono::seconds(20);
    return os::run(command);
}

/// A helper that is missing or knows nothing means no login.
std::optional<RegistryLogin> ask_helper(const std::string& name, const std::string& server)
{
    if (!is_helper_name(name))
        return std::nullopt;
    try {
        const os::Outcome outcome = run_helper(name, "get", server);
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

/// The helper that config.json names for a registry; empty where it names none.
std::string helper_of(const UserConfiguration& configuration, std::string_view registry)
{
    const auto own = configuration.credential_helpers.find(std::string(registry));
    return own != configuration.credential_helpers.end() ? own->second : configuration.credentials_store;
}

/// The registries that a helper has a login for; none where it cannot tell.
std::vector<std::string> servers_of_helper(const std::string& name)
{
    const os::Outcome outcome = run_helper(name, "list", "");
    return outcome.ok() ? decode_helper_servers(outcome.output) : std::vector<std::string>();
}

/// A build may name any registry, so that every helper is asked for all it has: so many logins at most, and for so
/// long. One that fails costs the build its logins only.
void add_helper_logins(const UserConfiguration& configuration, std::map<std::string, RegistryLogin>& logins)
{
    constexpr std::size_t most = 32;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    std::size_t asked = 0;
    const auto ask = [&](const std::string& server, const std::string& helper) {
        if (asked++ < most && std::chrono::steady_clock::now() < end)
            if (auto login = ask_helper(helper, server))
                logins[server] = std::move(*login);
    };
    const auto attempt = [](const auto& work) {
        try {
            work();
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::interrupted)
                throw;
        }
    };
    if (const std::string& store = configuration.credentials_store; !store.empty())
        attempt([&] {
            for (const std::string& server : servers_of_helper(store))
                ask(server, store);
        });
    for (const auto& [registry, helper] : configuration.credential_helpers) // these come before the store
        attempt([&] { ask(login_server(registry), helper); });
}

} // namespace

std::string registry_of(std::string_view server)
{
    if (server == hub_key)
        return "docker.io";
    std::string registry = host_of(server);
    if (registry.empty())
        throw Error(ErrorKind::usage, "'{}' is no registry", printable(server));
    return registry;
}

std::string login_server(std::string_view registry)
{
    return std::string(registry == "docker.io" ? hub_key : registry);
}

std::optional<RegistryLogin> find_login(std::string_view registry, const std::filesystem::path& configuration_directory)
{
    const std::filesystem::path file = configuration_directory / "config.json";
    const auto text = os::find_file(file, 4U << 20U);
    if (!text)
        return std::nullopt;
    const UserConfiguration configuration = decode_user_configuration(*text, file.string());
    const std::string key = login_server(registry);
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

bool keep_login(std::string_view registry, RegistryLogin login, const std::filesystem::path& configuration_directory)
{
    const std::filesystem::path file = configuration_directory / "config.json";
    const std::string text = os::find_file(file, 4U << 20U).value_or("{}");
    const std::string helper = helper_of(decode_user_configuration(text, file.string()), registry);
    login.server = login_server(registry);
    if (!helper.empty() && !run_helper(helper, "store", encode_helper_login(login)).ok())
        throw Error(ErrorKind::failed, "the credential helper 'docker-credential-{}' does not keep the login", helper)
            .hint("try it by hand, or take it out of '" + file.string() + "'");
    os::make_directories(configuration_directory, 0700);
    os::write_file(file, with_login(text, file.string(), login.server, login, !helper.empty()), 0600);
    return !helper.empty();
}

bool forget_login(std::string_view registry, const std::filesystem::path& configuration_directory)
{
    const std::filesystem::path file = configuration_directory / "config.json";
    const auto text = os::find_file(file, 4U << 20U);
    if (!text)
        return false;
    const UserConfiguration configuration = decode_user_configuration(*text, file.string());
    const std::string key = login_server(registry);
    const std::string helper = helper_of(configuration, registry);
    const bool was_kept = !helper.empty() && run_helper(helper, "erase", key).ok();
    if (!configuration.logins.contains(key))
        return was_kept;
    os::write_file(file, without_login(*text, file.string(), key), 0600);
    return true;
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
    std::map<std::string, RegistryLogin> logins = configuration.logins;
    add_helper_logins(configuration, logins);
    return logins.empty() ? std::string() : encode_header(encode_logins_document(logins));
}

} // namespace dfriends::engine
