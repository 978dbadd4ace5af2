// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/applet.hpp"

#include <filesystem>
#include <optional>

namespace dfriends::applets {

/// Reads and checks the configuration file against the table: every section is an applet with a long-running verb,
/// every key one of its settings. A null node where there is no file.
config::Node read_configuration(const std::optional<std::filesystem::path>& path);

/// The part of the file that belongs to a verb, or null.
const config::Node* find_section(const config::Node& configuration, const Applet& applet, const Verb& verb);

} // namespace dfriends::applets
