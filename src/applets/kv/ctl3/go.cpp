// SPDX-License-Identifier: Apache-2.0
#include "applets/kv/ctl3/go.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "etcd/quote.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace dfriends::applets::kv::ctl3 {

namespace {

/// Bytes of the well-formed UTF-8 sequence at the front; 0 where there is none.
std::size_t sequence_length(std::string_view text)
{
    for (std::size_t length = 1; length <= 4 && length <= text.size(); ++length)
        if (is_utf8(text.substr(0, length)))
            return length;
    return 0;
}

char escape_letter(char c)
{
    constexpr std::string_view characters = "\a\b\f\n\r\t\v\\\"";
    constexpr std::string_view letters = "abfnrtv\\\"";
    const std::size_t at = characters.find(c);
    return at == characters.npos ? '\0' : letters[at];
}

char escaped_character(char letter)
{
    constexpr std::string_view characters = "\a\b\f\n\r\t\v\\\"'";
    constexpr std::string_view letters = "abfnrtv\\\"'";
    const std::size_t at = letters.find(letter);
    return at == letters.npos ? '\0' : characters[at];
}

void append_point(std::string& out, unsigned point)
{
    const auto add = [&out](unsigned byte) { out += static_cast<char>(byte); };
    if (point < 0x80) {
        add(point);
    } else if (point < 0x800) {
        add(0xc0U | (point >> 6U));
        add(0x80U | (point & 0x3fU));
    } else if (point < 0x10000) {
        add(0xe0U | (point >> 12U));
        add(0x80U | ((point >> 6U) & 0x3fU));
        add(0x80U | (point & 0x3fU));
    } else {
        add(0xf0U | (point >> 18U));
        add(0x80U | ((point >> 12U) & 0x3fU));
        add(0x80U | ((point >> 6U) & 0x3fU));
        add(0x80U | (point & 0x3fU));
    }
}

std::optional<unsigned> read_digits(std::string_view& text, std::size_t count, int base)
{
    unsigned value = 0;
    const std::string_view digits = text.substr(0, count);
    const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (digits.size() != count || code != std::errc() || end != digits.data() + count)
        return std::nullopt;
    text.remove_prefix(count);
    return value;
}

/// What follows a backslash; false where it is no escape.
bool append_escape(std::string& out, std::string_view& text)
{
    if (text.empty())
        return false;
    const char letter = text.front();
    if (letter >= '0' && letter <= '7') {
        const auto value = read_digits(text, 3, 8);
        if (value && *value < 256)
            out += static_cast<char>(*value);
        return value && *value < 256;
    }
    text.remove_prefix(1);
    if (letter == 'x') {
        const auto value = read_digits(text, 2, 16);
        if (value)
            out += static_cast<char>(*value);
        return value.has_value();
    }
    if (letter == 'u' || letter == 'U') {
        const auto value = read_digits(text, letter == 'u' ? 4 : 8, 16);
        if (value && *value <= 0x10ffff)
            append_point(out, *value);
        return value && *value <= 0x10ffff;
    }
    const char character = escaped_character(letter);
    if (character != '\0')
        out += character;
    return character != '\0';
}

bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

std::string centred(std::string_view text, std::size_t width)
{
    const std::size_t gap = width - text.size();
    const std::size_t left = gap / 2;
    return fmt::format("{}{}{}", std::string(left, ' '), text, std::string(gap - left, ' '));
}

std::string upper(std::string text)
{
    std::ranges::transform(text, text.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    return text;
}

} // namespace

std::string go_quote(std::string_view text)
{
    std::string out = "\"";
    while (!text.empty()) {
        const std::size_t length = sequence_length(text);
        const auto byte = static_cast<unsigned char>(text.front());
        if (const char letter = escape_letter(text.front()); letter != '\0')
            out += {'\\', letter};
        else if (length == 0 || byte < 0x20 || byte == 0x7f)
            out += fmt::format("\\x{:02x}", byte);
        else
            out += text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out + '"';
}

std::optional<std::string> go_unquote(std::string_view& text)
{
    std::string_view rest = text;
    if (rest.empty() || (rest.front() != '"' && rest.front() != '`'))
        return std::nullopt;
    const char quote = rest.front();
    rest.remove_prefix(1);
    std::string out;
    while (!rest.empty() && rest.front() != quote) {
        const char c = rest.front();
        rest.remove_prefix(1);
        if (c != '\\' || quote == '`')
            out += c;
        else if (!append_escape(out, rest))
            return std::nullopt;
    }
    if (rest.empty())
        return std::nullopt;
    text = rest.substr(1);
    return out;
}

std::string go_duration(std::chrono::nanoseconds duration)
{
    const auto count = static_cast<double>(duration.count());
    struct Unit {
        double size;
        std::string_view name;
        int digits;
    };
    constexpr std::array<Unit, 3> units{{{1e9, "s", 9}, {1e6, "ms", 6}, {1e3, "µs", 3}}};
    for (const Unit& unit : units) {
        if (count < unit.size)
            continue;
        std::string text = fmt::format("{:.{}f}", count / unit.size, unit.digits);
        text.erase(text.find_last_not_of('0') + 1);
        if (text.ends_with('.'))
            text.pop_back();
        return text + std::string(unit.name);
    }
    return fmt::format("{}ns", duration.count());
}

std::string humanize_bytes(std::uint64_t bytes)
{
    if (bytes < 10)
        return fmt::format("{} B", bytes);
    constexpr std::array<std::string_view, 7> units{"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    std::size_t exponent = 0;
    auto value = static_cast<double>(bytes);
    for (; value >= 1000 && exponent + 1 < units.size(); ++exponent)
        value /= 1000;
    value = std::floor(value * 10 + 0.5) / 10;
    return fmt::format("{:.{}f} {}", value, value < 10 ? 1 : 0, units[exponent]);
}

std::optional<std::vector<std::string>> argify(std::string_view line)
{
    std::vector<std::string> words;
    while (!line.empty()) {
        if (is_blank(line.front())) {
            line.remove_prefix(1);
        } else if (line.front() == '"') {
            auto word = go_unquote(line);
            if (!word)
                return std::nullopt;
            words.push_back(std::move(*word));
        } else if (line.front() == '\'') {
            const std::size_t end = line.find('\'', 1);
            if (end == line.npos)
                return std::nullopt;
            words.emplace_back(line.substr(1, end - 1));
            line.remove_prefix(end + 1);
        } else {
            const std::size_t end = std::min(line.find_first_of(" \t\r\n"), line.size());
            words.emplace_back(line.substr(0, end));
            line.remove_prefix(end);
        }
    }
    return words;
}

std::string render_frame(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows)
{
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < header.size(); ++i) {
        widths.push_back(header[i].size());
        for (const auto& row : rows)
            widths[i] = std::max(widths[i], row[i].size());
    }
    std::string line = "+";
    std::string head = "|";
    for (std::size_t i = 0; i < header.size(); ++i) {
        line += std::string(widths[i] + 2, '-') + "+";
        head += " " + centred(upper(header[i]), widths[i]) + " |";
    }
    std::string text = line + "\n" + head + "\n" + line + "\n";
    for (const auto& row : rows) {
        text += "|";
        for (std::size_t i = 0; i < row.size(); ++i)
            text += fmt::format(" {:>{}} |", row[i], widths[i]);
        text += "\n";
    }
    return rows.empty() ? text : text + line + "\n";
}

void GoJson::begin(std::string_view name)
{
    out_ += fmt::format("{}\"{}\":", first_ ? "" : ",", name);
    first_ = false;
}

void GoJson::element(const std::string& value)
{
    out_ += etcd::quote(value);
}

void GoJson::element(const etcd::v3::Bytes& value)
{
    out_ += "\"" + encode_base64(value) + "\"";
}

void GoJson::element(const etcd::v3::ResponseOp& op)
{
    const auto wrap = [this](std::string_view name, const auto& response) {
        out_ += fmt::format("{{\"Response\":{{\"{}\":", name);
        element(*response);
        out_ += "}}";
    };
    if (op.response_range)
        wrap("ResponseRange", op.response_range);
    else if (op.response_put)
        wrap("ResponsePut", op.response_put);
    else if (op.response_delete_range)
        wrap("ResponseDeleteRange", op.response_delete_range);
    else if (op.response_txn)
        wrap("ResponseTxn", op.response_txn);
    else
        out_ += "{\"Response\":null}";
}

} // namespace dfriends::applets::kv::ctl3
