// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/applet.hpp"

#include <filesystem>
#include <optional>

namespace dfriends::applets {

/// Reads and checks the configuration file against the table: every section is an applet with a long-running verb, or
/// such a verb of the house's, every key one of its settings. A null node where there is no file.
config::Node read_configuration(const std::optional<std::filesystem::path>& path);

/// The part of the file that belongs to a verb, or null.
const config::Node* find_section(const config::Node& configuration, const Applet& applet, const Verb& verb);

/// True where the file asks for that long-running verb: its section stands there, be it empty.
bool names_service(const config::Node& configuration, const Applet& applet, const Verb& verb);

} // namespace dfriends::applets
