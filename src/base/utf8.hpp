// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

// Texts in UTF-8 by their characters. That a text is UTF-8 is `is_utf8`'s to say; here any bytes will do.
namespace dfriends {

/// Whether a byte goes on with the character before it.
constexpr bool continues_character(char byte)
{
    return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U;
}

inline std::size_t count_characters(std::string_view text)
{
    return text.size() - static_cast<std::size_t>(std::ranges::count_if(text, continues_character));
}

/// Where a character begins, counted from 0; the text's end where there are fewer.
constexpr std::size_t byte_of_character(std::string_view text, std::size_t character)
{
    std::size_t at = 0;
    for (; at < text.size(); ++at)
        if (!continues_character(text[at]) && character-- == 0)
            break;
    return at;
}

} // namespace dfriends
