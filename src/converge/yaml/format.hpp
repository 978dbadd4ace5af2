// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace dfriends::converge {

/// A YAML document with two blanks for each level, those of a list that stands below a key included. Flow collections
/// and block scalars move as a whole; strings in quotes that span lines stay. Throws Error(invalid) at the place where
/// it does not parse.
std::string format_yaml(std::string_view text, const std::string& file);

/// Throws Error(invalid) at the first value of `before` that is another one in `after`.
void expect_same_yaml(std::string_view before, std::string_view after, const std::string& file);

} // namespace dfriends::converge
