// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace dfriends::converge {

/// A line of apt's source list. `options` stand in brackets. Throws Error(invalid) for what would be a second line, or
/// further options.
std::string apt_source_line(const std::string& type, const std::string& options, const std::string& source);

} // namespace dfriends::converge
