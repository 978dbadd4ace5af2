// SPDX-License-Identifier: Apache-2.0
#include "converge/yaml/expressions.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace dfriends::converge::yaml {

namespace {

using config::Node;
using config::NodeKind;

constexpr std::string_view opening = "${";
constexpr std::string_view escaped = "$${";
constexpr unsigned deepest_expression = 32;
constexpr std::string_view digits = "0123456789";
constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";

bool is_one_of(char c, std::string_view set)
{
    return set.find(c) != std::string_view::npos;
}

Node truth(bool value)
{
    return Node::make_scalar(value ? "true" : "false", false, {});
}

/// Scalars are compared as they are written; lists and maps member by member, in their order.
bool is_same(const Node& a, const Node& b)
{
    if (a.kind() != b.kind())
        return false;
    switch (a.kind()) {
    case NodeKind::null:
        return true;
    case NodeKind::scalar:
        return a.text() == b.text();
    case NodeKind::list:
        return std::ranges::equal(a.items(), b.items(), is_same);
    case NodeKind::map:
        return std::ranges::equal(a.members(), b.members(), [](const Node::Member& one, const Node::Member& other) {
            return one.first.text() == other.first.text() && is_same(one.second, other.second);
        });
    }
    return false;
}

struct Token {
    enum class Kind { name, number, text, sign, end };
    Kind kind = Kind::end;
    std::string text;
    std::size_t at = 0;
    std::size_t end = 0;

    bool is_sign(std::string_view sign) const { return kind == Kind::sign && text == sign; }
    bool is_word(std::string_view word) const { return kind == Kind::name && text == word; }
};

class Tokens {
  public:
    Tokens(const Passage& passage, std::size_t at) : passage_(passage), at_(at) {}

    Token next()
    {
        const std::string_view text = passage_.text;
        at_ = std::min(text.find_first_not_of(" \t\r\n", at_), text.size());
        Token token{.kind = Token::Kind::end, .text = {}, .at = at_, .end = at_};
        if (at_ == text.size())
            return token;
        const char c = text[at_];
        if (is_one_of(c, letters))
            take_while(token, Token::Kind::name,
                       [](char d) { return is_one_of(d, letters) || is_one_of(d, digits) || d == '-'; });
        else if (is_one_of(c, digits) || (c == '-' && at_ + 1 < text.size() && is_one_of(text[at_ + 1], digits)))
            take_number(token);
        else if (c == '\'' || c == '"')
            take_text(token);
        else
            take_sign(token);
        token.end = at_;
        return token;
    }

  private:
    template <class Predicate>
    void take_while(Token& token, Token::Kind kind, Predicate belongs)
    {
        token.kind = kind;
        while (at_ < passage_.text.size() && belongs(passage_.text[at_]))
            token.text += passage_.text[at_++];
    }

    void take_number(Token& token)
    {
        const bool is_negative = passage_.text[at_] == '-';
        at_ += is_negative ? 1 : 0;
        take_while(token, Token::Kind::number, [](char d) { return is_one_of(d, digits); });
        if (is_negative)
            token.text.insert(0, 1, '-');
    }

    void take_text(Token& token)
    {
        const char quote = passage_.text[at_];
        token.kind = Token::Kind::text;
        for (++at_; at_ < passage_.text.size() && passage_.text[at_] != quote; ++at_) {
            if (passage_.text[at_] == '\\' && at_ + 1 < passage_.text.size())
                ++at_;
            token.text += passage_.text[at_];
        }
        if (at_ == passage_.text.size())
            throw passage_.error(token.at, "the text in quotes does not end");
        ++at_;
    }

    void take_sign(Token& token)
    {
        static constexpr std::array<std::string_view, 10> signs{"==", "!=", "(", ")", "[", "]", ",", ".", "|", "}"};
        const std::string_view rest = passage_.text.substr(at_);
        const auto sign = std::ranges::find_if(signs, [&](std::string_view one) { return rest.starts_with(one); });
        const bool is_doubled = rest.starts_with("||");
        if (sign == signs.end() || is_doubled)
            throw passage_
                .error(at_, fmt::format("'{}' is nothing that an expression has", printable(rest.substr(0, 1))))
                .hint(rest.starts_with("=")                 ? "write =="
                      : rest.starts_with("&") || is_doubled ? "write and, or"
                      : rest.starts_with("!")               ? "write not"
                      : rest.starts_with("$")               ? "names stand here as they are, without ${}"
                                                            : "names, 'texts', numbers, and, or, not, in, ==, !=");
        token.kind = Token::Kind::sign;
        token.text = *sign;
        at_ += sign->size();
    }

