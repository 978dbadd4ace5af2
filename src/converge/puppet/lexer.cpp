// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "converge/puppet/lexer_inside.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace dfriends::converge::puppet {

namespace {

constexpr auto marks = std::to_array<std::string_view>(
    {"<<|", "|>>", "<|", "|>", "->", "~>", "<-", "<~", "=>", "+>", "==", "!=", "=~", "!~",
     "<=",  ">=",  "<<", ">>", "@@", "{",  "}",  "(",  ")",  "[",  "]",  ",",  ";",  ":",
     "=",   "+",   "-",  "*",  "/",  "%",  "<",  ">",  "!",  "?",  "|",  ".",  "@"});

} // namespace

std::vector<Token> Lexer::run()
{
    while (skip_blanks(), at_ < end_) {
        read_token();
        tokens_.back().end = at_;
    }
    add(TokenKind::end, end_);
    return std::move(tokens_);
}

Token& Lexer::add(TokenKind kind, std::size_t offset, std::string text)
{
    Token token;
    token.kind = kind;
    token.offset = offset;
    token.text = std::move(text);
    token.space_before = space_;
    tokens_.push_back(std::move(token));
    return tokens_.back();
}

void Lexer::skip_blanks()
{
    space_ = false;
    for (; at_ < end_; space_ = true) {
        const char c = peek();
        if (c == '\n' && resume_ > at_)
            at_ = resume_; // behind the bodies of the line's heredocs
        else if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
            ++at_;
        else if (sees("\xef\xbb\xbf") && at_ == 0)
            at_ += 3;
        else if (c == '#')
            at_ = std::min(text_.find('\n', at_), end_);
        else if (sees("/*"))
            skip_comment();
        else
            return;
    }
}

void Lexer::skip_comment()
{
    const std::size_t close = text_.find("*/", at_ + 2);
    if (close == std::string_view::npos || close + 2 > end_)
        throw source_.error(at_, "this comment is not closed", "it ends with */");
    keep(at_ + 1, close + 2);
    at_ = close + 2;
}

void Lexer::read_token()
{
    const std::size_t start = at_;
    const char c = peek();
    if (c == '\'')
        return read_plain_string();
    if (c == '"')
        return read_string();
    if (c == '$')
        return read_variable();
    if (is_digit(c))
        return read_number();
    if (is_small(c) || is_capital(c) || (sees("::") && (is_small(peek(2)) || is_capital(peek(2)))))
        return read_word();
    if (sees("@(") && heredoc_is_next())
        return read_heredoc();
    if (c == '/' && pattern_may_stand_here())
        return read_pattern();
    for (const std::string_view mark : marks)
        if (sees(mark)) {
            at_ += mark.size();
            add(TokenKind::mark, start, std::string(mark));
            return;
        }
    throw source_.error(start, "this character has no meaning in Puppet",
                        c == '`' ? "run commands with the resource type exec" : "");
}

void Lexer::read_word()
{
    const std::size_t start = at_;
    bool capital = false;
    for (bool more = true; more;) {
        if (sees("::"))
            at_ += 2;
        capital = is_capital(peek());
        while (is_word(peek()) || (peek() == '-' && !capital && is_word(peek(1)) && is_word(text_[at_ - 1])))
            ++at_;
        more = sees("::") && (is_small(peek(2)) || is_capital(peek(2)));
    }
    std::string word(text_.substr(start, at_ - start));
    if (word.starts_with("::"))
        word.erase(0, 2);
    add(capital ? TokenKind::type : TokenKind::name, start, capital ? to_lower(word) : word);
}

/// The end of $name or $::a::b, from behind the $.
std::size_t Lexer::variable_end(std::size_t at) const
{
    const auto word_from = [&](std::size_t from) {
        while (from < end_ && is_word(text_[from]))
            ++from;
        return from;
    };
    std::size_t end = at;
    const auto colons = [&](std::size_t from) {
        return from + 2 < end_ && text_.substr(from, 2) == "::" && is_word(text_[from + 2]);
    };
    if (!colons(at))
        end = word_from(at);
    while ((end > at || colons(at)) && colons(end))
        end = word_from(end + 2);
    return end;
}

void Lexer::read_variable()
{
    const std::size_t end = variable_end(at_ + 1);
    if (end == at_ + 1)
        throw source_.error(at_, "a variable's name is missing after '$'");
    add(TokenKind::variable, at_, std::string(text_.substr(at_ + 1, end - at_ - 1)));
    at_ = end;
}

void Lexer::read_number()
{
    const std::size_t start = at_;
    while (is_word(peek()) || (peek() == '.' && is_digit(peek(1))) ||
           ((peek() == '-' || peek() == '+') && (text_[at_ - 1] | 0x20) == 'e' && !sees_hex(start)))
        ++at_;
    const std::string digits(text_.substr(start, at_ - start));
    Token& token = add(TokenKind::integer, start, digits);
    const char* first = digits.data();
    const char* last = first + digits.size();
    std::from_chars_result result{};
    if (digits.find('.') != std::string::npos ||
        (!sees_hex(start) && digits.find_first_of("eE") != std::string::npos)) {
        token.kind = TokenKind::decimal;
        result = std::from_chars(first, last, token.decimal);
    } else if (sees_hex(start))
        result = std::from_chars(first + 2, last, token.integer, 16);
    else
        result = std::from_chars(first, last, token.integer, digits.size() > 1 && digits[0] == '0' ? 8 : 10);
    if (result.ec != std::errc{} || result.ptr != last)
        throw source_.error(start, "'" + digits + "' is no number", "put it in quotes");
}

/// A slash is a division behind a value.
bool Lexer::pattern_may_stand_here() const
{
    if (tokens_.empty())
        return true;
    const Token& last = tokens_.back();
    static constexpr std::array<std::string_view, 8> words{"node", "case", "if", "elsif", "unless", "and", "or", "in"};
    if (last.kind == TokenKind::name)
        return std::ranges::find(words, last.text) != words.end();
    return last.kind == TokenKind::mark && last.text != ")" && last.text != "]";
}

void Lexer::read_pattern()
{
    const std::size_t start = at_++;
    std::string content;
    for (; peek() != '/'; ++at_) {
        if (at_ >= end_ || peek() == '\n')
            throw source_.error(start, "this pattern is not closed",
                                "it begins here with / and ends with / on the same line");
        if (peek() == '\\') {
            if (peek(1) != '/')
                content += '\\';
            ++at_;
        }
        content += peek();
    }
    ++at_;
    add(TokenKind::pattern, start, std::move(content));
}

std::vector<Token> tokenize(const Source& source, std::vector<Span>* kept)
{
    return Lexer(source, 0, source.text().size(), 0, kept).run();
}

} // namespace dfriends::converge::puppet
