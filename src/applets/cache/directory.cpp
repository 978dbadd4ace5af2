// SPDX-License-Identifier: Apache-2.0
#include "applets/cache/directory.hpp"

#include "base/error.hpp"
#include "os/user.hpp"

#include <cstdlib>

namespace dfriends::applets::cache {

os::Path content_directory(const config::Settings& settings)
{
    if (const auto given = settings.find("dir"); given && !given->empty())
        return *given;
    if (os::is_root())
        return "/var/cache/dfriends";
    if (const char* base = std::getenv("XDG_CACHE_HOME"); base != nullptr && *base == '/')
        return os::Path(base) / "dfriends";
    if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/')
        return os::Path(home) / ".cache/dfriends";
    throw Error(ErrorKind::usage, "there is no home directory to keep content in").hint("say where with --dir DIR");
}

} // namespace dfriends::applets::cache
