// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends {

/// Without blanks, tabs and line ends at both sides.
std::string_view trim(std::string_view text);

/// The parts between separators; an empty text has one empty part, as in Python.
std::vector<std::string_view> split(std::string_view text, char separator);

/// Like split() with at most one cut; the second is empty where there is no separator.
std::pair<std::string_view, std::string_view> split_once(std::string_view text, char separator);

/// The words between runs of blanks and tabs; no empty ones.
std::vector<std::string_view> words(std::string_view text);

std::vector<std::string_view> lines(std::string_view text);

std::string join(const std::vector<std::string>& parts, std::string_view separator);

/// ASCII only, whatever the locale.
std::string to_lower(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);

/// The whole text as a decimal number within the type's range, or nothing: no sign for unsigned, no blanks.
std::optional<std::uint64_t> parse_unsigned(std::string_view text);
std::optional<std::int64_t> parse_signed(std::string_view text);

/// Breaks at blanks so that no line exceeds the width (longer words stand alone); lines after the first are indented.
std::string wrap(std::string_view text, std::size_t width, std::size_t indent = 0);

/// With every control character (and DEL) as \xNN: what a hostile peer sent may be shown on a terminal or in a log.
std::string printable(std::string_view text);

/// Well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

std::string replace_all(std::string_view text, std::string_view from, std::string_view to);

} // namespace dfriends
