// SPDX-License-Identifier: Apache-2.0
#include "converge/chef/parser.hpp"

#include "base/scope_exit.hpp"
#include "base/text.hpp"
#include "converge/chef/parser_inside.hpp"

#include <algorithm>
#include <utility>

namespace dfriends::converge::chef {

namespace {

constexpr int deepest_nesting = 80;

constexpr int deepest_tree = 200;

/// What to write instead of a word that is not understood.
std::string hint_for(std::string_view word)
{
    if (word == "while" || word == "until" || word == "for")
        return "go through a list: names.each do |name| … end, or 5.times do |i| … end";
    if (word == "def" || word == "lambda" || word == "->" || word == "yield")
        return "write its content where it is called, or go through a list with each";
    if (word == "class" || word == "module")
        return "libraries are not run; write the values into the recipe or into attributes/";
    if (word == "rescue" || word == "ensure" || word == "begin")
        return "use ignore_failure and retries of the resource";
    if (word == "&")
        return "write &:name of a method, or a block: { |x| … }";
    return "recipes may use resources, values, variables, if, unless, case and each";
}

} // namespace

std::string shown(const Token& token)
{
    switch (token.kind) {
    case TokenKind::end:
        return "the end of the recipe";
    case TokenKind::newline:
        return "the end of the line";
    case TokenKind::string:
        return "a string";
    case TokenKind::words:
    case TokenKind::symbols:
        return "a word list";
    case TokenKind::integer:
    case TokenKind::decimal:
        return "a number";
    case TokenKind::identifier:
    case TokenKind::constant:
    case TokenKind::keyword:
    case TokenKind::label:
    case TokenKind::symbol:
    case TokenKind::pattern:
    case TokenKind::mark:
        break;
    }
    return fmt::format("'{}'", printable(token.text));
}

void Parser::unexpected() const
{
    throw source_.error(next().offset, fmt::format("{} is not understood here", shown(next())));
}

void Parser::unsupported(const Token& token) const
{
    throw source_.error(token.offset, fmt::format("'{}' is outside the supported subset", token.text),
                        hint_for(token.text));
}

void Parser::enter()
{
    if (++nesting_ > deepest_nesting)
        throw source_.error(next().offset, fmt::format("this is nested more than {} levels deep", deepest_nesting));
}

Node Parser::make(NodeKind kind, std::size_t offset, std::vector<Node> children, std::string text) const
{
    Node node;
    node.kind = kind;
    node.offset = offset;
    node.text = std::move(text);
    for (const Node& child : children)
        node.depth = std::max(node.depth, child.depth + 1);
    if (node.depth > deepest_tree)
        throw source_.error(offset, fmt::format("this expression has more than {} levels", deepest_tree));
    node.children = std::move(children);
    return node;
}

bool Parser::take_mark(std::string_view text)
{
    if (!is_mark(text))
        return false;
    take();
    return true;
}

bool Parser::take_keyword(std::string_view text)
{
    if (!is_keyword(text))
        return false;
    take();
    return true;
}

void Parser::expect_mark(std::string_view text, std::size_t opened)
{
    if (take_mark(text))
        return;
    if (next().kind == TokenKind::end)
        throw source_.error(opened, fmt::format("'{}' is missing for what begins here", text));
    throw source_.error(next().offset, fmt::format("{} where '{}' is wanted", shown(next()), text));
}

void Parser::skip_newlines()
{
    while (next().kind == TokenKind::newline)
        take();
}

Node Parser::program()
{
    std::vector<Node> list;
    for (skip_newlines(); next().kind != TokenKind::end; skip_newlines()) {
        list.push_back(statement());
        if (next().kind != TokenKind::newline && next().kind != TokenKind::end)
            unexpected();
    }
    return make(NodeKind::block, 0, std::move(list));
}

/// Statements up to one of the keywords (or '}'), which is left standing.
Node Parser::statements(std::initializer_list<std::string_view> ends, std::size_t opened)
{
    const bool outside = std::exchange(do_belongs_outside_, false);
    const std::size_t offset = next().offset;
    const auto ended = [&] {
        return std::ranges::any_of(ends, [&](std::string_view end) { return is_keyword(end) || is_mark(end); });
    };
    std::vector<Node> list;
    for (skip_newlines(); !ended(); skip_newlines()) {
        if (next().kind == TokenKind::end)
            throw source_.error(opened, fmt::format("'{}' is missing for what begins here", *(ends.end() - 1)));
        list.push_back(statement());
        if (next().kind != TokenKind::newline && !ended())
            unexpected();
    }
    do_belongs_outside_ = outside;
    return make(NodeKind::block, offset, std::move(list));
}

Node Parser::statement()
{
    enter();
    const ScopeExit leave([this] { --nesting_; });
    statement_ = at_;
    if (next().kind == TokenKind::keyword)
        for (const std::string_view word :
             {"while", "until", "def", "class", "module", "for", "yield", "rescue", "ensure"})
            if (is_keyword(word))
                unsupported(next());
    for (const std::string_view word : {"return", "next", "break"})
        if (is_keyword(word)) {
            const Token& token = take();
            std::vector<Node> value;
            if (next().kind != TokenKind::newline && next().kind != TokenKind::end && !is_keyword("if") &&
                !is_keyword("unless") && !is_keyword("end") && !is_mark("}"))
                value.push_back(expression());
            return modifiers(make(NodeKind::leave, token.offset, std::move(value), token.text));
        }
    return modifiers(low_expression());
}

Node Parser::modifiers(Node node)
{
    for (;;) {
        const bool inverted = is_keyword("unless");
        if (!inverted && !is_keyword("if"))
            break;
        const std::size_t offset = take().offset;
        Node condition = low_expression();
        if (inverted)
            condition = make(NodeKind::unary, offset, {std::move(condition)}, "!");
        Node body = make(NodeKind::block, node.offset, {std::move(node)});
        node = make(NodeKind::branch, offset, {std::move(condition), std::move(body)});
    }
    if (is_keyword("rescue") || is_keyword("while") || is_keyword("until"))
        unsupported(next());
    return node;
}

Node Parser::low_expression()
{
    enter();
    const ScopeExit leave([this] { --nesting_; });
    if (is_keyword("not")) {
        const std::size_t offset = take().offset;
        return make(NodeKind::unary, offset, {low_expression()}, "!");
    }
    Node left = expression();
    while (is_keyword("and") || is_keyword("or")) {
        const Token& token = take();
        skip_newlines();
        Node right = is_keyword("not") ? low_expression() : expression();
        left = make(NodeKind::binary, token.offset, {std::move(left), std::move(right)},
                    token.text == "and" ? "&&" : "||");
    }
    return left;
}

Node Parser::block()
{
    const Token& open = take();
    const bool braces = open.text == "{";
    const std::size_t around = locals_.count();
    std::vector<Parameter> bound;
    if (!take_mark("||") && take_mark("|"))
        bound = parameters("|", open.offset);
    Node body = braces ? statements({"}"}, open.offset) : statements({"end"}, open.offset);
    take();
    body.parameters = std::move(bound);
    locals_.forget_after(around);
    return body;
}

/// What stands between the bars of a block, or in parentheses there, with the closing mark.
std::vector<Parameter> Parser::parameters(std::string_view close, std::size_t opened)
{
    enter();
    const ScopeExit leave([this] { --nesting_; });
    std::vector<Parameter> all;
    do {
        if (is_mark(close))
            break;
        Parameter parameter;
        parameter.is_rest = take_mark("*");
        if (take_mark("(")) {
            parameter.inner = parameters(")", opened);
        } else {
            if (next().kind != TokenKind::identifier)
                unexpected();
            parameter.name = take().text;
            locals_.learn(parameter.name);
        }
        all.push_back(std::move(parameter));
    } while (take_mark(","));
    expect_mark(close, opened);
    return all;
}

/// What follows «if» or «elsif», with the «end».
Node Parser::branch(bool inverted)
{
    enter();
    const ScopeExit leave([this] { --nesting_; });
    const std::size_t offset = next().offset;
    Node condition = low_expression();
    if (inverted)
        condition = make(NodeKind::unary, offset, {std::move(condition)}, "!");
    take_keyword("then");
    std::vector<Node> children{std::move(condition)};
    children.push_back(statements({"elsif", "else", "end"}, offset));
    if (take_keyword("elsif")) {
        Node inner = branch(false);
        children.push_back(make(NodeKind::block, inner.offset, {std::move(inner)}));
    } else {
        if (take_keyword("else"))
            children.push_back(statements({"end"}, offset));
        take();
    }
    return make(NodeKind::branch, offset, std::move(children));
}

Node Parser::choice()
{
    const std::size_t offset = next().offset;
    std::vector<Node> children{next().kind == TokenKind::newline ? make(NodeKind::nothing, offset) : low_expression()};
    const bool has_subject = children[0].kind != NodeKind::nothing;
    skip_newlines();
    while (take_keyword("when")) {
        const std::size_t begins = next().offset;
        std::vector<Node> parts;
        argument_list(parts, {}, begins);
        take_keyword("then");
        parts.push_back(statements({"when", "else", "end"}, begins));
        children.push_back(make(NodeKind::option, begins, std::move(parts)));
    }
    if (take_keyword("else"))
        children.push_back(statements({"end"}, offset));
    if (!take_keyword("end"))
        unexpected();
    Node node = make(NodeKind::choice, offset, std::move(children));
    node.integer = has_subject ? 1 : 0;
    return node;
}

Node parse(const Source& source)
{
    const std::vector<Token> tokens = tokenize(source);
    Locals locals;
    return Parser(source, tokens, locals, 0).program();
}

} // namespace dfriends::converge::chef
