// SPDX-License-Identifier: Apache-2.0
#include "converge/chef/lexer.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <utility>

namespace dfriends::converge::chef {

namespace {

constexpr int deepest_interpolation = 8;

constexpr std::array<std::string_view, 31> keywords{
    "if",     "unless", "elsif", "else",   "end", "do",  "then", "case", "when",  "while", "until",
    "def",    "class",  "module", "begin", "rescue", "ensure", "return", "and", "or", "not", "nil",
    "true",   "false",  "self",  "for",    "in",  "yield", "next", "break", "lambda"};

/// The longest first where one begins another.
constexpr std::array<std::string_view, 46> marks{
    "...", "<=>", "===", "||=", "&&=", "**", "==", "=~", "!~", "!=", "=>", ">=", "<=", "<<", ">>", "+=",
    "-=",  "*=",  "/=",  "&&",  "||",  "::", "..", "->", "&.", "(",  ")",  "[",  "]",  "{",  "}",  "<",
    ">",   "=",   "!",   "+",   "-",   "*",  "/",  "%",  "?",  ":",  ",",  ".",  "|",  "&"};

/// After these a line goes on.
constexpr std::array<std::string_view, 29> joining_marks{"<=>", "===", "||=", "&&=", "**", "==", "=~", "!~", "!=", "=>",
                                                         ">=",  "<=",  "<<",  "+=",  "-=", "&&", "||", "(",  "[",  "{",
                                                         "<",   ">",   "=",   "!",   "+",  "-",  "?",  ",",  "."};

bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

char closing_of(char open)
{
    switch (open) {
    case '(':
        return ')';
    case '[':
        return ']';
    case '{':
        return '}';
    case '<':
        return '>';
    default:
        return open;
    }
}

void append_utf8(std::string& text, std::uint32_t code)
{
    if (code < 0x80) {
        text += static_cast<char>(code);
    } else if (code < 0x800) {
        text += static_cast<char>(0xc0 | (code >> 6));
        text += static_cast<char>(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        text += static_cast<char>(0xe0 | (code >> 12));
        text += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
        text += static_cast<char>(0x80 | (code & 0x3f));
    } else {
        text += static_cast<char>(0xf0 | (code >> 18));
        text += static_cast<char>(0x80 | ((code >> 12) & 0x3f));
        text += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
        text += static_cast<char>(0x80 | (code & 0x3f));
    }
}

class Lexer {
  public:
    explicit Lexer(const Source& source) : source_(source), text_(source.text()) {}

    std::vector<Token> run(bool embedded);

  private:
    char peek(std::size_t ahead = 0) const { return pos_ + ahead < text_.size() ? text_[pos_ + ahead] : '\0'; }
    bool at_line_start() const { return pos_ == 0 || text_[pos_ - 1] == '\n'; }
    bool rest_starts(std::string_view what) const { return text_.substr(pos_).starts_with(what); }

    void skip_line();
    bool skip_blanks_and_comments();
    bool line_goes_on() const;
    bool value_wanted() const;
    bool quoted_label_wanted() const;
    void newline();
    void scan();
    void word();
    void number();
    void symbol();
    void mark();
    bool percent_literal();
    bool heredoc();
    void heredoc_body(std::string_view word, bool raw, bool dashed, bool squiggly, std::size_t start);
    void string(char quote);
    void pattern();
    std::vector<StringPart> delimited(char open, char close, bool expand, std::size_t start);
    void escape(std::string& into);
    void unicode_escape(std::string& into);
    void interpolation(std::vector<StringPart>& parts);
    void push(Token token);

    const Source& source_;
    std::string_view text_;
    std::size_t pos_ = 0;
    std::size_t after_heredocs_ = 0; ///< where the next line begins, past the heredocs that this one opened; 0: none
    int depth_ = 0;
    std::vector<Token> tokens_;
    std::size_t token_start_ = 0;
    bool space_before_ = false;
};

void Lexer::push(Token token)
{
    token.offset = token_start_;
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
        } else if (at_line_start() && rest_starts("__END__") && (is_blank(peek(7)) || peek(7) == '\n' || pos_ + 7 >= text_.size())) {
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
    if (tokens_.back().kind == TokenKind::mark && std::ranges::find(joining_marks, tokens_.back().text) != joining_marks.end())
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
        return last.text != "end" && last.text != "nil" && last.text != "true" && last.text != "false" && last.text != "self";
    case TokenKind::mark:
        return last.text != ")" && last.text != "]" && last.text != "}";
    case TokenKind::identifier:
        // «name %w(a)» is a call with an argument, «name % 2» and «name%2» are arithmetic.
        return space_before_ && !is_blank(after) && after != '\n' && after != '=';
    default:
        return false;
    }
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
    if (is_letter(c) || (c & 0x80) != 0)
        return word();
    if (is_digit(c))
        return number();
    if (c == '"' || c == '\'')
        return string(c);
    if (c == '`')
        throw source_.error(pos_, "a command in backticks is outside the supported subset",
                            "resources find out by themselves what is there; use only_if or not_if for other conditions");
    if (c == ':' && peek(1) != ':' && (is_letter(peek(1)) || peek(1) == '"'))
        return symbol();
    if (c == '%' && value_wanted() && percent_literal())
        return;
    if (rest_starts("<<") && value_wanted() && heredoc())
        return;
    if (c == '/' && value_wanted())
        return pattern();
    if (c == '@' || c == '$')
        throw source_.error(pos_, c == '@' ? "an instance variable is outside the supported subset" : "a global variable is outside the supported subset",
                            "use a local variable or node['…']");
    mark();
}

void Lexer::word()
{
    const std::size_t start = pos_;
    while (is_letter(peek()) || is_digit(peek()) || (peek() & 0x80) != 0)
        ++pos_;
    const bool method = !tokens_.empty() && tokens_.back().kind == TokenKind::mark && (tokens_.back().text == "." || tokens_.back().text == "&.");
    if ((peek() == '?' || peek() == '!') && peek(1) != '=' && !(peek() == '?' && peek(1) == ':'))
        ++pos_;
    const std::string name(text_.substr(start, pos_ - start));
    const bool ternary = !tokens_.empty() && tokens_.back().kind == TokenKind::mark && tokens_.back().text == "?";
    if (peek() == ':' && peek(1) != ':' && !method && !ternary) {
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

void Lexer::symbol()
{
    ++pos_;
    if (peek() == '"') {
        const std::size_t start = pos_++;
        const auto parts = delimited('"', '"', true, start);
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

bool Lexer::percent_literal()
{
    const std::size_t start = pos_;
    char kind = 'Q';
    std::size_t open_at = 1;
    if (is_letter(peek(1))) {
        kind = peek(1);
        open_at = 2;
    }
    const char open = peek(open_at);
    if (open == '\0' || is_letter(open) || is_digit(open) || is_blank(open) || open == '\n' || open == '=')
        return false;
    if (std::string_view("qQwWiI").find(kind) == std::string_view::npos)
        throw source_.error(start, fmt::format("a literal '%{}' is outside the supported subset", kind), "use %w, %i, %q or %Q");
    pos_ += open_at + 1;
    Token token{TokenKind::string, "", 0, 0, delimited(open, closing_of(open), kind == 'Q' || kind == 'W', start), {}};
    if (kind != 'q' && kind != 'Q') {
        std::string all;
        for (const StringPart& part : token.parts) {
            if (part.is_code)
                throw source_.error(start, "a word list with code inside is outside the supported subset", "use an array: [\"…\", \"…\"]");
            all += part.text;
        }
        token.parts.clear();
        token.kind = kind == 'i' || kind == 'I' ? TokenKind::symbols : TokenKind::words;
        all = replace_all(all, "\n", " ");
        for (const std::string_view item : words(all))
            token.words.emplace_back(item);
    }
    push(std::move(token));
    return true;
}

bool Lexer::heredoc()
{
    const std::size_t start = pos_;
    std::size_t at = pos_ + 2;
    const char flavour = at < text_.size() ? text_[at] : '\0';
    if (flavour == '-' || flavour == '~')
        ++at;
    const char quote = at < text_.size() && (text_[at] == '"' || text_[at] == '\'') ? text_[at++] : '\0';
    const std::size_t word_start = at;
    while (at < text_.size() && (is_letter(text_[at]) || is_digit(text_[at])))
        ++at;
    const std::string_view word = text_.substr(word_start, at - word_start);
    if (word.empty() || is_digit(word.front()))
        return false;
    if (quote != '\0' && (at >= text_.size() || text_[at++] != quote))
        throw source_.error(start, "a heredoc's word lacks its closing quote");
    if (depth_ > 0)
        throw source_.error(start, "a heredoc inside a string is outside the supported subset");
    pos_ = at;
    heredoc_body(word, quote == '\'', flavour == '-' || flavour == '~', flavour == '~', start);
    return true;
}

void Lexer::heredoc_body(std::string_view word, bool raw, bool dashed, bool squiggly, std::size_t start)
{
    const std::size_t resume = pos_;
    const std::size_t body = after_heredocs_ != 0 ? after_heredocs_ : std::min(text_.find('\n', pos_), text_.size() - 1) + 1;
    std::size_t indent = std::string_view::npos;
    std::size_t end = body;
    for (;; end = std::min(text_.find('\n', end), text_.size() - 1) + 1) {
        if (end >= text_.size())
            throw source_.error(start, fmt::format("the heredoc has no line '{}' that ends it", word));
        std::string_view line = text_.substr(end, text_.find('\n', end) - end);
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        if ((dashed ? trim(line) : line) == word)
            break;
        const std::size_t blanks = line.find_first_not_of(" \t");
        if (blanks != std::string_view::npos)
            indent = std::min(indent, blanks);
    }
    if (!squiggly)
        indent = 0;
    Token token{TokenKind::string, "", 0, 0, {StringPart{}}, {}};
    pos_ = body;
    while (pos_ < end) {
        if (at_line_start())
            for (std::size_t blanks = 0; blanks < indent && (peek() == ' ' || peek() == '\t'); ++blanks)
                ++pos_;
        if (pos_ >= end)
            break;
        if (!raw && rest_starts("#{"))
            interpolation(token.parts);
        else if (!raw && peek() == '\\')
            escape(token.parts.back().text);
        else if (peek() == '\r' && peek(1) == '\n')
            ++pos_;
        else
            token.parts.back().text += text_[pos_++];
    }
    if (pos_ > end)
        throw source_.error(start, "code in a heredoc goes past its end");
    after_heredocs_ = std::min(text_.find('\n', end), text_.size() - 1) + 1;
    pos_ = resume;
    push(std::move(token));
}

/// Whether a string that ends in a colon is a key.
bool Lexer::quoted_label_wanted() const
{
    if (peek() != ':' || peek(1) == ':' || tokens_.empty() || tokens_.back().kind != TokenKind::mark)
        return false;
    const std::string& last = tokens_.back().text;
    return last == "{" || last == "," || last == "(";
}

void Lexer::string(char quote)
{
    const std::size_t start = pos_++;
    Token token{TokenKind::string, "", 0, 0, delimited(quote, quote, quote == '"', start), {}};
    token_start_ = start;
    if (quoted_label_wanted() && token.parts.size() == 1 && !token.parts[0].is_code) {
        ++pos_;
        token.kind = TokenKind::label;
        token.text = token.parts[0].text;
    }
    push(std::move(token));
}

void Lexer::pattern()
{
    const std::size_t start = pos_++;
    Token token{TokenKind::pattern, "", 0, 0, {}, {}};
    for (; peek() != '/'; ++pos_) {
        if (pos_ >= text_.size() || peek() == '\n')
            throw source_.error(start, "a pattern without its closing '/'");
        if (rest_starts("#{"))
            throw source_.error(pos_, "code in a pattern is outside the supported subset");
        if (peek() == '\\' && pos_ + 1 < text_.size() && peek(1) != '\n')
            token.text += text_[pos_++];
        token.text += peek();
    }
    ++pos_;
    for (; is_letter(peek()); ++pos_) {
        if (peek() != 'i')
            throw source_.error(pos_, fmt::format("the pattern's flag '{}' is outside the supported subset", peek()), "only 'i' is understood");
        token.integer = 1;
    }
    push(std::move(token));
}

std::vector<StringPart> Lexer::delimited(char open, char close, bool expand, std::size_t start)
{
    std::vector<StringPart> parts{StringPart{}};
    int nesting = 0;
    for (;;) {
        if (pos_ >= text_.size())
            throw source_.error(start, fmt::format("a string without its closing {}", close == '\'' ? "single quote" : fmt::format("'{}'", printable(std::string_view(&close, 1)))));
        const char c = peek();
        std::string& text = parts.back().text;
        if (c == close && nesting-- == 0) {
            ++pos_;
            return parts;
        }
        if (c == open && open != close)
            ++nesting;
        if (expand && rest_starts("#{")) {
            interpolation(parts);
        } else if (expand && c == '\\') {
            escape(text);
        } else if (c == '\\' && (peek(1) == '\\' || peek(1) == close || peek(1) == open)) {
            text += peek(1);
            pos_ += 2;
        } else if (c == '\r' && peek(1) == '\n') {
            ++pos_;
        } else {
            text += c;
            ++pos_;
        }
    }
}

void Lexer::escape(std::string& into)
{
    const std::size_t start = pos_;
    ++pos_;
    if (pos_ >= text_.size())
        throw source_.error(start, "a backslash at the very end");
    const char c = text_[pos_++];
    static constexpr std::string_view letters = "ntresabfv0";
    static constexpr std::string_view meanings("\n\t\r\x1b \a\b\f\v\0", 10);
    if (c == 'u')
        return unicode_escape(into);
    if (c == 'x') {
        const std::size_t digits = std::min(text_.find_first_not_of("0123456789abcdefABCDEF", pos_), pos_ + 2) - pos_;
        const auto code = std::strtoul(std::string(text_.substr(pos_, digits)).c_str(), nullptr, 16);
        if (digits == 0 || code > 0x7f || code == 0)
            throw source_.error(start, "'\\x' wants two hexadecimal digits from 01 to 7f", "use \\u{…} for other characters");
        into += static_cast<char>(code);
        pos_ += digits;
        return;
    }
    if (c == '0')
        throw source_.error(start, "a NUL byte in a string is outside the supported subset");
    if (c == '\n')
        return;
    const std::size_t known = letters.find(c);
    into += known == std::string_view::npos ? c : meanings[known];
}

void Lexer::unicode_escape(std::string& into)
{
    const std::size_t start = pos_ - 2;
    const bool braces = peek() == '{';
    if (braces)
        ++pos_;
    const std::size_t limit = pos_ + (braces ? 6 : 4);
    const std::size_t end = std::min({text_.find_first_not_of("0123456789abcdefABCDEF", pos_), limit, text_.size()});
    const auto code = std::strtoul(std::string(text_.substr(pos_, end - pos_)).c_str(), nullptr, 16);
    const bool closed = braces ? end < text_.size() && text_[end] == '}' && end > pos_ : end == limit;
    if (!closed || code == 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        throw source_.error(start, "'\\u' wants four hexadecimal digits, or up to six in braces, of a character");
    append_utf8(into, static_cast<std::uint32_t>(code));
    pos_ = end + (braces ? 1 : 0);
}

/// Reads #{…} at the place with a lexer of its own, and goes on behind it.
void Lexer::interpolation(std::vector<StringPart>& parts)
{
    if (depth_ >= deepest_interpolation)
        throw source_.error(pos_, "strings in code in strings are nested too deeply");
    Lexer inner(source_);
    inner.pos_ = pos_ + 2;
    inner.depth_ = depth_ + 1;
    StringPart code;
    code.is_code = true;
    code.code = inner.run(true);
    pos_ = inner.pos_;
    parts.push_back(std::move(code));
    parts.emplace_back();
}

} // namespace

std::vector<Token> tokenize(const Source& source)
{
    return Lexer(source).run(false);
}

} // namespace dfriends::converge::chef
