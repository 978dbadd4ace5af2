// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace dfriends {

/// "90", "90s", "1m30s", "500ms", "2h", "1d", "1min 30s", "2w", "1.5h": a number without a unit counts seconds; nothing
/// where it is not a duration or exceeds a hundred years.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// The largest two units that say something: "1m30s", "2d3h", "450ms", "0s".
std::string render_duration(std::chrono::milliseconds duration);

} // namespace dfriends
