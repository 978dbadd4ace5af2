// SPDX-License-Identifier: Apache-2.0
#include "json/cursor.hpp"

#include "base/error.hpp"

namespace dfriends::json {

namespace {

constexpr std::size_t deepest = 100;

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

void append_utf8(std::string& out, unsigned point)
{
    const auto add = [&](unsigned byte) { out += static_cast<char>(byte); };
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

} // namespace

void Cursor::fail(std::string_view expected) const
{
    if (at_ >= text_.size())
        throw Error(ErrorKind::invalid, "the JSON ends where {} should stand", expected);
    throw Error(ErrorKind::invalid, "no JSON at byte {}: {} should stand there", at_, expected);
}

void Cursor::skip_space()
{
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
        ++at_;
}

bool Cursor::at_end()
{
    skip_space();
    return at_ == text_.size();
}

char Cursor::peek()
{
    skip_space();
    if (at_ == text_.size() || std::string_view("{[\"tfn-0123456789").find(text_[at_]) == std::string_view::npos)
        fail("a value");
    return text_[at_];
}

void Cursor::begin(char bracket)
{
    skip_space();
    if (at_ == text_.size() || text_[at_] != bracket)
        fail(bracket == '{' ? "an object" : "an array");
    if (++depth_ > deepest)
        throw Error(ErrorKind::invalid, "the JSON is nested deeper than {}", deepest);
    ++at_;
    first_ = true;
}

bool Cursor::next_element()
{
    skip_space();
    if (at_ < text_.size() && text_[at_] == ']') {
        ++at_;
        --depth_;
        first_ = false;
        return false;
    }
    if (!first_)
        take(",");
    first_ = false;
    return true;
}

bool Cursor::next_member(std::string& name)
{
    skip_space();
    if (at_ < text_.size() && text_[at_] == '}') {
        ++at_;
        --depth_;
        first_ = false;
        return false;
    }
    if (!first_)
        take(",");
    first_ = false;
    name = read_string();
    take(":");
    return true;
}

void Cursor::take(std::string_view word)
{
    skip_space();
    if (!text_.substr(at_).starts_with(word))
        fail(word);
    at_ += word.size();
}

bool Cursor::skip_null()
{
    if (peek() != 'n')
        return false;
    take("null");
    return true;
}

bool Cursor::read_bool()
{
    if (peek() == 't') {
        take("true");
        return true;
    }
    if (text_[at_] != 'f')
        fail("true or false");
    take("false");
    return false;
}

unsigned Cursor::read_four_digits()
{
    unsigned value = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
        const char c = at_ < text_.size() ? text_[at_] : '\0';
        if (is_digit(c))
            value = value * 16 + static_cast<unsigned>(c - '0');
        else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
            value = value * 16 + (static_cast<unsigned>(c) & 0xfU) + 9;
        else
            fail("a hexadecimal digit");
    }
    return value;
}

/// After a backslash.
void Cursor::append_escape(std::string& out)
{
    constexpr std::string_view letters = "\"\\/bfnrt";
    constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    const char letter = at_ < text_.size() ? text_[at_] : '\0';
    if (const std::size_t found = letters.find(letter); letter != '\0' && found != std::string_view::npos) {
        out += meanings[found];
        ++at_;
        return;
    }
    if (letter != 'u')
        fail("an escape");
    ++at_;
    unsigned point = read_four_digits();
    if (point >= 0xd800 && point < 0xdc00 && text_.substr(at_).starts_with("\\u")) {
        const std::size_t before = at_;
        at_ += 2;
        const unsigned low = read_four_digits();
        if (low >= 0xdc00 && low < 0xe000)
            point = 0x10000 + ((point - 0xd800) << 10U) + (low - 0xdc00);
        else
            at_ = before; // a character of its own
    }
    append_utf8(out, point >= 0xd800 && point < 0xe000 ? 0xfffdU : point);
}

std::string Cursor::read_string()
{
    skip_space();
    if (at_ == text_.size() || text_[at_] != '"')
        fail("a string");
    ++at_;
    std::string out;
    for (;;) {
        const std::size_t begin = at_;
        while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' &&
               static_cast<unsigned char>(text_[at_]) >= 0x20)
            ++at_;
        out.append(text_, begin, at_ - begin);
        if (at_ == text_.size() || static_cast<unsigned char>(text_[at_]) < 0x20)
            fail("the end of a string");
        if (text_[at_++] == '"')
            return out;
        append_escape(out);
    }
}

std::string_view Cursor::read_number()
{
    skip_space();
    const std::size_t begin = at_;
    const auto digits = [&] {
        const std::size_t from = at_;
        while (at_ < text_.size() && is_digit(text_[at_]))
            ++at_;
        if (at_ == from)
            fail("a digit");
    };
    if (at_ < text_.size() && text_[at_] == '-')
        ++at_;
    const bool zero = at_ < text_.size() && text_[at_] == '0';
    const std::size_t whole = at_;
    digits();
    if (zero && at_ - whole > 1)
        fail("a number without leading zeros");
    if (at_ < text_.size() && text_[at_] == '.') {
        ++at_;
        digits();
    }
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
        ++at_;
        if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-'))
            ++at_;
        digits();
    }
    return text_.substr(begin, at_ - begin);
}

void Cursor::skip_value()
{
    std::string name;
    switch (peek()) {
    case '{':
        begin_object();
        while (next_member(name))
            skip_value();
        return;
    case '[':
        begin_array();
        while (next_element())
            skip_value();
        return;
    case '"':
        read_string();
        return;
    case 't':
    case 'f':
        read_bool();
        return;
    case 'n':
        take("null");
        return;
    default:
        read_number();
    }
}

} // namespace dfriends::json
