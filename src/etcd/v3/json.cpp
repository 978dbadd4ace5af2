// SPDX-License-Identifier: Apache-2.0
#include "etcd/v3/json.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "etcd/quote.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

namespace dfriends::etcd::v3 {

namespace {

/// Where Go's decoder would stop: the first byte that is none of the alphabet, or of the right place.
std::size_t find_bad_base64(std::string_view text)
{
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const std::size_t bad = text.find_first_not_of(alphabet);
    return bad == std::string_view::npos || text[bad] == '=' ? text.size() - text.size() % 4 : bad;
}

bool is_standard_base64(std::string_view text)
{
    return text.size() % 4 == 0 && text.find_first_of("-_") == std::string_view::npos;
}

template <class Number>
void read_number(json::Cursor& cursor, Number& value)
{
    const std::string text = cursor.peek() == '"' ? cursor.read_string() : std::string(cursor.read_number());
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || text.empty())
        throw Error(ErrorKind::invalid, "cannot read '{}' as an integer of {} bits", text, sizeof(Number) * 8);
}

} // namespace

void JsonEncoder::begin(std::string_view name)
{
    if (!first_)
        out_ += ',';
    first_ = false;
    out_.append("\"").append(name).append("\":");
}

/// Of 64 bits, and so as a string.
template <class Number>
void JsonEncoder::append_number(Number value)
{
    const fmt::format_int digits(value);
    out_ += '"';
    out_.append(digits.data(), digits.size());
    out_ += '"';
}

void JsonEncoder::operator()(int, std::string_view name, const Bytes& value)
{
    if (value.empty())
        return;
    begin(name);
    element(value);
}

void JsonEncoder::operator()(int, std::string_view name, const std::string& value)
{
    if (value.empty())
        return;
    begin(name);
    element(value);
}

void JsonEncoder::operator()(int, std::string_view name, std::int64_t value)
{
    if (value == 0)
        return;
    begin(name);
    append_number(value);
}

void JsonEncoder::operator()(int, std::string_view name, std::uint64_t value)
{
    if (value == 0)
        return;
    begin(name);
    append_number(value);
}

void JsonEncoder::operator()(int, std::string_view name, std::uint32_t value)
{
    if (value == 0)
        return;
    begin(name);
    const fmt::format_int digits(value);
    out_.append(digits.data(), digits.size());
}

void JsonEncoder::operator()(int, std::string_view name, bool value)
{
    if (!value)
        return;
    begin(name);
    out_ += "true";
}

void JsonEncoder::choice(std::string_view name, int value, EnumNames names)
{
    if (value == 0)
        return;
    begin(name);
    element(std::string(names.values[static_cast<std::size_t>(value)]));
}

void JsonEncoder::element(const Bytes& value)
{
    out_.append("\"").append(encode_base64(value)).append("\"");
}

void JsonEncoder::element(const std::string& value)
{
    out_ += quote(value);
}

bool JsonDecoder::is_name(std::string_view original) const
{
    if (name_ == original)
        return true;
    std::size_t at = 0;
    bool after_line = false;
    for (const char c : original) {
        if (c == '_') {
            after_line = true;
            continue;
        }
        const char expected = after_line && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        after_line = false;
        if (at == name_.size() || name_[at++] != expected)
            return false;
    }
    return at == name_.size();
}

void JsonDecoder::read(Bytes& value)
{
    const std::string text = cursor_.read_string();
    auto bytes = is_standard_base64(text) ? decode_base64(text) : std::nullopt;
    if (!bytes)
        throw Error(ErrorKind::invalid, "illegal base64 data at input byte {}", find_bad_base64(text));
    value = std::move(*bytes);
}

void JsonDecoder::read(std::string& value)
{
    value = cursor_.read_string();
}

void JsonDecoder::read(std::int64_t& value)
{
    read_number(cursor_, value);
}

void JsonDecoder::read(std::uint64_t& value)
{
    read_number(cursor_, value);
}

void JsonDecoder::read(std::uint32_t& value)
{
    read_number(cursor_, value);
}

void JsonDecoder::read(bool& value)
{
    value = cursor_.read_bool();
}

int JsonDecoder::read_choice(EnumNames names)
{
    std::size_t value = 0;
    if (cursor_.peek() == '"') {
        const std::string word = cursor_.read_string();
        value = static_cast<std::size_t>(std::ranges::find(names.values, word) - names.values.begin());
        if (value == names.values.size())
            throw Error(ErrorKind::invalid, "unknown value {} for enum {}", quote(word), names.type);
    } else {
        std::uint32_t number = 0;
        read(number);
        value = number;
        if (value >= names.values.size())
            throw Error(ErrorKind::invalid, "unknown value {} for enum {}", number, names.type);
    }
    return static_cast<int>(value);
}

} // namespace dfriends::etcd::v3
