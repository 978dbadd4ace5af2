// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/types.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace dfriends::engine {

/// The registry that a user names: "https://registry.example/v1/" is "registry.example". Throws Error(usage) where
/// nothing is left of it.
std::string registry_of(std::string_view server);
/// What config.json calls a registry: its name, but for "docker.io", which has an older one.
std::string login_server(std::string_view registry);
/// The login that docker's config.json (auths, credHelpers, credsStore) has for a registry; nothing without one.
std::optional<RegistryLogin> find_login(std::string_view registry,
                                        const std::filesystem::path& configuration_directory);
/// Keeps a login in config.json, or with the credential helper that is named there; true where a helper has it. Throws
/// Error(failed) where the helper refuses.
bool keep_login(std::string_view registry, RegistryLogin login, const std::filesystem::path& configuration_directory);
/// False where there was none.
bool forget_login(std::string_view registry, const std::filesystem::path& configuration_directory);
/// The value of X-Registry-Auth.
std::string encode_login(const RegistryLogin& login);
/// The value of X-Registry-Config: all logins of config.json and of the credential helpers that it names, for the base
/// images of a build; empty without any.
std::string encode_all_logins(const std::filesystem::path& configuration_directory);

} // namespace dfriends::engine
