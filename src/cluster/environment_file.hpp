// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace dfriends::cluster {

/// The variables of a file such as /etc/environment, as systemd reads it: NAME=VALUE lines, '#' and ';' comments,
/// quotes, continued lines; nothing is expanded. Whatever is no assignment is overlooked.
std::map<std::string, std::string> parse_environment_file(std::string_view text);

/// True for what may stand left of '=': a letter or '_', then letters, digits and '_'.
bool is_variable_name(std::string_view name);

/// Reads the files that a pattern means (a plain path, or a glob) and hands each one's text over, in sorted order.
/// Returns how many there were. Throws where one exists but cannot be read.
std::size_t read_environment_files(const std::string& pattern,
                                   const std::function<void(std::string_view text)>& on_text);

} // namespace dfriends::cluster
