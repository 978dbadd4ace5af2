// SPDX-License-Identifier: Apache-2.0
#include "base/duration.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

namespace dfriends {

namespace {

struct Unit {
    std::string_view name;
    std::int64_t milliseconds;
};

constexpr std::array units{
    Unit{"w", 604'800'000}, Unit{"d", 86'400'000}, Unit{"h", 3'600'000}, Unit{"m", 60'000}, Unit{"min", 60'000},
    Unit{"s", 1000},        Unit{"sec", 1000},     Unit{"ms", 1},        Unit{"", 1000},
};
constexpr std::int64_t longest = std::int64_t{100} * 365 * 86'400'000;

std::optional<std::int64_t> unit_length(std::string_view name)
{
    for (const Unit& unit : units)
        if (unit.name == name)
            return unit.milliseconds;
    return std::nullopt;
}

/// Takes the ".5" of "1.5h" away, as billionths; nothing where no digit is behind the point.
std::optional<std::uint64_t> take_fraction(std::string_view& text)
{
    if (!text.starts_with('.'))
        return 0;
    constexpr std::size_t precision = 9;
    const std::size_t end = std::min(text.find_first_not_of("0123456789", 1), text.size());
    std::string digits(text.substr(1, std::min(end - 1, precision)));
    text.remove_prefix(end);
    if (digits.empty())
        return std::nullopt;
    digits.resize(precision, '0');
    return parse_unsigned(digits);
}

} // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text)
{
    text = trim(text);
    if (text.empty())
        return std::nullopt;
    std::int64_t total = 0;
    while (!text.empty()) {
        const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
        const auto number = parse_unsigned(text.substr(0, digits));
        text = text.substr(digits);
        const auto fraction = take_fraction(text);
        text = trim(text);
        const auto letters = std::min(text.find_first_of("0123456789 "), text.size());
        const auto length = unit_length(text.substr(0, letters));
        text = trim(text.substr(letters));
        if (!number || !fraction || !length || *number > static_cast<std::uint64_t>(longest / *length))
            return std::nullopt;
        total += static_cast<std::int64_t>(*number) * *length +
                 static_cast<std::int64_t>(*fraction) * *length / 1'000'000'000;
        if (total > longest)
            return std::nullopt;
    }
    return std::chrono::milliseconds(total);
}

std::string render_duration(std::chrono::milliseconds duration)
{
    std::int64_t left = duration.count();
    if (left < 0)
        return "-" + render_duration(-duration);
    std::string text;
    int said = 0;
    for (const std::string_view name : {"d", "h", "m", "s", "ms"}) {
        const std::int64_t length = *unit_length(name);
        const std::int64_t count = left / length;
        left %= length;
        if (count != 0)
            text += fmt::format("{}{}", count, name);
        if (!text.empty() && ++said == 2)
            break;
    }
    return text.empty() ? "0s" : text;
}

} // namespace dfriends
