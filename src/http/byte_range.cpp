// SPDX-License-Identifier: Apache-2.0
#include "http/byte_range.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace dfriends::http {

ByteRange parse_byte_range(std::string_view header, std::uint64_t size)
{
    using Kind = ByteRange::Kind;
    const ByteRange whole{Kind::whole, 0, size};
    header = trim(header);
    if (header.size() < 6 || !equal_ignoring_case(header.substr(0, 6), "bytes="))
        return whole;
    const auto range = trim(header.substr(6));
    if (range.find(',') != std::string_view::npos || range.find('-') == std::string_view::npos)
        return whole;
    const auto [first_text, last_text] = split_once(range, '-');
    const auto first = parse_unsigned(first_text);
    const auto last = parse_unsigned(last_text);
    if ((!first_text.empty() && !first) || (!last_text.empty() && !last) || (!first && !last))
        return whole;
    if (!first) { // the last bytes
        if (*last == 0 || size == 0)
            return {Kind::unsatisfiable, 0, 0};
        const auto length = std::min(*last, size);
        return {Kind::part, size - length, length};
    }
    if (last && *last < *first)
        return whole;
    if (*first >= size)
        return {Kind::unsatisfiable, 0, 0};
    const auto end = last ? std::min(*last, size - 1) : size - 1;
    return {Kind::part, *first, end - *first + 1};
}

} // namespace dfriends::http
