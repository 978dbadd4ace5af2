// SPDX-License-Identifier: Apache-2.0
#include "converge/puppet/parser.hpp"

#include "base/text.hpp"
#include "converge/puppet/parser_inside.hpp"

#include <algorithm>
#include <array>

namespace dfriends::converge::puppet {

namespace {

/// Functions that may be called without parentheses.
constexpr auto statement_functions =
    std::to_array<std::string_view>({"include", "require", "contain", "realize", "tag", "debug", "info", "notice",
                                     "warning", "err", "crit", "alert", "emerg", "fail", "return", "next", "break"});

/// Words of the language that are no part of the subset, and what to do instead.
struct Outside {
    std::string_view word;
    std::string_view advice;
};
constexpr auto outside = std::to_array<Outside>({{"plan", "plans belong to Bolt; write resources"},
                                                 {"application", "write a class"},
                                                 {"site", "write the resources at the top of the manifest"},
                                                 {"import", "name the files on the command line, or their folder"}});

} // namespace

Node Parser::run()
{
    Node block = parse_statements();
    if (peek().kind != TokenKind::end)
        throw unexpected("a statement");
    return block;
}

Node Parser::run_code()
{
    Node node = parse_expression();
    if (peek().kind != TokenKind::end)
        throw unexpected("the end of the code in the string");
    return node;
}

bool Parser::accept(std::string_view mark)
{
    const bool there = sees(mark);
    at_ += there ? 1 : 0;
    return there;
}

bool Parser::accept_word(std::string_view word)
{
    const bool there = sees_word(word);
    at_ += there ? 1 : 0;
    return there;
}

std::string Parser::describe(const Token& token) const
{
    switch (token.kind) {
    case TokenKind::end:
        return "the end";
    case TokenKind::string:
        return "a string";
    case TokenKind::pattern:
        return "a pattern";
    case TokenKind::variable:
        return "'$" + printable(token.text) + "'";
    case TokenKind::name:
    case TokenKind::type:
    case TokenKind::integer:
    case TokenKind::decimal:
    case TokenKind::mark:
        break;
    }
    return "'" + printable(token.text) + "'";
}

Error Parser::unexpected(std::string_view wanted) const
{
    return source_.error(peek().offset, "found " + describe(peek()) + " where " + std::string(wanted) + " belongs");
}

void Parser::expect(std::string_view mark, std::string_view why)
{
    if (!accept(mark))
        throw source_.error(peek().offset, "found " + describe(peek()) + " where '" + std::string(mark) + "' belongs",
                            std::string(why));
}

Node Parser::make(NodeKind kind, std::size_t offset, std::string text, std::vector<Node> children) const
{
    Node node;
    node.kind = kind;
    node.offset = offset;
    node.text = std::move(text);
    for (Node& child : children)
        adopt(node, std::move(child));
    return node;
}

void Parser::adopt(Node& parent, Node child) const
{
    parent.depth = std::max(parent.depth, child.depth + 1);
    if (parent.depth > 2 * deepest_text)
        throw source_.error(child.offset, "this is nested too deeply");
    parent.children.push_back(std::move(child));
}

Node Parser::parse_statements()
{
    Node block = make(NodeKind::block, peek().offset);
    while (peek().kind != TokenKind::end && !sees("}"))
        if (!accept(";"))
            adopt(block, parse_chain());
    return block;
}

Node Parser::parse_block()
{
    const std::size_t open = peek().offset;
    expect("{", "a block stands between { and }");
    Node block = parse_statements();
    if (!accept("}"))
        throw source_.error(open, "this '{' is not closed",
                            "found " + describe(peek()) + " in line " +
                                std::to_string(source_.position(peek().offset).line));
    return block;
}

/// A statement, or several with arrows between them.
Node Parser::parse_chain()
{
    Node first = parse_statement();
    const auto is_arrow = [&] { return sees("->") || sees("~>") || sees("<-") || sees("<~"); };
    if (!is_arrow())
        return first;
    Node edges = make(NodeKind::edges, peek().offset);
    adopt(edges, std::move(first));
    while (is_arrow()) {
        edges.words.push_back(take().text);
        adopt(edges, parse_statement());
    }
    return edges;
}

Node Parser::parse_statement()
{
    const Deeper deeper(*this, peek().offset);
    const Token& token = peek();
    if (sees("@") || sees("@@")) {
        const std::string mark = take().text;
        if (peek().kind != TokenKind::name || !sees("{", 1))
            throw unexpected("a resource");
        return parse_resource(mark);
    }
    if (token.kind == TokenKind::name) {
        if (sees("{", 1) && token.text != "default" && token.text != "else")
            return parse_resource("");
        if (token.text == "class")
            return parse_class();
        if (token.text == "define")
            return parse_define();
        if (token.text == "function")
            return parse_function();
        if (token.text == "node")
            return parse_node();
        if (token.text == "type" && peek(1).kind == TokenKind::type && sees("=", 2))
            return parse_type_definition();
        refuse_outside(token);
        if (std::ranges::find(statement_functions, token.text) != statement_functions.end() && !sees("(", 1) &&
            !sees("==", 1) && !sees("!=", 1))
            return parse_statement_call();
    }
    if (token.kind == TokenKind::type)
        return parse_typed();
    return parse_expression();
}

void Parser::refuse_outside(const Token& token) const
{
    for (const Outside& row : outside)
        if (row.word == token.text && !sees("(", 1) && !sees("=>", 1))
            throw source_.error(token.offset, "'" + token.text + "' is outside the supported part of Puppet",
                                std::string(row.advice));
}

Node Parser::parse_statement_call()
{
    const Token& name = take();
    Node call = make(NodeKind::call, name.offset, name.text);
    if (peek().kind == TokenKind::end || sees("}") || sees(";"))
        return call;
    do
        adopt(call, parse_expression());
    while (accept(","));
    return call;
}

/// What begins with a capital: defaults, a refinement, a collector, or an expression.
Node Parser::parse_typed()
{
    const std::size_t offset = peek().offset;
    if (sees("<|", 1) || sees("<<|", 1))
        return parse_collector();
    Node what = parse_expression();
    if (!sees("{") || (what.kind != NodeKind::type && what.kind != NodeKind::access))
        return what;
    Node refine = make(NodeKind::refine, offset, {});
    adopt(refine, std::move(what));
    ++at_;
    parse_attributes(refine);
    expect("}", "attributes are NAME => VALUE, with commas between them");
    return refine;
}

Node Parser::parse_collector()
{
    const Token& type = take();
    Node collector = make(NodeKind::collector, type.offset, type.text);
    const bool exported = take().text == "<<|"; // those of other machines, which no server keeps for this one
    const std::string_view end = exported ? "|>>" : "|>";
    collector.words.emplace_back(exported ? "exported" : "");
    if (!sees(end)) {
        Node search = parse_binary(0);
        check_search(search);
        adopt(collector, std::move(search));
        collector.integer = 1;
    }
    expect(end, "a collector is <| … |> or <<| … |>>");
    if (accept("{")) {
        parse_attributes(collector);
        expect("}", "attributes are NAME => VALUE, with commas between them");
    }
    return collector;
}

void Parser::check_search(const Node& search) const
{
    const bool joins = search.kind == NodeKind::binary && (search.text == "and" || search.text == "or");
    const bool compares = search.kind == NodeKind::binary && (search.text == "==" || search.text == "!=") &&
                          search.children[0].kind == NodeKind::text;
    if (!joins && !compares)
        throw source_.error(
            search.offset, "this is no search for resources",
            "write title == 'NAME', tag == 'WORD' or ATTRIBUTE == VALUE, with and, or and != where wanted");
    if (joins)
        for (const Node& part : search.children)
            check_search(part);
}

Node Parser::parse_resource(const std::string& mark)
{
    const Token& type = take();
    Node resource = make(NodeKind::resource, type.offset, mark);
    adopt(resource, make(NodeKind::text, type.offset, type.text));
    parse_bodies(resource);
    return resource;
}

void Parser::parse_bodies(Node& resource)
{
    const std::size_t open = take().offset;
    while (!sees("}")) {
        if (peek().kind == TokenKind::end)
            throw source_.error(open, "this '{' is not closed");
        Node body = make(NodeKind::body, peek().offset);
        adopt(body, parse_expression());
        expect(":", "a resource is TYPE { 'TITLE': NAME => VALUE, … }");
        parse_attributes(body);
        adopt(resource, std::move(body));
        if (!accept(";"))
            break;
    }
    if (resource.children.size() == 1)
        throw unexpected("the title of a resource");
    expect("}", "a comma stands between attributes, a semicolon between resources");
}

void Parser::parse_attributes(Node& owner)
{
    while (peek().kind == TokenKind::name || sees("*")) {
        const Token& name = take();
        Node attribute = make(NodeKind::attribute, name.offset, name.text);
        attribute.integer = sees("+>") ? 1 : 0;
        if (!accept("+>"))
            expect("=>", "an attribute is NAME => VALUE");
        adopt(attribute, parse_expression());
        adopt(owner, std::move(attribute));
        if (!accept(","))
            return;
    }
}

std::string Parser::parse_definition_name()
{
    if (peek().kind != TokenKind::name && peek().kind != TokenKind::string)
        throw unexpected("a name");
    return to_lower(take().text);
}

Node Parser::parse_class()
{
    Node definition = make(NodeKind::class_definition, take().offset);
    definition.text = parse_definition_name();
    parse_parameters(definition);
    if (accept_word("inherits")) {
        definition.words.push_back(parse_definition_name());
    }
    adopt(definition, parse_block());
    return definition;
}

Node Parser::parse_define()
{
    Node definition = make(NodeKind::define_definition, take().offset);
    definition.text = parse_definition_name();
    parse_parameters(definition);
    adopt(definition, parse_block());
    return definition;
}

/// function NAME($a, Integer $b = 1) >> String { … }
Node Parser::parse_function()
{
    Node definition = make(NodeKind::function_definition, take().offset);
    definition.text = parse_definition_name();
    parse_parameters(definition);
    if (accept(">>")) {
        if (peek().kind != TokenKind::type)
            throw unexpected("a type");
        definition.type.push_back(parse_postfix());
        definition.depth = std::max(definition.depth, definition.type[0].depth + 1);
    }
    adopt(definition, parse_block());
    return definition;
}

Node Parser::parse_node()
{
    Node definition = make(NodeKind::node_definition, take().offset);
    do
        adopt(definition, parse_primary());
    while (accept(","));
    if (sees_word("inherits"))
        throw source_.error(peek().offset, "nodes that inherit are outside the supported part of Puppet",
                            "put what they share into a class");
    adopt(definition, parse_block());
    return definition;
}

/// type Name::Of::It = …
Node Parser::parse_type_definition()
{
    ++at_;
    Node definition = make(NodeKind::type_definition, peek().offset, peek().text);
    at_ += 2;
    if (peek().kind != TokenKind::type)
        throw unexpected("a type");
    adopt(definition, parse_postfix());
    return definition;
}

void Parser::parse_parameters(Node& owner)
{
    if (!accept("("))
        return;
    while (!sees(")")) {
        adopt(owner, parse_parameter());
        if (!accept(","))
            break;
    }
    expect(")", "parameters are [TYPE] $NAME [= DEFAULT], with commas between them");
}

Node Parser::parse_parameter()
{
    std::vector<Node> type;
    if (peek().kind == TokenKind::type)
        type.push_back(parse_postfix());
    const bool takes_rest = accept("*");
    if (peek().kind != TokenKind::variable)
        throw unexpected("a parameter");
    Node parameter = make(NodeKind::parameter, peek().offset, peek().text);
    ++at_;
    parameter.integer = takes_rest ? 1 : 0;
    for (const Node& node : type)
        parameter.depth = std::max(parameter.depth, node.depth + 1);
    parameter.type = std::move(type);
    if (accept("="))
        adopt(parameter, parse_expression());
    return parameter;
}

Node parse(const Source& source)
{
    return Parser(source, tokenize(source)).run();
}

} // namespace dfriends::converge::puppet