    const Passage& passage_;
    std::size_t at_;
};

/// Evaluates an expression as it reads it.
class Evaluation {
  public:
    Evaluation(const Passage& passage, std::size_t at, Names& names)
        : passage_(passage), tokens_(passage, at), names_(names), token_(tokens_.next())
    {
    }

    Node either()
    {
        std::size_t at = token_.at;
        Node left = both();
        while (take_word("or")) {
            const bool first = is_true(left, at);
            at = token_.at;
            const Node right = both();
            left = truth(is_true(right, at) || first);
        }
        return left;
    }

    /// Where the expression ends, which is behind its '}'.
    std::size_t closed(std::size_t opened)
    {
        if (token_.kind == Token::Kind::end)
            throw passage_.error(opened, "the expression does not end")
                .hint("write } behind it, or $${ for a ${ that is none");
        if (!token_.is_sign("}"))
            throw unexpected();
        return token_.end;
    }

    void end()
    {
        if (token_.kind != Token::Kind::end)
            throw unexpected();
    }

    bool is_true(const Node& value, std::size_t at) const
    {
        const bool is_flag = value.kind() == NodeKind::scalar && !value.is_quoted() &&
                             (value.text() == "true" || value.text() == "false");
        if (!is_flag)
            throw passage_.error(at, "this is neither true nor false").hint("compare it: vars.x == 'on'");
        return value.text() == "true";
    }

  private:
    void advance() { token_ = tokens_.next(); }

    bool take_word(std::string_view word)
    {
        if (!token_.is_word(word))
            return false;
        advance();
        return true;
    }

    bool take_sign(std::string_view sign)
    {
        if (!token_.is_sign(sign))
            return false;
        advance();
        return true;
    }

    void expect(std::string_view sign)
    {
        if (!take_sign(sign))
            throw unexpected(fmt::format("'{}'", sign));
    }

    Error unexpected(std::string_view wanted = {}) const
    {
        const std::string found = token_.kind == Token::Kind::end
                                      ? "the end"
                                      : "'" + printable(passage_.text.substr(token_.at, token_.end - token_.at)) + "'";
        return passage_.error(token_.at, wanted.empty() ? fmt::format("{} does not belong here", found)
                                                        : fmt::format("{} is missing before {}", wanted, found));
    }

    Node both()
    {
        std::size_t at = token_.at;
        Node left = negation();
        while (take_word("and")) {
            const bool first = is_true(left, at);
            at = token_.at;
            const Node right = negation();
            left = truth(is_true(right, at) && first);
        }
        return left;
    }

    Node negation()
    {
        if (!take_word("not"))
            return comparison();
        const Depth deeper(*this);
        const std::size_t at = token_.at;
        return truth(!is_true(negation(), at));
    }

    Node comparison()
    {
        Node left = filtered();
        if (take_sign("=="))
            return truth(is_same(left, filtered()));
        if (take_sign("!="))
            return truth(!is_same(left, filtered()));
        const bool is_negated = take_word("not");
        if (is_negated && !token_.is_word("in"))
            throw unexpected("'in'");
        if (!take_word("in"))
            return left;
        const std::size_t at = token_.at;
        return truth(is_in(left, filtered(), at) != is_negated);
    }

    bool is_in(const Node& value, const Node& whole, std::size_t at) const
    {
        if (whole.kind() == NodeKind::list)
            return std::ranges::any_of(whole.items(), [&](const Node& item) { return is_same(item, value); });
        if (whole.kind() == NodeKind::null || value.kind() != NodeKind::scalar)
            throw passage_.error(at, "only a list, a map or a text has something in it");
        return whole.kind() == NodeKind::map ? whole.find(value.text()) != nullptr
                                             : whole.text().find(value.text()) != std::string::npos;
    }

