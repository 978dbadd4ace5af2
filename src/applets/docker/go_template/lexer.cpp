// SPDX-License-Identifier: Apache-2.0
#include "applets/docker/go_template/lexer.hpp"

#include <fmt/format.h>

namespace dfriends::applets::docker::go_template {

namespace {

constexpr std::string_view blanks = " \t\r\n";

bool is_blank(char c)
{
    return blanks.find(c) != std::string_view::npos;
}

/// Letters beyond ASCII too, as bytes.
bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

class Lexer {
  public:
    explicit Lexer(std::string_view text) : text_(text) {}

    std::vector<Token> run()
    {
        while (read_text() && read_action())
            ;
        if (!has_failed_)
            add(Token::Kind::end, at_, at_);
        return std::move(tokens_);
    }

  private:
    char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
    bool at_close() const { return text_.substr(at_).starts_with("}}"); }
    bool at_trimmed_close() const { return is_blank(peek()) && text_.substr(at_ + 1).starts_with("-}}"); }

    void add(Token::Kind kind, std::size_t from, std::size_t to)
    {
        tokens_.push_back({kind, from, std::string(text_.substr(from, to - from)), had_space_});
        had_space_ = false;
    }

    bool fail(std::string message)
    {
        tokens_.push_back({Token::Kind::error, at_, std::move(message)});
        has_failed_ = true;
        return false;
    }

    /// Up to the next action; false at the end.
    bool read_text()
    {
        std::size_t from = at_;
        if (trims_)
            from = std::min(text_.find_first_not_of(blanks, at_), text_.size());
        const std::size_t open = std::min(text_.find("{{", from), text_.size());
        std::size_t to = open;
        at_ = open;
        const bool trims_before = open < text_.size() && peek(2) == '-' && is_blank(peek(3));
        if (trims_before)
            while (to > from && is_blank(text_[to - 1]))
                --to;
        if (to > from)
            add(Token::Kind::text, from, to);
        if (open == text_.size())
            return false;
        opened_at_ = open;
        at_ = open + (trims_before ? 4 : 2);
        return true;
    }

    /// From behind {{ to behind }}; false where it is broken.
    bool read_action()
    {
        if (text_.substr(at_).starts_with("/*"))
            return skip_comment();
        add(Token::Kind::open, opened_at_, opened_at_ + 2);
        for (;;) {
            if (at_trimmed_close() || at_close()) {
                trims_ = !at_close();
                at_ += trims_ ? 4 : 2;
                add(Token::Kind::close, at_ - 2, at_);
                return true;
            }
            if (at_ == text_.size())
                return fail("unclosed action");
            if (is_blank(peek())) {
                ++at_;
                had_space_ = true;
            } else if (!read_token()) {
                return false;
            }
        }
    }

    bool skip_comment()
    {
        const std::size_t end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos)
            return fail("unclosed comment");
        at_ = end + 2;
        if (!at_close() && !at_trimmed_close())
            return fail("comment ends before closing delimiter");
        trims_ = !at_close();
        at_ += trims_ ? 4 : 2;
        return true;
    }

    bool add_and_move(Token::Kind kind, std::size_t length)
    {
        add(kind, at_, at_ + length);
        at_ += length;
        return true;
    }

    bool read_token()
    {
        switch (peek()) {
        case '"':
            return read_quoted('"', Token::Kind::string, "unterminated quoted string");
        case '\'':
            return read_quoted('\'', Token::Kind::character, "unterminated character constant");
        case '`':
            return read_raw();
        case '|':
            return add_and_move(Token::Kind::pipe, 1);
        case '(':
            return add_and_move(Token::Kind::left_paren, 1);
        case ')':
            return add_and_move(Token::Kind::right_paren, 1);
        case ',':
            return add_and_move(Token::Kind::comma, 1);
        case '=':
            return add_and_move(Token::Kind::assign, 1);
        case ':':
            return peek(1) == '=' ? add_and_move(Token::Kind::declare, 2) : fail("expected :=");
        case '$':
            return read_word(Token::Kind::variable);
        case '.':
            if (!is_digit(peek(1)))
                return is_word(peek(1)) ? read_word(Token::Kind::field) : add_and_move(Token::Kind::dot, 1);
            return read_number();
        default:
            break;
        }
        if (is_digit(peek()) || peek() == '+' || peek() == '-')
            return read_number();
        if (is_word(peek()))
            return read_word(Token::Kind::identifier);
        return fail(fmt::format("unrecognized character in action: U+{:04X}", static_cast<unsigned char>(peek())));
    }

    bool read_quoted(char quote, Token::Kind kind, const char* unclosed)
    {
        std::size_t length = 1;
        for (; peek(length) != quote; ++length) {
            if (peek(length) == '\\' && at_ + length + 1 < text_.size())
                ++length;
            if (at_ + length >= text_.size() || peek(length) == '\n')
                return fail(unclosed);
        }
        return add_and_move(kind, length + 1);
    }

    bool read_raw()
    {
        const std::size_t end = text_.find('`', at_ + 1);
        if (end == std::string_view::npos)
            return fail("unterminated raw quoted string");
        return add_and_move(Token::Kind::string, end + 1 - at_);
    }

    bool read_number()
    {
        std::size_t length = 1;
        const auto continues = [&] {
            const char before = peek(length - 1);
            const bool is_exponent = (peek(length) == '+' || peek(length) == '-') && (before == 'e' || before == 'E') &&
                                     text_.substr(at_, 2) != "0x";
            return is_word(peek(length)) || peek(length) == '.' || is_exponent;
        };
        while (continues())
            ++length;
        return add_and_move(Token::Kind::number, length);
    }

    /// A variable or a field begins with its mark.
    bool read_word(Token::Kind kind)
    {
        std::size_t length = 1;
        while (is_word(peek(length)))
            ++length;
        const char next = peek(length);
        if (at_ + length < text_.size() && !is_blank(next) &&
            std::string_view(".,|:=)(}").find(next) == std::string_view::npos)
            return fail(fmt::format("bad character U+{:04X}", static_cast<unsigned char>(next)));
        const std::string_view word = text_.substr(at_, length);
        if (kind == Token::Kind::identifier && (word == "true" || word == "false"))
            kind = Token::Kind::boolean;
        else if (kind == Token::Kind::identifier && word == "nil")
            kind = Token::Kind::nil;
        return add_and_move(kind, length);
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t opened_at_ = 0;
    bool trims_ = false; ///< the last action takes away the white space behind it
    bool had_space_ = false;
    bool has_failed_ = false;
    std::vector<Token> tokens_;
};

} // namespace

std::vector<Token> tokenize(std::string_view text)
{
    return Lexer(text).run();
}

} // namespace dfriends::applets::docker::go_template
