// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace dfriends {

/// Shell patterns: '*' (also across '/'), '?', '[a-z]', '[!x]', '\' takes the next character literally.
/// Runs in time proportional to pattern times text, whatever the pattern.
bool glob_match(std::string_view pattern, std::string_view text);

} // namespace dfriends
