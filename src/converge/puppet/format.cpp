// SPDX-License-Identifier: Apache-2.0
#include "converge/puppet/format.hpp"

#include "converge/layout.hpp"
#include "converge/puppet/lexer.hpp"
#include "converge/puppet/parser.hpp"

#include <algorithm>
#include <initializer_list>
#include <map>
#include <utility>

namespace dfriends::converge::puppet {

namespace {

bool is_one_of(const Token& token, TokenKind kind, std::initializer_list<std::string_view> texts)
{
    return token.kind == kind && std::ranges::find(texts, token.text) != texts.end();
}

bool is_mark(const Token& token, std::initializer_list<std::string_view> texts)
{
    return is_one_of(token, TokenKind::mark, texts);
}

bool same(const Token& a, const Token& b)
{
    const auto same_part = [](const StringPart& one, const StringPart& other) {
        return one.text == other.text && std::ranges::equal(one.code, other.code, same);
    };
    return a.kind == b.kind && a.text == b.text && std::ranges::equal(a.parts, b.parts, same_part);
}

/// The place of the first node that is read in another way, if any.
const Node* find_difference(const Node& a, const Node& b)
{
    if (a.kind != b.kind || a.text != b.text || a.integer != b.integer || a.words != b.words ||
        a.has_lambda != b.has_lambda || a.children.size() != b.children.size() || a.type.size() != b.type.size())
        return &a;
    for (std::size_t at = 0; at < a.type.size(); ++at)
        if (const Node* found = find_difference(a.type[at], b.type[at]))
            return found;
    for (std::size_t at = 0; at < a.children.size(); ++at)
        if (const Node* found = find_difference(a.children[at], b.children[at]))
            return found;
    return nullptr;
}

/// The pieces of a manifest, from its tokens.
class Pieces {
  public:
    Pieces(const Source& source, const std::vector<Token>& tokens) : text_(source.text()), tokens_(tokens) {}

    std::vector<Piece> run(std::vector<Span>& kept)
    {
        for (at_ = 0; at_ + 1 < tokens_.size(); ++at_) {
            const Token& token = tokens_[at_];
            if (text_.substr(token.offset, token.end - token.offset).find('\n') != std::string_view::npos)
                kept.push_back({token.offset + 1, token.end});
            pieces_.push_back({.span = {token.offset, token.end}, .gap = {}});
            add(token);
        }
        return std::move(pieces_);
    }

  private:
    /// A token that stands below others of its kind; `first`: the one that its line begins with.
    struct Aligned {
        std::size_t token;
        std::size_t first;
    };
    /// Something that is open.
    struct Frame {
        bool is_block = false; ///< between { and }, where statements may stand
        bool is_body = false;  ///< the attributes behind a resource's title
        std::size_t first = 0; ///< the token that the latest statement or element begins with
        std::vector<Aligned> arrows;
        std::vector<Aligned> parameters; ///< behind their types
        std::vector<Aligned> defaults;   ///< of parameters: the = before them
    };

    bool is_behind(std::initializer_list<std::string_view> marks) const
    {
        return at_ > 0 && is_mark(tokens_[at_ - 1], marks);
    }

    void add(const Token& token)
    {
        Piece& piece = pieces_.back();
        const bool is_arrow = is_mark(token, {"=>", "+>"});
        if (is_mark(token, {"}", ")", "]", "|>", "|>>"}) || (is_mark(token, {";"}) && open_.back().is_body)) {
            piece.closes = close(token.text == "}");
            return;
        }
        piece.starts = starts(token);
        if (piece.starts)
            open_.back().first = at_;
        else if (is_mark(token, {"->", "~>", "<-", "<~", "{"}) || is_behind({"->", "~>", "<-", "<~"}))
            piece.least = 0; // of a chain's resources none stands deeper
        if (is_arrow || is_behind({",", "=>", "+>"}))
            piece.gap = 1;
        if (is_arrow)
            add_aligned(open_.back().arrows);
        else if (token.kind == TokenKind::variable && is_parameters(open_.back()))
            add_aligned(open_.back().parameters);
        else if (is_mark(token, {"="}) && is_parameters(open_.back()))
            add_aligned(open_.back().defaults);
        if (is_mark(token, {"{", "(", "[", "<|", "<<|"}) || begins_body(token)) {
            piece.opens = Opens::list;
            Frame frame;
            frame.is_block = token.text == "{";
            frame.is_body = token.text == ":";
            frame.first = at_;
            open_.push_back(std::move(frame));
        }
    }

    bool is_parameters(const Frame& frame) const
    {
        return open_.size() > 1 && !frame.is_block && !frame.is_body && tokens_[frame.first].kind == TokenKind::type;
    }

    /// Whether a colon stands between a resource's title and its attributes, not between a value and a block.
    bool begins_body(const Token& token) const
    {
        return is_mark(token, {":"}) && open_.back().is_block && !is_mark(tokens_[at_ + 1], {"{"});
    }

