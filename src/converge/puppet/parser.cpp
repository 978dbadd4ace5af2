// SPDX-License-Identifier: Apache-2.0
#include "converge/puppet/parser.hpp"

#include "base/text.hpp"
#include "converge/puppet/lexer.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace dfriends::converge::puppet {

namespace {

constexpr int deepest = 200;

/// Functions that may be called without parentheses.
constexpr auto statement_functions = std::to_array<std::string_view>({"include", "require", "contain", "realize", "tag", "debug", "info", "notice", "warning", "err", "crit",
                                                                      "alert", "emerg", "fail", "return", "next", "break"});

/// Words of the language that are no part of the subset, and what to do instead.
struct Outside {
    std::string_view word;
    std::string_view advice;
};
constexpr auto outside = std::to_array<Outside>({{"function", "call the built-in functions, or repeat with .each"},
                                                 {"type", "name the type where it is used"},
                                                 {"plan", "plans belong to Bolt; write resources"},
                                                 {"application", "write a class"},
                                                 {"site", "write the resources at the top of the manifest"},
                                                 {"import", "name the files on the command line, or their folder"}});

struct Level {
    std::string_view marks; ///< between blanks
};
/// From the loosest to the tightest.
constexpr auto levels =
    std::to_array<Level>({{" or "}, {" and "}, {" > < >= <= "}, {" == != "}, {" << >> "}, {" + - "}, {" * / % "}, {" =~ !~ "}, {" in "}});

class Parser {
  public:
    Parser(const Source& source, std::vector<Token> tokens) : source_(source), tokens_(std::move(tokens)) {}

    Node run()
    {
        Node block = parse_statements();
        if (peek().kind != TokenKind::end)
            throw unexpected("a statement");
        return block;
    }

    Node run_code()
    {
        Node node = parse_expression();
        if (peek().kind != TokenKind::end)
            throw unexpected("the end of the code in the string");
        return node;
    }

    int nesting = 0;

  private:
    const Token& peek(std::size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
    bool sees(std::string_view mark, std::size_t ahead = 0) const { return peek(ahead).kind == TokenKind::mark && peek(ahead).text == mark; }
    bool sees_word(std::string_view word) const { return peek().kind == TokenKind::name && peek().text == word; }
    bool accept(std::string_view mark)
    {
        const bool there = sees(mark);
        at_ += there ? 1 : 0;
        return there;
    }
    bool accept_word(std::string_view word)
    {
        const bool there = sees_word(word);
        at_ += there ? 1 : 0;
        return there;
    }
    const Token& take() { return tokens_[std::min(at_++, tokens_.size() - 1)]; }

    std::string describe(const Token& token) const
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
    Error unexpected(std::string_view wanted) const
    {
        return source_.error(peek().offset, "found " + describe(peek()) + " where " + std::string(wanted) + " belongs");
    }
    void expect(std::string_view mark, std::string_view why)
    {
        if (!accept(mark))
            throw source_.error(peek().offset, "found " + describe(peek()) + " where '" + std::string(mark) + "' belongs", std::string(why));
    }

    Node make(NodeKind kind, std::size_t offset, std::string text = {}, std::vector<Node> children = {}) const
    {
        Node node;
        node.kind = kind;
        node.offset = offset;
        node.text = std::move(text);
        for (Node& child : children)
            adopt(node, std::move(child));
        return node;
    }
    void adopt(Node& parent, Node child) const
    {
        parent.depth = std::max(parent.depth, child.depth + 1);
        if (parent.depth > 2 * deepest)
            throw source_.error(child.offset, "this is nested too deeply");
        parent.children.push_back(std::move(child));
    }

    /// Counts the nesting of calls, which stands for that of the text.
    struct Deeper {
        Deeper(Parser& the_parser, std::size_t offset) : parser(the_parser)
        {
            if (++parser.nesting > deepest)
                throw parser.source_.error(offset, "this is nested too deeply");
        }
        ~Deeper() { --parser.nesting; }
        Deeper(const Deeper&) = delete;
        Deeper& operator=(const Deeper&) = delete;
        Parser& parser;
    };

    Node parse_statements()
    {
        Node block = make(NodeKind::block, peek().offset);
        while (peek().kind != TokenKind::end && !sees("}"))
            if (!accept(";"))
                adopt(block, parse_chain());
        return block;
    }

    Node parse_block()
    {
        const std::size_t open = peek().offset;
        expect("{", "a block stands between { and }");
        Node block = parse_statements();
        if (!accept("}"))
            throw source_.error(open, "this '{' is not closed", "found " + describe(peek()) + " in line " + std::to_string(source_.position(peek().offset).line));
        return block;
    }

    /// A statement, or several with arrows between them.
    Node parse_chain()
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

    Node parse_statement()
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
            if (token.text == "node")
                return parse_node();
            refuse_outside(token);
            if (std::ranges::find(statement_functions, token.text) != statement_functions.end() && !sees("(", 1))
                return parse_statement_call();
        }
        if (token.kind == TokenKind::type)
            return parse_typed();
        return parse_expression();
    }

    void refuse_outside(const Token& token) const
    {
        for (const Outside& row : outside)
            if (row.word == token.text && !sees("(", 1) && !sees("=>", 1))
                throw source_.error(token.offset, "'" + token.text + "' is outside the supported part of Puppet", std::string(row.advice));
    }

