// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace dfriends::converge::chef {

/// What the functions of a template's program are called; no recipe can name them, for they are known in templates
/// only.
constexpr std::string_view erb_text = "erb_text";
constexpr std::string_view erb_value = "erb_value";

/// A template as a program in Ruby: its text becomes calls of erb_text, <%= … %> calls of erb_value, and <% … %> stands
/// as it is. Every piece of code stays in its line. As Chef does, a line with nothing but <% … %> leaves no line, and
/// -%> takes the line's end with it. Throws Error(invalid) for a tag that is not closed.
std::string erb_program(std::string_view text, const std::string& file);

} // namespace dfriends::converge::chef
