// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "converge/chef/lexer_inside.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace dfriends::converge::chef {

namespace {

constexpr int deepest_interpolation = 8;

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

} // namespace

std::vector<std::vector<StringPart>> cut_words(const std::vector<StringPart>& parts)
{
    constexpr std::string_view blanks = " \t\r\f\v\n";
    std::vector<std::vector<StringPart>> all;
    bool inside = false;
    for (const StringPart& part : parts) {
        std::string_view rest = part.text;
        while (!rest.empty()) {
            const bool blank = blanks.find(rest[0]) != std::string_view::npos;
            const std::size_t end =
                std::min(blank ? rest.find_first_not_of(blanks) : rest.find_first_of(blanks), rest.size());
            if (!blank && !inside)
                all.emplace_back();
            if (!blank)
                all.back().push_back({std::string(rest.substr(0, end)), {}, false});
            inside = !blank;
            rest.remove_prefix(end);
        }
        if (!part.is_code)
            continue;
        if (!inside)
            all.emplace_back();
        all.back().push_back(part);
        inside = true;
    }
    return all;
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
    if (std::string_view("qQwWiIr").find(kind) == std::string_view::npos)
        throw source_.error(start, fmt::format("a literal '%{}' is outside the supported subset", kind),
                            kind == 'x' ? "resources find out by themselves what is there; use only_if or not_if"
                                        : "use %w, %i, %q, %Q or %r");
    pos_ += open_at + 1;
    if (kind == 'r') {
        --pos_;
        pattern(open, closing_of(open));
        return true;
    }
    const bool expand = kind == 'Q' || kind == 'W' || kind == 'I';
    Token token{TokenKind::string, "", 0, 0, delimited(open, closing_of(open), expand, start), {}};
    if (kind != 'q' && kind != 'Q') {
        token.kind = kind == 'i' || kind == 'I' ? TokenKind::symbols : TokenKind::words;
        const bool has_code = std::ranges::any_of(token.parts, &StringPart::is_code);
        if (has_code && token.kind == TokenKind::symbols)
            throw source_.error(start, "a list of symbols with code inside is outside the supported subset",
                                "use an array: [\"…\".to_sym]");
        if (!has_code)
            for (const auto& word : cut_words(std::exchange(token.parts, {})))
                token.words.push_back(word[0].text);
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
    const std::size_t body =
        after_heredocs_ != 0 ? after_heredocs_ : std::min(text_.find('\n', pos_), text_.size() - 1) + 1;
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
    keep(body, after_heredocs_);
    pos_ = resume;
    push(std::move(token));
}

/// Whether a string that ends in a colon is a key.
bool Lexer::quoted_label_wanted() const
{
    if (peek() != ':' || peek(1) == ':' || tokens_.empty())
        return false;
    // «labels 'a': 1» is a call with a pair; the ternary's «x ? y 'a': 1» nobody writes.
    if (tokens_.back().kind == TokenKind::identifier)
        return is_blank(peek(1));
    if (tokens_.back().kind != TokenKind::mark)
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

void Lexer::pattern(char open, char close)
{
    const std::size_t start = pos_++;
    Token token{TokenKind::pattern, "", 0, 0, {}, {}};
    int nesting = 0;
    for (; peek() != close || nesting > 0; ++pos_) {
        if (pos_ >= text_.size() || peek() == '\n')
            throw source_.error(start, fmt::format("a pattern without its closing '{}'", close));
        nesting += open != close && peek() == open ? 1 : open != close && peek() == close ? -1 : 0;
        if (rest_starts("#{"))
            throw source_.error(pos_, "code in a pattern is outside the supported subset");
        if (peek() == '\\' && pos_ + 1 < text_.size() && peek(1) != '\n')
            token.text += text_[pos_++];
        token.text += peek();
    }
    ++pos_;
    for (; is_letter(peek()); ++pos_) {
        if (peek() != 'i')
            throw source_.error(pos_, fmt::format("the pattern's flag '{}' is outside the supported subset", peek()),
                                "only 'i' is understood");
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
            throw source_.error(start, fmt::format("a string without its closing {}",
                                                   close == '\''
                                                       ? "single quote"
                                                       : fmt::format("'{}'", printable(std::string_view(&close, 1)))));
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
            throw source_.error(start, "'\\x' wants two hexadecimal digits from 01 to 7f",
                                "use \\u{…} for other characters");
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

} // namespace dfriends::converge::chef
