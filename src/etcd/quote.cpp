// SPDX-License-Identifier: Apache-2.0
#include "etcd/quote.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace dfriends::etcd {

namespace {

/// Bytes of the well-formed UTF-8 character that a text begins with (RFC 3629 section 4); 0 where it begins with none.
std::size_t character_length(std::string_view text)
{
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const auto follows = [&](std::size_t i) { return (byte(i) & 0xc0U) == 0x80U; };
    const unsigned first = byte(0);
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf)
        return follows(1) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        const bool good =
            follows(1) && follows(2) && (first != 0xe0 || byte(1) >= 0xa0) && (first != 0xed || byte(1) < 0xa0);
        return good ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        const bool good = follows(1) && follows(2) && follows(3) && (first != 0xf0 || byte(1) >= 0x90) &&
                          (first != 0xf4 || byte(1) < 0x90);
        return good ? 4 : 0;
    }
    return 0;
}

/// Stands for itself.
bool is_plain(char character)
{
    const auto byte = static_cast<unsigned char>(character);
    return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\' && byte != '<' && byte != '>' && byte != '&';
}

void append_character(std::string& out, std::string_view character)
{
    const auto byte = static_cast<unsigned char>(character[0]);
    if (character == "\"" || character == "\\")
        out.append("\\").append(character);
    else if (byte == '\n')
        out += "\\n";
    else if (byte == '\r')
        out += "\\r";
    else if (byte == '\t')
        out += "\\t";
    else if (byte < 0x20 || byte == '<' || byte == '>' || byte == '&')
        fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
    else if (character == "\xe2\x80\xa8" || character == "\xe2\x80\xa9")
        out += character == "\xe2\x80\xa8" ? "\\u2028" : "\\u2029";
    else
        out += character;
}

} // namespace

void append_quoted(std::string& out, std::string_view text)
{
    out += '"';
    while (!text.empty()) {
        const auto end = std::ranges::find_if_not(text, is_plain);
        out.append(text.begin(), end);
        text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
        if (text.empty())
            break;
        const std::size_t length = character_length(text);
        if (length == 0)
            out += "\\ufffd";
        else
            append_character(out, text.substr(0, length));
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    out += '"';
}

std::string quote(std::string_view text)
{
    std::string out;
    out.reserve(text.size() + 2);
    append_quoted(out, text);
    return out;
}

} // namespace dfriends::etcd
