// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"

#include "base/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace dfriends {

namespace {

constexpr std::string_view blanks = " \t\r\n\f\v";

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

template <class Number>
std::optional<Number> parse_number(std::string_view text)
{
    Number value{};
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || code != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

} // namespace

std::string_view trim(std::string_view text)
{
    const auto first = text.find_first_not_of(blanks);
    if (first == text.npos)
        return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator)
{
    std::vector<std::string_view> parts;
    for (;;) {
        const auto cut = text.find(separator);
        parts.push_back(text.substr(0, cut));
        if (cut == text.npos)
            return parts;
        text.remove_prefix(cut + 1);
    }
}

std::pair<std::string_view, std::string_view> split_once(std::string_view text, char separator)
{
    const auto cut = text.find(separator);
    if (cut == text.npos)
        return {text, {}};
    return {text.substr(0, cut), text.substr(cut + 1)};
}

std::vector<std::string_view> words(std::string_view text)
{
    std::vector<std::string_view> found;
    for (;;) {
        const auto first = text.find_first_not_of(blanks);
        if (first == text.npos)
            return found;
        text.remove_prefix(first);
        const auto end = std::min(text.find_first_of(blanks), text.size());
        found.push_back(text.substr(0, end));
        text.remove_prefix(end);
    }
}

std::vector<std::string_view> lines(std::string_view text)
{
    std::vector<std::string_view> found;
    while (!text.empty()) {
        const auto end = text.find('\n');
        std::string_view line = text.substr(0, end);
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        found.push_back(line);
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
    }
    return found;
}

std::string join(const std::vector<std::string>& parts, std::string_view separator)
{
    std::string all;
    for (const std::string& part : parts) {
        if (!all.empty() || &part != &parts.front())
            all += separator;
        all += part;
    }
    return all;
}

std::string to_lower(std::string_view text)
{
    std::string result(text);
    std::ranges::transform(result, result.begin(), lower);
    return result;
}

bool equal_ignoring_case(std::string_view a, std::string_view b)
{
    return a.size() == b.size() && std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::optional<std::uint64_t> parse_unsigned(std::string_view text)
{
    return parse_number<std::uint64_t>(text);
}

std::optional<std::int64_t> parse_signed(std::string_view text)
{
    return parse_number<std::int64_t>(text);
}

std::string wrap(std::string_view text, std::size_t width, std::size_t indent)
{
    std::string result;
    std::size_t column = 0;
    for (const std::string_view word : words(text)) {
        if (column != 0 && column + 1 + word.size() > width) {
            result += '\n';
            result.append(indent, ' ');
            column = indent;
        } else if (column != 0) {
            result += ' ';
            ++column;
        }
        result += word;
        column += word.size();
    }
    return result;
}

std::string printable(std::string_view text)
{
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (std::ranges::none_of(text, is_control))
        return std::string(text);
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (is_control(c))
            result += fmt::format("\\x{:02x}", byte);
        else
            result += c;
    }
    return result;
}

bool is_utf8(std::string_view text)
{
    for (std::size_t at = 0; at < text.size();) {
        const auto first = static_cast<unsigned char>(text[at]);
        const std::size_t length = first < 0x80   ? 1
                                   : first < 0xC2 ? 0
                                   : first < 0xE0 ? 2
                                   : first < 0xF0 ? 3
                                   : first < 0xF5 ? 4
                                                  : 0;
        if (length == 0 || at + length > text.size())
            return false;
        for (std::size_t index = 1; index < length; ++index)
            if (!continues_character(text[at + index]))
                return false;
        const auto second = length > 1 ? static_cast<unsigned char>(text[at + 1]) : 0;
        if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) || (first == 0xF0 && second < 0x90) ||
            (first == 0xF4 && second > 0x8F))
            return false;
        at += length;
    }
    return true;
}

std::string replace_all(std::string_view text, std::string_view from, std::string_view to)
{
    std::string result;
    for (;;) {
        const auto found = from.empty() ? text.npos : text.find(from);
        if (found == text.npos)
            return result.append(text);
        result.append(text.substr(0, found)).append(to);
        text.remove_prefix(found + from.size());
    }
}

} // namespace dfriends