    /// A value, and what to take where there is none.
    Node filtered()
    {
        const std::size_t at = token_.at;
        Path path;
        std::optional<Node> value = operand(path);
        while (take_sign("|")) {
            if (!take_word("default"))
                throw unexpected("'default'");
            expect("(");
            const Depth deeper(*this);
            Node other = either();
            expect(")");
            if (!value || value->is_null())
                value = std::move(other);
        }
        if (value)
            return std::move(*value);
        throw passage_.error(at, names_.explain(path)).hint(names_.advise(path));
    }

    std::optional<Node> operand(Path& path)
    {
        const Token token = token_;
        if (token.kind == Token::Kind::name)
            return name(path);
        advance();
        if (token.kind == Token::Kind::number || token.kind == Token::Kind::text)
            return Node::make_scalar(token.text, token.kind == Token::Kind::text, {});
        const Depth deeper(*this);
        if (token.is_sign("(")) {
            Node inner = either();
            expect(")");
            return inner;
        }
        if (token.is_sign("["))
            return list();
        token_ = token;
        throw unexpected("a value");
    }

    Node list()
    {
        std::vector<Node> items;
        while (!take_sign("]")) {
            items.push_back(either());
            if (!token_.is_sign("]"))
                expect(",");
        }
        return Node::make_list(std::move(items), {});
    }

    std::optional<Node> name(Path& path)
    {
        const Token first = token_;
        advance();
        if (first.text == "true" || first.text == "false")
            return truth(first.text == "true");
        if (first.text == "null")
            return Node();
        path.push_back(first.text);
        while (token_.is_sign(".") || token_.is_sign("[")) {
            const bool is_bracket = token_.is_sign("[");
            advance();
            const bool fits = token_.kind == Token::Kind::number ||
                              token_.kind == (is_bracket ? Token::Kind::text : Token::Kind::name);
            if (!fits)
                throw unexpected("a name");
            path.push_back(token_.text);
            advance();
            if (is_bracket)
                expect("]");
        }
        if (!names_.has_root(path.front()))
            throw passage_.error(first.at, names_.explain(path)).hint(names_.advise(path));
        return names_.find(path);
    }

    /// Brackets within brackets, by which the evaluation calls itself.
    class Depth {
      public:
        explicit Depth(Evaluation& evaluation) : evaluation_(evaluation)
        {
            if (++evaluation_.depth_ > deepest_expression)
                throw evaluation_.passage_.error(
                    evaluation_.token_.at, fmt::format("the expression is nested deeper than {}", deepest_expression));
        }
        ~Depth() { --evaluation_.depth_; }
        Depth(const Depth&) = delete;
        Depth& operator=(const Depth&) = delete;

      private:
        Evaluation& evaluation_;
    };

    const Passage& passage_;
    Tokens tokens_;
    Names& names_;
    Token token_;
    unsigned depth_ = 0;
};

/// A value as a part of a text.
std::string text_of(const Node& value, const Passage& passage, std::size_t at)
{
    if (value.kind() == NodeKind::scalar)
        return value.text();
    throw passage
        .error(at, value.is_null() ? "the expression is null, which is no text"
                                   : "a list or a map cannot stand inside a text")
        .hint(value.is_null() ? "say what to take then: ${… | default('')}" : "let the expression be the whole value");
}

} // namespace

Error Passage::error(std::size_t offset, std::string_view message) const
{
    return Error(ErrorKind::invalid, position(offset), "{}", message);
}

Filled fill_in(const Passage& passage, Names& names)
{
    Filled filled;
    const std::string_view text = passage.text;
    for (std::size_t at = 0; at < text.size();) {
        if (text.substr(at).starts_with(escaped)) {
            filled.text += opening;
            at += escaped.size();
            continue;
        }
        if (!text.substr(at).starts_with(opening)) {
            filled.text += text[at++];
            continue;
        }
        Evaluation evaluation(passage, at + opening.size(), names);
        Node value = evaluation.either();
        const std::size_t end = evaluation.closed(at);
        filled.has_values = true;
        if (at == 0 && end == text.size())
            filled.whole = std::move(value);
        else
            filled.text += text_of(value, passage, at);
        at = end;
    }
    return filled;
}

bool holds(const Passage& passage, Names& names)
{
    Evaluation evaluation(passage, 0, names);
    const Node value = evaluation.either();
    evaluation.end();
    return evaluation.is_true(value, 0);
}

std::string without_expressions(std::string_view text)
{
    return replace_all(text, opening, escaped);
}

} // namespace dfriends::converge::yaml
