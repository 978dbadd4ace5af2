// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends {

/// The candidate nearest to a mistyped word (Damerau-Levenshtein distance of at most a third of its length, at least
/// 1).
std::optional<std::string> suggest(std::string_view typed, const std::vector<std::string>& candidates);

/// "did you mean 'get'?", or an empty text.
std::string did_you_mean(std::string_view typed, const std::vector<std::string>& candidates);

} // namespace dfriends
