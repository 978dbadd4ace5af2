// SPDX-License-Identifier: Apache-2.0
#include "converge/puppet/parser_inside.hpp"

#include <algorithm>
#include <array>

namespace dfriends::converge::puppet {

namespace {

struct Level {
    std::string_view marks; ///< between blanks
};
/// From the loosest to the tightest.
constexpr auto levels = std::to_array<Level>(
    {{" or "}, {" and "}, {" > < >= <= "}, {" == != "}, {" << >> "}, {" + - "}, {" * / % "}, {" =~ !~ "}, {" in "}});

} // namespace

Node Parser::parse_expression()
{
    const Deeper deeper(*this, peek().offset);
    Node left = parse_binary(0);
    if (!sees("="))
        return left;
    const std::size_t offset = take().offset;
    if (left.kind != NodeKind::variable && left.kind != NodeKind::array)
        throw source_.error(left.offset, "only variables can be assigned to");
    return make(NodeKind::assign, offset, {}, both(std::move(left), parse_expression()));
}

std::vector<Node> Parser::both(Node left, Node right)
{
    std::vector<Node> nodes;
    nodes.push_back(std::move(left));
    nodes.push_back(std::move(right));
    return nodes;
}

bool Parser::at_level(std::size_t level) const
{
    const Token& token = peek();
    if (token.kind != TokenKind::mark && token.kind != TokenKind::name)
        return false;
    return levels[level].marks.find(" " + token.text + " ") != std::string_view::npos;
}

Node Parser::parse_binary(std::size_t level)
{
    if (level == levels.size())
        return parse_unary();
    Node left = parse_binary(level + 1);
    while (at_level(level)) {
        const Token& mark = take();
        left = make(NodeKind::binary, mark.offset, mark.text, both(std::move(left), parse_binary(level + 1)));
    }
    return left;
}

Node Parser::parse_unary()
{
    const Deeper deeper(*this, peek().offset);
    if (!sees("!") && !sees("-") && !sees("*"))
        return parse_postfix();
    const Token& mark = take();
    Node node = make(NodeKind::unary, mark.offset, mark.text);
    adopt(node, parse_unary());
    return node;
}

Node Parser::parse_postfix()
{
    Node node = parse_primary();
    for (;;) {
        if (sees("[") && !peek().space_before) {
            const std::size_t offset = take().offset;
            Node access = make(NodeKind::access, offset);
            access.offset = node.offset;
            adopt(access, std::move(node));
            parse_list(access, "]");
            node = std::move(access);
        } else if (sees(".") && peek(1).kind == TokenKind::name) {
            ++at_;
            node = parse_method(std::move(node));
        } else if (sees("?"))
            node = parse_selector(std::move(node));
        else
            return node;
    }
}

Node Parser::parse_method(Node receiver)
{
    const Token& name = take();
    Node method = make(NodeKind::method, name.offset, name.text);
    adopt(method, std::move(receiver));
    if (accept("("))
        parse_list(method, ")");
    parse_lambda(method);
    return method;
}

void Parser::parse_lambda(Node& call)
{
    if (!sees("|"))
        return;
    Node lambda = make(NodeKind::lambda, take().offset);
    while (!sees("|")) {
        adopt(lambda, parse_parameter());
        if (!accept(","))
            break;
    }
    expect("|", "the parameters of a lambda stand between bars: |$a, $b| { … }");
    adopt(lambda, parse_block());
    adopt(call, std::move(lambda));
    call.has_lambda = true;
}

Node Parser::parse_selector(Node subject)
{
    Node selector = make(NodeKind::selector, take().offset);
    adopt(selector, std::move(subject));
    expect("{", "a selector is VALUE ? { CASE => RESULT, … }");
    while (!sees("}")) {
        Node option = make(NodeKind::option, peek().offset);
        adopt(option, parse_expression());
        expect("=>", "a selector is VALUE ? { CASE => RESULT, … }");
        adopt(option, parse_expression());
        adopt(selector, std::move(option));
        if (!accept(","))
            break;
    }
    expect("}", "a comma stands between the cases of a selector");
    return selector;
}

/// Expressions with commas between them, up to the mark.
void Parser::parse_list(Node& owner, std::string_view end)
{
    while (!sees(end)) {
        if (peek().kind == TokenKind::end)
            throw source_.error(owner.offset, "this has no '" + std::string(end) + "'");
        adopt(owner, parse_expression());
        if (!accept(","))
            break;
    }
    expect(end, "a comma stands between values");
}

Node Parser::parse_primary()
{
    const Deeper deeper(*this, peek().offset);
    const Token& token = peek();
    switch (token.kind) {
    case TokenKind::string:
        ++at_;
        return parse_string(token);
    case TokenKind::variable:
        ++at_;
        return make(NodeKind::variable, token.offset, token.text);
    case TokenKind::pattern:
        ++at_;
        return make(NodeKind::pattern, token.offset, token.text);
    case TokenKind::type:
        ++at_;
        if (sees("(") && !peek().space_before)
            return parse_call(token); // Integer('5')
        return make(NodeKind::type, token.offset, token.text);
    case TokenKind::integer:
    case TokenKind::decimal:
        return parse_number();
    case TokenKind::name:
        return parse_name();
    case TokenKind::mark:
        return parse_bracket();
    case TokenKind::end:
        break;
    }
    throw unexpected("a value");
}

Node Parser::parse_number()
{
    const Token& token = take();
    Node node =
        make(token.kind == TokenKind::integer ? NodeKind::integer : NodeKind::decimal, token.offset, token.text);
    node.integer = token.integer;
    node.decimal = token.decimal;
    return node;
}

Node Parser::parse_bracket()
{
    const std::size_t offset = peek().offset;
    if (accept("(")) {
        Node inner = parse_chain();
        expect(")", "this parenthesis is not closed");
        return inner;
    }
    if (accept("[")) {
        Node array = make(NodeKind::array, offset);
        parse_list(array, "]");
        return array;
    }
    if (!accept("{"))
        throw unexpected("a value");
    Node hash = make(NodeKind::hash, offset);
    while (!sees("}")) {
        adopt(hash, parse_expression());
        expect("=>", "a hash is { KEY => VALUE, … }");
        adopt(hash, parse_expression());
        if (!accept(","))
            break;
    }
    expect("}", "a comma stands between the pairs of a hash");
    return hash;
}

Node Parser::parse_string(const Token& token)
{
    if (token.parts.empty())
        return make(NodeKind::text, token.offset);
    if (std::ranges::none_of(token.parts, [](const StringPart& part) { return !part.code.empty(); })) {
        std::string content;
        for (const StringPart& part : token.parts)
            content += part.text;
        return make(NodeKind::text, token.offset, std::move(content));
    }
    Node joined = make(NodeKind::joined, token.offset);
    for (const StringPart& part : token.parts) {
        if (part.code.empty()) {
            adopt(joined, make(NodeKind::text, token.offset, part.text));
            continue;
        }
        Parser inner(source_, part.code);
        inner.nesting = nesting;
        adopt(joined, inner.run_code());
    }
    return joined;
}

Node Parser::parse_name()
{
    static constexpr auto constants =
        std::to_array<std::pair<std::string_view, NodeKind>>({{"undef", NodeKind::undef},
                                                              {"true", NodeKind::yes},
                                                              {"false", NodeKind::no},
                                                              {"default", NodeKind::fallback}});
    const Token& token = peek();
    for (const auto& [word, kind] : constants)
        if (token.text == word) {
            ++at_;
            return make(kind, token.offset, token.text);
        }
    if (token.text == "if" || token.text == "unless")
        return parse_branch();
    if (token.text == "case")
        return parse_case();
    ++at_;
    if (sees("("))
        return parse_call(token);
    return make(NodeKind::text, token.offset, token.text); // a bare word is a string
}

Node Parser::parse_call(const Token& name)
{
    Node call = make(NodeKind::call, name.offset, name.text);
    expect("(", "arguments stand between ( and )");
    parse_list(call, ")");
    parse_lambda(call);
    return call;
}

Node Parser::parse_branch()
{
    const Token& word = take();
    Node branch = make(NodeKind::branch, word.offset, word.text);
    adopt(branch, parse_expression());
    adopt(branch, parse_block());
    if (sees_word("elsif")) {
        const Deeper deeper(*this, peek().offset);
        adopt(branch, parse_branch());
    } else if (accept_word("else"))
        adopt(branch, parse_block());
    return branch;
}

Node Parser::parse_case()
{
    Node choice = make(NodeKind::choice, take().offset);
    adopt(choice, parse_expression());
    const std::size_t open = peek().offset;
    expect("{", "case is case VALUE { CASE: { … } … }");
    while (!accept("}")) {
        if (peek().kind == TokenKind::end)
            throw source_.error(open, "this '{' is not closed");
        Node option = make(NodeKind::option, peek().offset);
        do
            adopt(option, parse_expression());
        while (accept(","));
        expect(":", "case is case VALUE { CASE: { … } … }");
        adopt(option, parse_block());
        adopt(choice, std::move(option));
    }
    return choice;
}

} // namespace dfriends::converge::puppet
