// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "converge/puppet/lexer_inside.hpp"

#include <algorithm>
#include <charconv>

namespace dfriends::converge::puppet {

void Lexer::read_plain_string()
{
    const std::size_t start = at_++;
    std::string content;
    for (; peek() != '\'' || at_ >= end_; ++at_) {
        if (at_ >= end_)
            throw source_.error(start, "this string is not closed", "it begins here with ' and ends with '");
        if (peek() == '\\' && (peek(1) == '\'' || peek(1) == '\\'))
            ++at_;
        content += text_[at_];
    }
    ++at_;
    add(TokenKind::string, start).parts.push_back({std::move(content), {}});
}

void Lexer::read_string()
{
    const std::size_t start = at_;
    const std::size_t close = skip_string(start + 1, depth_);
    add(TokenKind::string, start);
    std::vector<StringPart> parts;
    read_parts(start + 1, close, "tsrnu$\"'\\\n", parts);
    tokens_.back().parts = std::move(parts);
    at_ = close + 1;
}

/// Where the string ends whose content begins here.
std::size_t Lexer::skip_string(std::size_t from, int depth) const
{
    if (depth > deepest_strings)
        throw source_.error(from - 1, "strings and code are nested too deeply");
    for (std::size_t at = from; at < end_; ++at) {
        if (text_[at] == '\\')
            ++at;
        else if (text_[at] == '"')
            return at;
        else if (text_[at] == '$' && at + 1 < end_ && text_[at + 1] == '{')
            at = skip_code(at + 2, depth + 1);
    }
    throw source_.error(from - 1, "this string is not closed", "it begins here with \" and ends with \"");
}

/// Where the } stands that closes the ${ before this place.
std::size_t Lexer::skip_code(std::size_t from, int depth) const
{
    int open = 1;
    for (std::size_t at = from; at < end_; ++at) {
        const char c = text_[at];
        if (c == '{')
            ++open;
        else if (c == '}' && --open == 0)
            return at;
        else if (c == '"')
            at = skip_string(at + 1, depth + 1);
        else if (c == '\'')
            while (++at < end_ && text_[at] != '\'')
                at += text_[at] == '\\' ? 1 : 0;
    }
    throw source_.error(from - 2, "this ${ is not closed", "it ends with }");
}

void Lexer::read_parts(std::size_t at, std::size_t end, std::string_view escapes, std::vector<StringPart>& parts)
{
    std::string text;
    const auto flush = [&] {
        if (!text.empty())
            parts.push_back({std::move(text), {}});
        text.clear();
    };
    while (at < end) {
        const char c = text_[at];
        if (c == '\\' && at + 1 < end && escapes.find(text_[at + 1]) != std::string_view::npos) {
            at = read_escape(at, end, text);
        } else if (c == '$' && at + 1 < end && text_[at + 1] == '{') {
            flush();
            const std::size_t close = skip_code(at + 2, depth_ + 1);
            if (close >= end)
                throw source_.error(at, "this ${ is not closed", "it ends with }, on the same line in a heredoc");
            parts.push_back({{}, Lexer(source_, at + 2, close, depth_ + 1).run_code(at)});
            at = close + 1;
        } else if (const std::size_t behind = c == '$' ? std::min(variable_end(at + 1), end) : at + 1;
                   c == '$' && behind > at + 1) {
            flush();
            parts.push_back({{}, Lexer(source_, at, behind, depth_ + 1).run()});
            at = behind;
        } else {
            text += c;
            ++at;
        }
    }
    flush();
}

/// The tokens between ${ and }: a name that stands first is a variable, unless it is called.
std::vector<Token> Lexer::run_code(std::size_t offset)
{
    if (depth_ > deepest_strings)
        throw source_.error(offset, "strings and code are nested too deeply");
    std::vector<Token> tokens = run();
    if (tokens.size() == 1)
        throw source_.error(offset, "there is nothing between ${ and }");
    if (tokens[0].kind == TokenKind::name && tokens[1].text != "(" && tokens[0].text != "if" &&
        tokens[0].text != "case")
        tokens[0].kind = TokenKind::variable;
    if (tokens[0].kind == TokenKind::variable && text_.substr(tokens[0].offset).starts_with("::"))
        tokens[0].text.insert(0, "::"); // not a name of the scope in between
    return tokens;
}

/// Reads one escape into the text; returns the place behind it.
std::size_t Lexer::read_escape(std::size_t at, std::size_t end, std::string& text) const
{
    const char c = text_[at + 1];
    if (c == 'u') {
        unsigned code = 0;
        const bool braces = at + 2 < end && text_[at + 2] == '{';
        const std::size_t from = at + (braces ? 3 : 2);
        const std::size_t limit = std::min(end, from + (braces ? 6 : 4));
        const auto [last, error] = std::from_chars(text_.data() + from, text_.data() + limit, code, 16);
        const auto behind = static_cast<std::size_t>(last - text_.data());
        const bool complete = braces ? behind < end && text_[behind] == '}' : behind == from + 4;
        if (error != std::errc{} || !complete || code == 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
            throw source_.error(at, "this is no character", "write \\uXXXX or \\u{XXXXXX} in hexadecimal digits");
        append_utf8(text, code);
        return behind + (braces ? 1 : 0);
    }
    static constexpr std::string_view from = "tsrn";
    static constexpr std::string_view to = "\t \r\n";
    if (const std::size_t index = from.find(c); index != std::string_view::npos)
        text += to[index];
    else if (c != '\n')
        text += c;
    return at + 2;
}

void Lexer::append_utf8(std::string& text, unsigned code)
{
    const auto byte = [&](unsigned value) { text += static_cast<char>(value); };
    if (code < 0x80)
        return byte(code);
    if (code < 0x800)
        byte(0xc0 | (code >> 6));
    else if (code < 0x10000) {
        byte(0xe0 | (code >> 12));
        byte(0x80 | ((code >> 6) & 0x3f));
    } else {
        byte(0xf0 | (code >> 18));
        byte(0x80 | ((code >> 12) & 0x3f));
        byte(0x80 | ((code >> 6) & 0x3f));
    }
    byte(0x80 | (code & 0x3f));
}

/// @( begins a heredoc where a word or a quote follows; otherwise it is a virtual resource's mark.
bool Lexer::heredoc_is_next() const
{
    std::size_t at = at_ + 2;
    while (at < end_ && text_[at] == ' ')
        ++at;
    return at < end_ && (text_[at] == '"' || is_word(text_[at]));
}

void Lexer::read_heredoc()
{
    const std::size_t start = at_;
    const std::size_t close = text_.find(')', at_);
    if (close == std::string_view::npos || close >= end_ || depth_ > 0)
        throw source_.error(start, depth_ > 0 ? "a heredoc cannot stand inside a string" : "this heredoc has no )");
    Heredoc heredoc = heredoc_of(trim(text_.substr(at_ + 2, close - at_ - 2)), start);
    const std::size_t body =
        resume_ > at_ ? std::min(resume_ + 1, end_) : std::min(text_.find('\n', close), end_ - 1) + 1;
    std::vector<std::pair<std::size_t, std::size_t>> lines;
    std::size_t margin = 0;
    bool cuts_end = false;
    for (std::size_t at = body;;) {
        if (at >= end_)
            throw source_.error(start, "the end of this heredoc is missing",
                                "a line with '" + heredoc.end + "' ends it");
        const std::size_t line_end = std::min(text_.find('\n', at), end_);
        if (is_heredoc_end(text_.substr(at, line_end - at), heredoc.end, margin, cuts_end)) {
            resume_ = std::min(line_end, end_);
            keep(body, resume_);
            break;
        }
        lines.emplace_back(at, std::min(line_end + 1, end_));
        at = line_end + 1;
    }
    std::vector<StringPart> parts;
    add(TokenKind::string, start);
    for (std::size_t index = 0; index < lines.size(); ++index) {
        auto [begin, finish] = lines[index];
        for (std::size_t cut = 0; cut < margin && begin < finish && (text_[begin] == ' ' || text_[begin] == '\t');
             ++cut)
            ++begin;
        if (cuts_end && index + 1 == lines.size() && finish > begin && text_[finish - 1] == '\n')
            --finish;
        if (heredoc.has_code)
            read_parts(begin, finish, heredoc.escapes, parts);
        else
            append_plain(begin, finish, heredoc.escapes, parts);
    }
    tokens_.back().parts = std::move(parts);
    at_ = close + 1;
}

void Lexer::append_plain(std::size_t begin, std::size_t end, std::string_view escapes,
                         std::vector<StringPart>& parts) const
{
    StringPart part;
    while (begin < end) {
        if (text_[begin] == '\\' && begin + 1 < end && escapes.find(text_[begin + 1]) != std::string_view::npos)
            begin = read_escape(begin, end, part.text);
        else
            part.text += text_[begin++];
    }
    parts.push_back(std::move(part));
}

/// "EOT", EOT:json, "EOT"/tn$L.
Heredoc Lexer::heredoc_of(std::string_view words, std::size_t start) const
{
    Heredoc heredoc;
    const auto [name, flags] = split_once(words, '/');
    heredoc.escapes = replace_all(flags, "L", "\n");
    if (words.find('/') != std::string_view::npos && flags.empty())
        heredoc.escapes = "tsrnu$\n";
    if (!heredoc.escapes.empty())
        heredoc.escapes += '\\';
    std::string_view end = trim(split_once(name, ':').first);
    heredoc.has_code = end.size() >= 2 && end.front() == '"' && end.back() == '"';
    if (heredoc.has_code)
        end = end.substr(1, end.size() - 2);
    heredoc.end = end;
    if (heredoc.end.empty())
        throw source_.error(start, "this heredoc does not say what ends it",
                            "write @(END), or @(\"END\") with code in it");
    return heredoc;
}

/// "  | - END": the bar says how much of each line is cut, the minus that the last line end is.
bool Lexer::is_heredoc_end(std::string_view line, std::string_view end, std::size_t& margin, bool& cuts_end)
{
    std::string_view rest = trim(line);
    if (rest.ends_with('\r'))
        rest.remove_suffix(1);
    if (!rest.ends_with(end))
        return false;
    rest.remove_suffix(end.size());
    std::string marks_before;
    for (const char c : rest)
        if (c != ' ' && c != '\t')
            marks_before += c;
    if (!marks_before.empty() && marks_before != "|" && marks_before != "-" && marks_before != "|-")
        return false;
    margin = marks_before.starts_with('|') ? line.find('|') : 0;
    cuts_end = marks_before.ends_with('-');
    return true;
}

} // namespace dfriends::converge::puppet
