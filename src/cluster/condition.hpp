// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::cluster {

/// One Condition…= or Assert…= of a unit.
struct Condition {
    std::string kind; ///< "PathExists"
    std::string parameter;
    bool negated = false; ///< '!'
    bool trigger = false; ///< '|': one of these is enough
};

/// True for the kinds that are evaluated; others count as fulfilled.
bool is_known_condition(std::string_view kind);

/// "!|/path" → a condition. `value` is already without specifiers.
Condition make_condition(std::string_view kind, std::string_view value);

/// The first one that keeps the unit from starting, in words; nothing where all is well.
std::optional<std::string> find_unmet(const std::vector<Condition>& conditions, std::string_view host_name);

} // namespace dfriends::cluster
