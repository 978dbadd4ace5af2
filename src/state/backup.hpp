// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace dfriends::state {

/// Writes a consistent copy of a database that may be in use. The target must not exist, and appears whole or not at
/// all.
void backup(const std::filesystem::path& database, const std::filesystem::path& target);

/// Puts a checked copy of a backup in the place of a database that no process uses; the old one is kept as
/// "NAME.replaced".
void restore(const std::filesystem::path& backup, const std::filesystem::path& database);

/// What SQLite's integrity check finds; empty where all is good.
std::vector<std::string> check(const std::filesystem::path& database);

} // namespace dfriends::state
