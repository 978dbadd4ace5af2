// SPDX-License-Identifier: Apache-2.0
#include "converge/chef/lexer.hpp"

#include "base/text.hpp"
#include "converge/chef/lexer_inside.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>

namespace dfriends::converge::chef {

namespace {

constexpr std::array<std::string_view, 31> keywords{
    "if",   "unless", "elsif",  "else",  "end",    "do",     "then",   "case",  "when",  "while", "until",
    "def",  "class",  "module", "begin", "rescue", "ensure", "return", "and",   "or",    "not",   "nil",
    "true", "false",  "self",   "for",   "in",     "yield",  "next",   "break", "lambda"};

/// The longest first where one begins another.
constexpr std::array<std::string_view, 46> marks{
    "...", "<=>", "===", "||=", "&&=", "**", "==", "=~", "!~", "!=", "=>", ">=", "<=", "<<", ">>", "+=",
    "-=",  "*=",  "/=",  "&&",  "||",  "::", "..", "->", "&.", "(",  ")",  "[",  "]",  "{",  "}",  "<",
    ">",   "=",   "!",   "+",   "-",   "*",  "/",  "%",  "?",  ":",  ",",  ".",  "|",  "&"};

/// After these a line goes on.
constexpr std::array<std::string_view, 29> joining_marks{"<=>", "===", "||=", "&&=", "**", "==", "=~", "!~", "!=", "=>",
                                                         ">=",  "<=",  "<<",  "+=",  "-=", "&&", "||", "(",  "[",  "{",
                                                         "<",   ">",   "=",   "!",   "+",  "-",  "?",  ",",  "."};

} // namespace

void Lexer::push(Token token)
{
    token.offset = token_start_;
    token.end = pos_;
    token.space_before = space_before_;
    token.space_after = is_blank(peek()) || peek() == '\n' || pos_ >= text_.size();
    tokens_.push_back(std::move(token));
}

void Lexer::skip_line()
{
    pos_ = std::min(text_.find('\n', pos_), text_.size());
}

/// False at the end of what is to be read.
bool Lexer::skip_blanks_and_comments()
{
    space_before_ = at_line_start();
    for (;;) {
        if (at_line_start() && rest_starts("=begin")) {
            const std::size_t start = pos_;
            const std::size_t end = text_.find("\n=end", pos_);
            if (end == std::string_view::npos)
                throw source_.error(start, "'=begin' without '=end'");
            pos_ = end + 1;
            skip_line();
            keep(start, pos_);
        } else if (at_line_start() && rest_starts("__END__") &&
                   (is_blank(peek(7)) || peek(7) == '\n' || pos_ + 7 >= text_.size())) {
            keep(pos_, text_.size());
            pos_ = text_.size();
        } else if (is_blank(peek())) {
            ++pos_;
            space_before_ = true;
        } else if (peek() == '\\' && (peek(1) == '\n' || (peek(1) == '\r' && peek(2) == '\n'))) {
            pos_ += peek(1) == '\n' ? 2 : 3;
            space_before_ = true;
        } else if (peek() == '#') {
            skip_line();
        } else {
            return pos_ < text_.size();
        }
    }
}

/// Whether a line that begins with «.method» continues this one.
bool Lexer::line_goes_on() const
{
    std::size_t at = pos_;
    for (;;) {
        while (at < text_.size() && (is_blank(text_[at]) || text_[at] == '\n'))
            ++at;
        if (at >= text_.size() || text_[at] != '#')
            break;
        at = std::min(text_.find('\n', at), text_.size());
    }
    return at + 1 < text_.size() && text_[at] == '.' && is_letter(text_[at + 1]);
}

void Lexer::newline()
{
    ++pos_;
    if (after_heredocs_ != 0) {
        pos_ = after_heredocs_;
        after_heredocs_ = 0;
    }
    if (tokens_.empty() || tokens_.back().kind == TokenKind::newline)
        return;
    if (tokens_.back().kind == TokenKind::mark &&
        std::ranges::find(joining_marks, tokens_.back().text) != joining_marks.end())
        return;
    if (line_goes_on())
        return;
    push({TokenKind::newline, "\n", 0, 0, {}, {}});
}

/// Whether what comes next begins a value, so that / % << open a literal there.
bool Lexer::value_wanted() const
{
    if (tokens_.empty())
        return true;
    const Token& last = tokens_.back();
    const char after = peek(1);
    switch (last.kind) {
    case TokenKind::newline:
    case TokenKind::label:
        return true;
    case TokenKind::keyword:
        return last.text != "end" && last.text != "nil" && last.text != "true" && last.text != "false" &&
               last.text != "self";
    case TokenKind::mark:
        return last.text != ")" && last.text != "]" && last.text != "}";
    case TokenKind::identifier:
        // «name %w(a)» is a call with an argument, «name % 2» and «name%2» are arithmetic.
        return space_before_ && !is_blank(after) && after != '\n' && after != '=';
    case TokenKind::end:
    case TokenKind::constant:
    case TokenKind::integer:
    case TokenKind::decimal:
    case TokenKind::string:
    case TokenKind::symbol:
    case TokenKind::words:
    case TokenKind::symbols:
    case TokenKind::pattern:
        break;
    }
    return false;
}

std::vector<Token> Lexer::run(bool embedded)
{
    const std::size_t start = pos_;
    int braces = 0;
    while (skip_blanks_and_comments()) {
        token_start_ = pos_;
        if (embedded && peek() == '}' && braces == 0) {
            ++pos_;
            push({});
            return std::move(tokens_);
        }
        braces += peek() == '{' ? 1 : peek() == '}' ? -1 : 0;
        scan();
    }
    if (embedded)
        throw source_.error(start, "'#{' without its '}'");
    token_start_ = pos_;
    push({});
    return std::move(tokens_);
}

void Lexer::scan()
{
    const char c = peek();
    if (c == '\n')
        return newline();
    if (c == ';') {
        ++pos_;
        return push({TokenKind::newline, ";", 0, 0, {}, {}});
    }
    if (is_letter(c) || (c & 0x80) != 0 || (c == '@' && is_letter(peek(1))))
        return word();
    if (is_digit(c))
        return number();
    if (c == '"' || c == '\'')
        return string(c);
    if (c == '`')
        throw source_.error(
            pos_, "a command in backticks is outside the supported subset",
            "resources find out by themselves what is there; use only_if or not_if for other conditions");
    if (c == ':' && peek(1) != ':' && (is_letter(peek(1)) || peek(1) == '"' || peek(1) == '\''))
        return symbol();
    if (c == ':' && operator_symbol())
        return;
    if (c == '%' && value_wanted() && percent_literal())
        return;
    if (rest_starts("<<") && value_wanted() && heredoc())
        return;
    if (c == '/' && value_wanted())
        return pattern('/', '/');
    if (c == '$' && ((is_digit(peek(1)) && peek(1) != '0' && !is_digit(peek(2))) || peek(1) == '~')) {
        pos_ += 2;
        return push({TokenKind::identifier, std::string(text_.substr(token_start_, 2)), 0, 0, {}, {}});
    }
    if (c == '@' || c == '$')
        throw source_.error(pos_,
                            c == '@' ? "an instance variable is outside the supported subset"
                                     : "a global variable is outside the supported subset",
                            "use a local variable or node['…']");
    mark();
}

void Lexer::word()
{
    const std::size_t start = pos_;
    pos_ += peek() == '@' ? 1 : 0;
    while (is_letter(peek()) || is_digit(peek()) || (peek() & 0x80) != 0)
        ++pos_;
    const bool method = !tokens_.empty() && tokens_.back().kind == TokenKind::mark &&
                        (tokens_.back().text == "." || tokens_.back().text == "&.");
    if ((peek() == '?' || peek() == '!') && peek(1) != '=' && !(peek() == '?' && peek(1) == ':'))
        ++pos_;
    const std::string name(text_.substr(start, pos_ - start));
    const bool ternary = !tokens_.empty() && tokens_.back().kind == TokenKind::mark && tokens_.back().text == "?";
    // At the beginning of a statement «action:run» is a call with a symbol.
    const bool begins = tokens_.empty() || tokens_.back().kind == TokenKind::newline ||
                        (tokens_.back().kind == TokenKind::keyword && tokens_.back().text == "do");
    if (peek() == ':' && peek(1) != ':' && !method && !ternary && !(begins && is_letter(peek(1)))) {
        ++pos_;
        return push({TokenKind::label, name, 0, 0, {}, {}});
    }
    if (!method && std::ranges::find(keywords, name) != keywords.end())
        return push({TokenKind::keyword, name, 0, 0, {}, {}});
    const bool upper = name[0] >= 'A' && name[0] <= 'Z';
    push({upper ? TokenKind::constant : TokenKind::identifier, name, 0, 0, {}, {}});
}

void Lexer::number()
{
    const std::size_t start = pos_;
    int base = 10;
    if (peek() == '0' && (peek(1) == 'x' || peek(1) == 'b' || peek(1) == 'o')) {
        base = peek(1) == 'x' ? 16 : peek(1) == 'b' ? 2 : 8;
        pos_ += 2;
    } else if (peek() == '0' && is_digit(peek(1))) {
        base = 8;
        ++pos_;
    }
    std::string digits;
    for (; is_digit(peek()) || is_letter(peek()); ++pos_)
        if (peek() != '_')
            digits += peek();
    Token token{TokenKind::integer, digits, 0, 0, {}, {}};
    if (base == 10 && peek() == '.' && is_digit(peek(1))) {
        token.kind = TokenKind::decimal;
        for (digits += '.', ++pos_; is_digit(peek()); ++pos_)
            digits += peek();
    }
    errno = 0;
    char* end = nullptr;
    if (token.kind == TokenKind::decimal)
        token.decimal = std::strtod(digits.c_str(), &end);
    else
        token.integer = std::strtoll(digits.c_str(), &end, base);
    if (digits.empty() || *end != '\0' || errno != 0)
        throw source_.error(start, fmt::format("'{}' is no number", text_.substr(start, pos_ - start)));
    push(std::move(token));
}

/// inject(:+): only as an argument, for elsewhere the colon is a ternary's.
bool Lexer::operator_symbol()
{
    const bool argument = !tokens_.empty() && tokens_.back().kind == TokenKind::mark &&
                          (tokens_.back().text == "(" || tokens_.back().text == "," || tokens_.back().text == "&");
    const std::size_t end = std::min(text_.find_first_not_of("+-*/%<>=!&|[]", pos_ + 1), text_.size());
    if (!argument || end == pos_ + 1)
        return false;
    const std::size_t start = pos_ + 1;
    pos_ = end;
    push({TokenKind::symbol, std::string(text_.substr(start, end - start)), 0, 0, {}, {}});
    return true;
}

void Lexer::symbol()
{
    ++pos_;
    if (peek() == '"' || peek() == '\'') {
        const char quote = peek();
        const std::size_t start = pos_++;
        const auto parts = delimited(quote, quote, quote == '"', start);
        Token token{TokenKind::symbol, "", 0, 0, {}, {}};
        for (const StringPart& part : parts) {
            if (part.is_code)
                throw source_.error(start, "a symbol with code inside is outside the supported subset");
            token.text += part.text;
        }
        return push(std::move(token));
    }
    const std::size_t start = pos_;
    while (is_letter(peek()) || is_digit(peek()))
        ++pos_;
    if ((peek() == '?' || peek() == '!') && peek(1) != '=')
        ++pos_;
    push({TokenKind::symbol, std::string(text_.substr(start, pos_ - start)), 0, 0, {}, {}});
}

void Lexer::mark()
{
    for (const std::string_view candidate : marks)
        if (rest_starts(candidate)) {
            pos_ += candidate.size();
            return push({TokenKind::mark, std::string(candidate), 0, 0, {}, {}});
        }
    throw source_.error(pos_, fmt::format("'{}' is not understood here", printable(text_.substr(pos_, 1))));
}

std::vector<Token> tokenize(const Source& source, std::vector<Span>* kept)
{
    return Lexer(source, kept).run(false);
}

} // namespace dfriends::converge::chef