    /// How many are closed: with the bracket of resources also their last body.
    unsigned close(bool is_brace)
    {
        unsigned count = 0;
        for (bool more = true; more && open_.size() > 1; ++count) {
            const Frame& top = open_.back();
            more = is_brace && top.is_body;
            align(top.arrows, 1);
            keep_aligned(top.parameters);
            keep_aligned(top.defaults);
            open_.pop_back();
        }
        return count;
    }

    /// Only what has in its line all that stands before it in its element can stand below others.
    void add_aligned(std::vector<Aligned>& list)
    {
        const std::size_t first = open_.back().first;
        const std::size_t begin = tokens_[first].offset;
        const std::string_view before = text_.substr(begin, tokens_[at_].offset - begin);
        if (first < at_ && begins_line(first) && before.find('\n') == std::string_view::npos)
            list.push_back({at_, first});
    }

    bool begins_line(std::size_t index) const
    {
        const std::size_t behind = index == 0 ? 0 : tokens_[index - 1].end;
        const std::string_view between = text_.substr(behind, tokens_[index].offset - behind);
        const std::size_t line_end = between.rfind('\n');
        return (index == 0 || line_end != std::string_view::npos) &&
               between.find_first_not_of(" \t\r", line_end + 1) == std::string_view::npos;
    }

    std::size_t gap_before(std::size_t index) const
    {
        const std::size_t behind = tokens_[index - 1].end;
        return width_of(text_.substr(behind, tokens_[index].offset - behind));
    }

    /// How wide all before it will be, from the begin of its element on.
    std::size_t width_before(const Aligned& one) const
    {
        std::size_t width = 0;
        for (std::size_t at = one.first; at < one.token; ++at) {
            const Span span = pieces_[at].span;
            width += width_of(text_.substr(span.begin, span.end - span.begin));
            if (at > one.first)
                width += pieces_[at].gap.value_or(gap_before(at));
        }
        return width;
    }

    void align(const std::vector<Aligned>& list, std::size_t least_gap)
    {
        std::size_t widest = 0;
        for (const Aligned& one : list)
            widest = std::max(widest, width_before(one));
        for (const Aligned& one : list)
            pieces_[one.token].gap = widest - width_before(one) + least_gap;
    }

    /// What stood below each other does so afterwards, also where commas got their blanks.
    void keep_aligned(const std::vector<Aligned>& list)
    {
        std::map<std::size_t, std::vector<Aligned>> columns;
        for (const Aligned& one : list) {
            const std::size_t begin = tokens_[one.first].offset;
            columns[width_of(text_.substr(begin, tokens_[one.token].offset - begin))].push_back(one);
        }
        for (const auto& [column, members] : columns) {
            std::size_t least_gap = column;
            for (const Aligned& one : members)
                least_gap = std::min(least_gap, gap_before(one.token));
            align(members, least_gap);
        }
    }

    /// Whether a statement or an element begins.
    bool starts(const Token& token) const
    {
        static constexpr std::initializer_list<std::string_view> joining{
            "->", "~>", "<-", "<~", "=>", "+>", "==", "!=", "=~", "!~", "<=", ">=", "<<", ">>",
            "=",  "+",  "-",  "*",  "/",  "%",  "<",  ">",  "!",  "?",  ".",  "@",  "@@", ":"};
        static constexpr std::initializer_list<std::string_view> continuing{
            "->", "~>", "<-", "<~", "=>", "+>", "==", "!=", "=~", "!~", "<=", ">=", "<<", ">>", "=",
            "+",  "-",  "*",  "/",  "%",  "<",  ">",  "?",  ".",  ":",  "|",  "{",  "<|", "<<|"};
        static constexpr std::initializer_list<std::string_view> words{"and", "or", "in"};
        if (at_ == 0 || is_behind({"{", "(", "[", "<|", "<<|", ";"}))
            return true;
        if (is_behind({":"}) && open_.back().is_body)
            return true;
        if (is_behind({","}))
            return !is_call_without_brackets();
        return begins_line(at_) && !is_behind(joining) && !is_one_of(tokens_[at_ - 1], TokenKind::name, words) &&
               !is_mark(token, continuing) && !is_one_of(token, TokenKind::name, words);
    }

    /// «include a, b»: what follows its commas belongs to the statement.
    bool is_call_without_brackets() const
    {
        const Frame& top = open_.back();
        const bool in_statements = open_.size() == 1 || top.is_block;
        return in_statements && top.first + 1 < at_ && tokens_[top.first].kind == TokenKind::name &&
               tokens_[top.first + 1].kind != TokenKind::mark;
    }

    std::string_view text_;
    const std::vector<Token>& tokens_;
    std::size_t at_ = 0;
    std::vector<Frame> open_{Frame{}};
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
    const std::vector<Token> old_tokens = tokenize(before);
    const std::vector<Token> new_tokens = tokenize(after);
    for (std::size_t at = 0; at < old_tokens.size(); ++at)
        if (at >= new_tokens.size() || !same(old_tokens[at], new_tokens[at]))
            throw changed_meaning(before.position(old_tokens[at].offset));
    const Node tree = parse(before);
    if (const Node* difference = find_difference(tree, parse(after)))
        throw changed_meaning(before.position(difference->offset));
}

} // namespace dfriends::converge::puppet
