// SPDX-License-Identifier: Apache-2.0
#include "debian/version.hpp"

#include <algorithm>

namespace dfriends::debian {

namespace {

struct Parts {
    std::string_view epoch;
    std::string_view upstream;
    std::string_view revision;
};

Parts cut(std::string_view version)
{
    Parts parts;
    if (const auto colon = version.find(':'); colon != version.npos) {
        parts.epoch = version.substr(0, colon);
        version.remove_prefix(colon + 1);
    }
    const auto dash = version.rfind('-');
    parts.upstream = version.substr(0, dash);
    if (dash != version.npos)
        parts.revision = version.substr(dash + 1);
    return parts;
}

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/// '~' before the end, the end before letters, letters before all else.
int weight(std::string_view text)
{
    if (text.empty() || is_digit(text[0]))
        return 0;
    const char c = text[0];
    if (c == '~')
        return -1;
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return static_cast<unsigned char>(c) + (is_letter ? 0 : 256);
}

std::string_view take_number(std::string_view& text)
{
    const auto end = static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
    auto number = text.substr(0, end);
    text.remove_prefix(end);
    number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
    return number;
}

std::strong_ordering compare_numbers(std::string_view a, std::string_view b)
{
    return a.size() != b.size() ? a.size() <=> b.size() : a.compare(b) <=> 0;
}

std::strong_ordering compare_parts(std::string_view a, std::string_view b)
{
    while (!a.empty() || !b.empty()) {
        while ((!a.empty() && !is_digit(a[0])) || (!b.empty() && !is_digit(b[0]))) {
            if (const auto order = weight(a) <=> weight(b); order != 0)
                return order;
            // Equal weights of which one is not 0 mean that both have a character here.
            a.remove_prefix(1);
            b.remove_prefix(1);
        }
        const auto first = take_number(a);
        if (const auto order = compare_numbers(first, take_number(b)); order != 0)
            return order;
    }
    return std::strong_ordering::equal;
}

} // namespace

std::strong_ordering compare_versions(std::string_view a, std::string_view b)
{
    const Parts first = cut(a);
    const Parts second = cut(b);
    if (const auto order = compare_parts(first.epoch, second.epoch); order != 0)
        return order;
    if (const auto order = compare_parts(first.upstream, second.upstream); order != 0)
        return order;
    return compare_parts(first.revision, second.revision);
}

} // namespace dfriends::debian