    Node parse_statement_call()
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
    Node parse_typed()
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

    Node parse_collector()
    {
        const Token& type = take();
        Node collector = make(NodeKind::collector, type.offset, type.text);
        if (sees("<<|"))
            throw source_.error(peek().offset, "collecting exported resources is outside the supported part of Puppet", "there is no server that would keep them");
        ++at_;
        if (!sees("|>")) {
            if (!accept_word("title"))
                throw source_.error(peek().offset, "this search of a collector is outside the supported part of Puppet", "write nothing, or title == 'NAME'");
            expect("==", "write title == 'NAME'");
            adopt(collector, parse_primary());
            collector.integer = 1;
        }
        expect("|>", "a collector ends with |>");
        if (accept("{")) {
            parse_attributes(collector);
            expect("}", "attributes are NAME => VALUE, with commas between them");
        }
        return collector;
    }

    Node parse_resource(const std::string& mark)
    {
        const Token& type = take();
        Node resource = make(NodeKind::resource, type.offset, mark);
        adopt(resource, make(NodeKind::text, type.offset, type.text));
        parse_bodies(resource);
        return resource;
    }

    void parse_bodies(Node& resource)
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

    void parse_attributes(Node& owner)
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

    std::string parse_definition_name()
    {
        if (peek().kind != TokenKind::name && peek().kind != TokenKind::string)
            throw unexpected("a name");
        return to_lower(take().text);
    }

    Node parse_class()
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

    Node parse_define()
    {
        Node definition = make(NodeKind::define_definition, take().offset);
        definition.text = parse_definition_name();
        parse_parameters(definition);
        adopt(definition, parse_block());
        return definition;
    }

    Node parse_node()
    {
        Node definition = make(NodeKind::node_definition, take().offset);
        do
            adopt(definition, parse_primary());
        while (accept(","));
        if (sees_word("inherits"))
            throw source_.error(peek().offset, "nodes that inherit are outside the supported part of Puppet", "put what they share into a class");
        adopt(definition, parse_block());
        return definition;
    }

    void parse_parameters(Node& owner)
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

    Node parse_parameter()
    {
        if (peek().kind == TokenKind::type)
            parse_postfix(); // its type: values are checked where they are used
        const bool takes_rest = accept("*");
        if (peek().kind != TokenKind::variable)
            throw unexpected("a parameter");
        Node parameter = make(NodeKind::parameter, peek().offset, peek().text);
        ++at_;
        parameter.integer = takes_rest ? 1 : 0;
        if (accept("="))
            adopt(parameter, parse_expression());
        return parameter;
    }

    Node parse_expression()
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

    static std::vector<Node> both(Node left, Node right)
    {
        std::vector<Node> nodes;
        nodes.push_back(std::move(left));
        nodes.push_back(std::move(right));
        return nodes;
    }

    bool at_level(std::size_t level) const
    {
        const Token& token = peek();
        if (token.kind != TokenKind::mark && token.kind != TokenKind::name)
            return false;
        return levels[level].marks.find(" " + token.text + " ") != std::string_view::npos;
    }

    Node parse_binary(std::size_t level)
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

    Node parse_unary()
    {
        const Deeper deeper(*this, peek().offset);
        if (!sees("!") && !sees("-") && !sees("*"))
            return parse_postfix();
        const Token& mark = take();
        Node node = make(NodeKind::unary, mark.offset, mark.text);
        adopt(node, parse_unary());
        return node;
    }

    Node parse_postfix()
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

    Node parse_method(Node receiver)
    {
        const Token& name = take();
        Node method = make(NodeKind::method, name.offset, name.text);
        adopt(method, std::move(receiver));
        if (accept("("))
            parse_list(method, ")");
        parse_lambda(method);
        return method;
    }

    void parse_lambda(Node& call)
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

    Node parse_selector(Node subject)
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
    void parse_list(Node& owner, std::string_view end)
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

    Node parse_primary()
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

    Node parse_number()
    {
        const Token& token = take();
        Node node = make(token.kind == TokenKind::integer ? NodeKind::integer : NodeKind::decimal, token.offset, token.text);
        node.integer = token.integer;
        node.decimal = token.decimal;
        return node;
    }

    Node parse_bracket()
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

    Node parse_string(const Token& token)
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

    Node parse_name()
    {
        static constexpr auto constants = std::to_array<std::pair<std::string_view, NodeKind>>(
            {{"undef", NodeKind::undef}, {"true", NodeKind::yes}, {"false", NodeKind::no}, {"default", NodeKind::fallback}});
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
        if (!accept("(")) {
            if (sees("|") && !peek().space_before)
                throw unexpected("an operator");
            return make(NodeKind::text, token.offset, token.text); // a bare word is a string
        }
        Node call = make(NodeKind::call, token.offset, token.text);
        parse_list(call, ")");
        parse_lambda(call);
        return call;
    }

    Node parse_branch()
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

    Node parse_case()
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

    const Source& source_;
    std::vector<Token> tokens_;
    std::size_t at_ = 0;
};

} // namespace

Node parse(const Source& source)
{
    return Parser(source, tokenize(source)).run();
}

} // namespace dfriends::converge::puppet
