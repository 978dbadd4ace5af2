// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace dfriends {

/// A moment of the calendar, in UTC, to the nanosecond.
using TimePoint = std::chrono::sys_time<std::chrono::nanoseconds>;

/// RFC 3339 with `decimals` digits (0 to 9) after the second: "2014-05-01T12:00:00.123456789Z".
std::string render_rfc3339(TimePoint moment, int decimals = 0);
/// In local time, by a format of strftime(3) that makes at most 127 bytes.
std::string render_local(TimePoint moment, const char* format);
/// Nothing where it is not one; any offset is taken into account.
std::optional<TimePoint> parse_rfc3339(std::string_view text);

/// RFC 9110 section 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT".
std::string render_http_date(TimePoint moment);
/// Reads the preferred form, and the "UTC" and "+0000" spellings that apt's Release files use; nothing where it is
/// neither.
std::optional<TimePoint> parse_http_date(std::string_view text);

/// "3 hours ago", "About a minute ago": the words of docker's tables.
std::string render_age(std::chrono::seconds age);

} // namespace dfriends
