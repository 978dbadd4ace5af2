// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace dfriends::converge {

/// What a format wants a value for: %-10.3f, %<name>05d or %{name} in parts.
struct FormatDirective {
    std::string flags;
    std::size_t width = 0;
    std::optional<std::size_t> precision;
    std::string name; ///< empty: the next value
    char letter = 's';

    bool has(char flag) const { return flags.find(flag) != std::string::npos; }
    bool wants_text() const { return std::string_view("spc").find(letter) != std::string_view::npos; }
    bool wants_decimal() const { return std::string_view("feEgG").find(letter) != std::string_view::npos; }
};

/// A text for s, p and c, a double for f, e and g, and a whole number for all other letters.
using FormatValue = std::variant<std::string, double, std::int64_t>;

/// Ruby's sprintf, which recipes and manifests share; values are asked for in the order of the format. A negative
/// number in another base has its sign before it, as Ruby has it with '+'. Ends at `longest` bytes or a little more.
/// Throws Error(invalid) for what is no format.
std::string format_as_ruby(std::string_view format, std::size_t longest,
                           const std::function<FormatValue(const FormatDirective&)>& value_of);

} // namespace dfriends::converge
