// SPDX-License-Identifier: Apache-2.0
// Go's literals: texts, characters and numbers.
#include "applets/docker/go_template/functions.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace dfriends::applets::docker::go_template {

namespace {

/// The number of digits of \x, \u, \U and of octal escapes.
std::optional<std::uint32_t> read_digits(std::string_view text, std::size_t& at, std::size_t count, int base)
{
    std::uint32_t value = 0;
    if (at + count > text.size())
        return std::nullopt;
    const auto read = std::from_chars(text.data() + at, text.data() + at + count, value, base);
    if (read.ec != std::errc() || read.ptr != text.data() + at + count)
        return std::nullopt;
    at += count;
    return value;
}

/// Behind a backslash.
bool append_escape(std::string& out, std::string_view text, std::size_t& at)
{
    constexpr std::string_view letters = "abfnrtv\\'\"";
    constexpr std::string_view meanings = "\a\b\f\n\r\t\v\\'\"";
    if (at == text.size())
        return false;
    const char letter = text[at];
    if (const std::size_t found = letters.find(letter); found != std::string_view::npos) {
        out += meanings[found];
        ++at;
        return true;
    }
    if (letter >= '0' && letter <= '7') {
        const auto value = read_digits(text, at, 3, 8);
        if (value && *value < 0x100)
            out += static_cast<char>(*value);
        return value && *value < 0x100;
    }
    const std::size_t count = letter == 'x' ? 2 : letter == 'u' ? 4 : letter == 'U' ? 8 : 0;
    const auto value = count != 0 ? read_digits(text, ++at, count, 16) : std::nullopt;
    if (!value || *value > 0x10ffff || (count > 2 && *value >= 0xd800 && *value < 0xe000))
        return false;
    if (count == 2)
        out += static_cast<char>(*value);
    else
        append_utf8(out, *value);
    return true;
}

} // namespace

void append_utf8(std::string& out, std::uint32_t point)
{
    if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
        point = 0xfffd;
    if (point < 0x80) {
        out += static_cast<char>(point);
        return;
    }
    const unsigned more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    constexpr std::uint32_t heads[]{0, 0xc0, 0xe0, 0xf0};
    out += static_cast<char>(heads[more] | (point >> (6 * more)));
    for (unsigned i = more; i-- > 0;)
        out += static_cast<char>(0x80U | ((point >> (6 * i)) & 0x3fU));
}

std::optional<std::string> unquote(std::string_view literal)
{
    if (literal.size() < 2)
        return std::nullopt;
    const bool is_raw = literal.front() == '`';
    const std::string_view text = literal.substr(1, literal.size() - 2);
    if (is_raw)
        return std::string(text);
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at++];
        if (c != '\\')
            out += c;
        else if (!append_escape(out, text, at))
            return std::nullopt;
    }
    return out;
}

std::string quote(std::string_view text)
{
    std::string out = "\"";
    for (const char c : text) {
        constexpr std::string_view meanings = "\a\b\f\n\r\t\v\\\"";
        constexpr std::string_view letters = "abfnrtv\\\"";
        if (const std::size_t found = meanings.find(c); found != std::string_view::npos)
            (out += '\\') += letters[found];
        else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        else
            out += c;
    }
    return out + '"';
}

std::optional<std::int64_t> find_only_character(std::string_view text)
{
    if (text.empty() || !is_utf8(text))
        return std::nullopt;
    const auto head = static_cast<unsigned char>(text.front());
    const std::size_t length = head < 0x80 ? 1 : head < 0xe0 ? 2 : head < 0xf0 ? 3 : 4;
    if (text.size() != length)
        return std::nullopt;
    std::int64_t point = length == 1 ? head : head & (0xffU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i)
        point = (point << 6) | (static_cast<unsigned char>(text[i]) & 0x3f);
    return point;
}

std::optional<Value> parse_number(std::string_view text)
{
    std::string digits(text);
    std::erase(digits, '_');
    const bool is_negative = digits.starts_with('-');
    if (is_negative || digits.starts_with('+'))
        digits.erase(0, 1);
    const std::string head = to_lower(digits.substr(0, 2));
    const int base = head == "0x" ? 16 : head == "0b" ? 2 : head == "0o" ? 8 : 10;
    const bool is_octal = base == 10 && digits.size() > 1 && digits.front() == '0' &&
                          digits.find_first_not_of("01234567") == std::string::npos;
    const std::string whole = (is_negative ? "-" : "") + digits.substr(base == 10 ? 0 : 2);
    std::int64_t integer = 0;
    const auto read = std::from_chars(whole.data(), whole.data() + whole.size(), integer, is_octal ? 8 : base);
    if (read.ec == std::errc() && read.ptr == whole.data() + whole.size())
        return Value::make_integer(integer);
    double number = 0;
    const auto real = std::from_chars(whole.data(), whole.data() + whole.size(), number);
    if (base != 10 || real.ec != std::errc() || real.ptr != whole.data() + whole.size() ||
        digits.find_first_of("0123456789") == std::string::npos)
        return std::nullopt;
    return Value::make_number(number);
}

} // namespace dfriends::applets::docker::go_template
