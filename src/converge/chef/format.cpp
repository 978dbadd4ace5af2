// SPDX-License-Identifier: Apache-2.0
#include "converge/chef/format.hpp"

#include "converge/chef/lexer.hpp"
#include "converge/chef/parser.hpp"
#include "converge/layout.hpp"

#include <algorithm>
#include <initializer_list>

namespace dfriends::converge::chef {

namespace {

bool is_one_of(const Token& token, TokenKind kind, std::initializer_list<std::string_view> texts)
{
    return token.kind == kind && std::ranges::find(texts, token.text) != texts.end();
}

bool same(const Token& a, const Token& b);

bool same(const std::vector<Token>& a, const std::vector<Token>& b)
{
    return std::ranges::equal(a, b, [](const Token& one, const Token& other) { return same(one, other); });
}

/// Blanks beside a token are part of what it means, but for the end of a line: «a -1» is a call, «a - 1» a difference.
bool same(const Token& a, const Token& b)
{
    const auto same_part = [](const StringPart& one, const StringPart& other) {
        return one.text == other.text && one.is_code == other.is_code && same(one.code, other.code);
    };
    const bool same_blanks = a.kind == TokenKind::newline || a.kind == TokenKind::end ||
                             (a.space_before == b.space_before && a.space_after == b.space_after);
    return a.kind == b.kind && a.text == b.text && a.integer == b.integer && a.words == b.words && same_blanks &&
           std::ranges::equal(a.parts, b.parts, same_part);
}

/// The tokens of a recipe, the end of the last line aside: it may lack one.
std::vector<Token> tokens_to_compare(const Source& source)
{
    std::vector<Token> tokens = tokenize(source);
    if (tokens.size() > 1 && is_one_of(tokens[tokens.size() - 2], TokenKind::newline, {"\n"}))
        tokens.erase(tokens.end() - 2);
    return tokens;
}

/// The pieces of a recipe, from its tokens.
class Pieces {
  public:
    Pieces(const Source& source, const std::vector<Token>& tokens) : text_(source.text()), tokens_(tokens) {}

    std::vector<Piece> run(std::vector<Span>& kept)
    {
        for (at_ = 0; at_ < tokens_.size(); ++at_) {
            const Token& token = tokens_[at_];
            if (token.kind == TokenKind::newline || token.kind == TokenKind::end)
                continue;
            const std::string_view itself = text_.substr(token.offset, token.end - token.offset);
            const bool has_lines = itself.find('\n') != std::string_view::npos;
            const bool is_list = token.kind == TokenKind::words || token.kind == TokenKind::symbols;
            if (has_lines && is_list && token.parts.empty() && itself.find('\\') == std::string_view::npos) {
                add_words(token);
                continue;
            }
            if (has_lines)
                kept.push_back({token.offset + 1, token.end});
            add(token);
        }
        return std::move(pieces_);
    }

  private:
    bool is_behind(TokenKind kind, std::initializer_list<std::string_view> texts) const
    {
        return at_ > 0 && is_one_of(tokens_[at_ - 1], kind, texts);
    }

    void add(const Token& token)
    {
        Piece piece{.span = {token.offset, token.end}, .starts = starts(), .gap = {}};
        piece.opens = what_opens(token);
        piece.divides = is_one_of(token, TokenKind::keyword, {"else", "elsif", "when"});
        if (is_one_of(token, TokenKind::mark, {")", "]", "}"}) || is_one_of(token, TokenKind::keyword, {"end"})) {
            piece.closes = 1;
            if (!open_.empty())
                open_.pop_back();
        }
        if (piece.opens != Opens::nothing)
            open_.push_back(piece.opens);
        pieces_.push_back(piece);
    }

    /// A word list in several lines: its words are elements between brackets.
    void add_words(const Token& token)
    {
        static constexpr std::string_view blanks = " \t\r\f\v\n";
        const std::size_t last = token.end - 1;
        const std::size_t behind = token.offset + std::string_view("%w(").size();
        pieces_.push_back({.span = {token.offset, behind}, .opens = Opens::list, .starts = starts(), .gap = {}});
        for (std::size_t at = text_.find_first_not_of(blanks, behind); at < last;) {
            const std::size_t end = std::min(text_.find_first_of(blanks, at), last);
            pieces_.push_back({.span = {at, end}, .starts = true, .gap = {}});
            at = text_.find_first_not_of(blanks, end);
        }
        pieces_.push_back({.span = {last, token.end}, .closes = 1, .gap = {}});
    }

    Opens what_opens(const Token& token) const
    {
        if (is_one_of(token, TokenKind::keyword, {"do", "begin"}))
            return Opens::block;
        if (is_one_of(token, TokenKind::keyword, {"case"}) ||
            (is_one_of(token, TokenKind::keyword, {"if", "unless"}) && value_wanted()))
            return Opens::branch;
        if (is_one_of(token, TokenKind::mark, {"(", "["}))
            return Opens::list;
        if (is_one_of(token, TokenKind::mark, {"{"}))
            return value_wanted() && !is_behind(TokenKind::mark, {"->"}) ? Opens::list : Opens::block;
        return Opens::nothing;
    }

    /// Whether a value begins here: behind one, «if» is a modifier and «{» begins a block.
    bool value_wanted() const
    {
        if (at_ == 0)
            return true;
        const TokenKind last = tokens_[at_ - 1].kind;
        if (last == TokenKind::keyword)
            return !is_behind(last,
                              {"end", "nil", "true", "false", "self", "return", "next", "break", "yield", "lambda"});
        if (last == TokenKind::mark)
            return !is_behind(last, {")", "]", "}"});
        return last == TokenKind::newline || last == TokenKind::label;
    }

    bool starts() const
    {
        if (at_ == 0)
            return true;
        if (tokens_[at_ - 1].kind == TokenKind::newline)
            return at_ < 2 || !is_one_of(tokens_[at_ - 2], TokenKind::keyword, {"and", "or", "not"});
        const bool in_list = !open_.empty() && open_.back() == Opens::list;
        return is_behind(TokenKind::keyword, {"do", "else", "then"}) || is_behind(TokenKind::mark, {"(", "[", "{"}) ||
               (in_list && is_behind(TokenKind::mark, {","}));
    }

    std::string_view text_;
    const std::vector<Token>& tokens_;
    std::size_t at_ = 0;
    std::vector<Opens> open_;
    std::vector<Piece> pieces_;
};

} // namespace

std::string format(const Source& source)
{
    parse(source);
    std::vector<Span> kept;
    const std::vector<Token> tokens = tokenize(source, &kept);
    const std::vector<Piece> pieces = Pieces(source, tokens).run(kept);
    return lay_out(source.text(), pieces, std::move(kept));
}

void expect_same(const Source& before, const Source& after)
{
    const std::vector<Token> old_tokens = tokens_to_compare(before);
    const std::vector<Token> new_tokens = tokens_to_compare(after);
    for (std::size_t at = 0; at < old_tokens.size(); ++at)
        if (at >= new_tokens.size() || !same(old_tokens[at], new_tokens[at]))
            throw changed_meaning(before.position(old_tokens[at].offset));
}

} // namespace dfriends::converge::chef
