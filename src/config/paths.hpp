// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace dfriends::config {

/// The flag, else DFRIENDS_STATE_DIR, else /var/lib/dfriends for root, else $XDG_STATE_HOME/dfriends
/// (~/.local/state/dfriends).
std::filesystem::path state_directory(const std::optional<std::string>& flag);

/// The flag (which must exist then), else DFRIENDS_CONFIG, else /etc/dfriends/dfriends.yaml where it exists, else
/// nothing.
std::optional<std::filesystem::path> configuration_file(const std::optional<std::string>& flag);

} // namespace dfriends::config
