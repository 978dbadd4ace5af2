// SPDX-License-Identifier: Apache-2.0
#include "config/paths.hpp"

#include "base/error.hpp"
#include "os/user.hpp"

#include <cstdlib>

namespace dfriends::config {

namespace {

std::optional<std::string> variable(const char* name)
{
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0')
        return std::nullopt;
    return value;
}

} // namespace

std::filesystem::path state_directory(const std::optional<std::string>& flag)
{
    if (flag)
        return *flag;
    if (const auto named = variable("DFRIENDS_STATE_DIR"))
        return *named;
    if (os::is_root())
        return "/var/lib/dfriends";
    if (const auto state_home = variable("XDG_STATE_HOME"))
        return std::filesystem::path(*state_home) / "dfriends";
    if (const auto home = variable("HOME"))
        return std::filesystem::path(*home) / ".local/state/dfriends";
    throw Error(ErrorKind::usage, "no state directory: neither XDG_STATE_HOME nor HOME is set")
        .hint("give one with --state-dir DIR");
}

std::optional<std::filesystem::path> configuration_file(const std::optional<std::string>& flag)
{
    if (flag)
        return *flag;
    if (const auto named = variable("DFRIENDS_CONFIG"))
        return *named;
    const std::filesystem::path usual = "/etc/dfriends/dfriends.yaml";
    std::error_code ignored;
    if (std::filesystem::exists(usual, ignored))
        return usual;
    return std::nullopt;
}

} // namespace dfriends::config
