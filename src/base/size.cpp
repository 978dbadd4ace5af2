// SPDX-License-Identifier: Apache-2.0
#include "base/size.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

namespace dfriends {

std::optional<std::uint64_t> parse_size(std::string_view text)
{
    text = trim(text);
    const auto digits = std::min(text.find_first_not_of("0123456789."), text.size());
    const std::string number(text.substr(0, digits));
    std::string unit = to_lower(trim(text.substr(digits)));
    if (unit.ends_with("ib"))
        unit.resize(unit.size() - 2);
    else if (unit.ends_with('b'))
        unit.pop_back();
    char* end = nullptr;
    const double value = std::strtod(number.c_str(), &end);
    if (number.empty() || end != number.c_str() + number.size() || unit.size() > 1)
        return std::nullopt;
    constexpr std::string_view prefixes = "kmgtp";
    const auto power = unit.empty() ? 0 : prefixes.find(unit[0]) + 1;
    if (!unit.empty() && power == 0)
        return std::nullopt;
    const double bytes = std::ldexp(value, static_cast<int>(10 * power));
    if (!(bytes >= 0) || bytes >= 0x1p63)
        return std::nullopt;
    return static_cast<std::uint64_t>(bytes);
}

std::string render_size(std::uint64_t bytes)
{
    if (bytes < 1024)
        return fmt::format("{} B", bytes);
    double value = static_cast<double>(bytes);
    std::size_t power = 0;
    while (value >= 1023.5 && power < 5) {
        value /= 1024;
        ++power;
    }
    const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    return fmt::format("{:.{}f} {}iB", value, decimals, "KMGTP"[power - 1]);
}

} // namespace dfriends
