// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace dfriends::converge {

/// A file of any of the languages as its readers expect it to be laid out. Nothing but blanks and blank lines changes;
/// comments, heredocs, block scalars and strings stay. To format the result changes nothing.
///
/// Throws Error(invalid) at the place where the file does not parse, and where it would no longer say the same: the
/// values of a YAML document and the tokens of a recipe or manifest are compared.
std::string format(std::string_view text, const std::filesystem::path& file);

/// What format() made of a text as a unified diff, as patch(1) reads it; nothing where it changed nothing.
std::string render_format_diff(std::string_view before, std::string_view after, const std::string& file);

} // namespace dfriends::converge
