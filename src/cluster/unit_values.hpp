// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <sys/resource.h>

namespace dfriends::cluster {

/// systemd's words for yes and no: 1 yes true on y t, and their opposites.
std::optional<bool> parse_unit_boolean(std::string_view text);
/// "1024", "64K", "infinity", or SOFT:HARD of these. `LimitCPU` and its like count plainly here.
std::optional<rlimit> parse_limit(std::string_view text);
/// The RLIMIT_ constant of "NOFILE", "CORE" …
std::optional<int> find_limit(std::string_view name);

} // namespace dfriends::cluster
