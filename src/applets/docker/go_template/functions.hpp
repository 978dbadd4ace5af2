// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/docker/go_template/value.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::applets::docker::go_template {

/// How much work a template may still do: what it does is counted, so that none can hang or fill the memory.
class Budget {
  public:
    /// Throws Error(invalid) where nothing is left.
    void spend(std::size_t work);
    /// The same for a text that was made.
    std::string made(std::string text);

  private:
    std::size_t left_ = 2'000'000;
};

/// Appends, and throws Error(invalid) where the text would have more than 16 MiB.
void append_bounded(std::string& out, std::string_view text);

bool is_function(std::string_view name);

/// Throws Error(invalid) in Go's words. `and` and `or` are not here: they evaluate only what they need.
Value call_function(std::string_view name, const std::vector<Value>& arguments, Budget& budget);

/// Go's Sprintf.
std::string render_printf(const std::string& format, const std::vector<Value>& arguments, Budget& budget);

/// A literal of Go: "a\n", `a`, 'a'. Nothing where it is malformed.
std::optional<std::string> unquote(std::string_view literal);
/// A text as such a literal.
std::string quote(std::string_view text);
/// The code point of a text of one character.
std::optional<std::int64_t> find_only_character(std::string_view text);
/// An integer or a floating-point number as Go writes them.
std::optional<Value> parse_number(std::string_view text);
void append_utf8(std::string& out, std::uint32_t point);

} // namespace dfriends::applets::docker::go_template
