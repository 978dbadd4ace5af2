// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/applet.hpp"

#include <string>

namespace dfriends::applets {

/// The overview of all commands.
std::string render_overview();
/// An applet and its verbs; `program` is how it was called.
std::string render_applet_help(const Applet& applet, const std::string& program);
std::string render_verb_help(const Applet& applet, const Verb& verb, const std::string& program);

/// The options that may stand before every command.
std::span<const config::Setting> global_settings();

} // namespace dfriends::applets
