// SPDX-License-Identifier: Apache-2.0
#include "converge/chef/parser.hpp"

#include "base/scope_exit.hpp"
#include "base/text.hpp"
#include "converge/chef/lexer.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <span>
#include <utility>

namespace dfriends::converge::chef {

namespace {

constexpr int deepest_nesting = 80;
constexpr int deepest_tree = 200;

struct Level {
    std::string_view mark;
    int precedence;
};

constexpr int lowest_precedence = 1;
constexpr int unary_precedence = 12;
constexpr std::array<Level, 24> levels{{{"..", 1}, {"...", 1}, {"||", 2}, {"&&", 3}, {"==", 4}, {"!=", 4}, {"=~", 4}, {"!~", 4},
                                        {"===", 4}, {"<=>", 4}, {"<", 5}, {">", 5}, {"<=", 5}, {">=", 5}, {"|", 6}, {"&", 7},
                                        {"<<", 8}, {">>", 8}, {"+", 9}, {"-", 9}, {"*", 10}, {"/", 10}, {"%", 10}, {"**", 13}}};

constexpr std::array<std::string_view, 6> assignments{"=", "+=", "-=", "*=", "||=", "&&="};

class Parser {
  public:
    Parser(const Source& source, std::span<const Token> tokens, std::set<std::string, std::less<>>& locals, int nesting)
        : source_(source), tokens_(tokens), locals_(locals), nesting_(nesting)
    {
    }

    Node program();

  private:
    const Token& next() const { return tokens_[at_]; }
    const Token& take() { return tokens_[at_ + 1 < tokens_.size() ? at_++ : at_]; }
    bool is_mark(std::string_view text) const { return next().kind == TokenKind::mark && next().text == text; }
    bool is_keyword(std::string_view text) const { return next().kind == TokenKind::keyword && next().text == text; }
    bool take_mark(std::string_view text);
    bool take_keyword(std::string_view text);
    void expect_mark(std::string_view text, std::size_t opened);
    void skip_newlines();
    [[noreturn]] void unexpected() const;
    [[noreturn]] void unsupported(const Token& token) const;
    void enter();
    Node make(NodeKind kind, std::size_t offset, std::vector<Node> children = {}, std::string text = {}) const;

    Node statement();
    Node statements(std::initializer_list<std::string_view> ends, std::size_t opened);
    Node modifiers(Node node);
    Node low_expression();
    Node expression();
    Node assignment(Node target);
    void learn(const Node& target);
    Node binary(int precedence);
    Node unary();
    Node postfix(Node node);
    Node method_call(Node receiver);
    Node primary();
    Node keyword_value();
    Node named();
    bool several_targets() const;
    Node constant(std::string name, std::size_t offset);
    Node string();
    Node array();
    Node hash();
    Node branch(bool inverted);
    Node choice();
    Node block();
    bool block_follows() const;
    bool argument_follows() const;
    void arguments(Node& call);
    void argument_list(std::vector<Node>& into, std::string_view close, std::size_t opened);
    void finish_call(Node& call);

    const Source& source_;
    std::span<const Token> tokens_;
    std::set<std::string, std::less<>>& locals_;
    int nesting_;
    std::size_t at_ = 0;
    std::size_t statement_ = 0; ///< the token where the statement began
    bool do_belongs_outside_ = false; ///< inside the arguments of a call without parentheses
};

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
    default:
        return fmt::format("'{}'", printable(token.text));
    }
}

void Parser::unexpected() const
{
    throw source_.error(next().offset, fmt::format("{} is not understood here", shown(next())));
}

void Parser::unsupported(const Token& token) const
{
    throw source_.error(token.offset, fmt::format("'{}' is outside the supported subset", token.text),
                        "recipes may use resources, values, variables, if, unless, case and each");
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
    const auto ended = [&] { return std::ranges::any_of(ends, [&](std::string_view end) { return is_keyword(end) || is_mark(end); }); };
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
        for (const std::string_view word : {"while", "until", "def", "class", "module", "begin", "for", "yield", "rescue", "ensure"})
            if (is_keyword(word))
                unsupported(next());
    for (const std::string_view word : {"return", "next", "break"})
        if (is_keyword(word)) {
            const Token& token = take();
            if (next().kind != TokenKind::newline && next().kind != TokenKind::end && !is_keyword("if") && !is_keyword("unless") && !is_keyword("end") && !is_mark("}"))
                throw source_.error(next().offset, fmt::format("'{}' with a value is outside the supported subset", word));
            return modifiers(make(NodeKind::leave, token.offset, {}, token.text));
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
        left = make(NodeKind::binary, token.offset, {std::move(left), std::move(right)}, token.text == "and" ? "&&" : "||");
    }
    return left;
}

Node Parser::expression()
{
    enter();
    const ScopeExit leave([this] { --nesting_; });
    Node node = binary(lowest_precedence);
    if (is_mark("?")) {
        const std::size_t offset = take().offset;
        skip_newlines();
        Node yes = expression();
        skip_newlines();
        expect_mark(":", offset);
        skip_newlines();
        Node no = expression();
        return make(NodeKind::branch, offset, {std::move(node), make(NodeKind::block, offset, {std::move(yes)}), make(NodeKind::block, offset, {std::move(no)})});
    }
    return assignment(std::move(node));
}

void Parser::learn(const Node& target)
{
    if (target.kind == NodeKind::name)
        locals_.insert(target.text);
    else if (target.kind == NodeKind::array)
        for (const Node& child : target.children)
            learn(child);
    else if (target.kind != NodeKind::index)
        throw source_.error(target.offset, "this cannot be assigned to", "a local variable and node.default['…'] can");
}

Node Parser::assignment(Node target)
{
    if (next().kind != TokenKind::mark || std::ranges::find(assignments, next().text) == assignments.end())
        return target;
    const Token& token = take();
    learn(target);
    skip_newlines();
    Node value = expression();
    if (is_mark(",") && target.kind == NodeKind::array) {
        std::vector<Node> values{std::move(value)};
        while (take_mark(","))
            values.push_back(expression());
        value = make(NodeKind::array, values[0].offset, std::move(values));
    }
    const std::size_t offset = target.offset;
    return make(NodeKind::assign, offset, {std::move(target), std::move(value)}, token.text);
}

Node Parser::binary(int precedence)
{
    Node left = unary();
    for (;;) {
        const auto* level = next().kind == TokenKind::mark ? std::ranges::find(levels, next().text, &Level::mark) : levels.end();
        if (level == levels.end() || level->precedence < precedence)
            return left;
        const Token& token = take();
        skip_newlines();
        enter();
        Node right = binary(level->precedence + 1);
        --nesting_;
        left = make(NodeKind::binary, token.offset, {std::move(left), std::move(right)}, token.text);
    }
}

Node Parser::unary()
{
    enter();
    const ScopeExit leave([this] { --nesting_; });
    if (is_mark("!") || is_mark("-") || is_mark("+")) {
        const Token& token = take();
        Node operand = token.text == "!" ? unary() : binary(unary_precedence);
        return make(NodeKind::unary, token.offset, {std::move(operand)}, token.text);
    }
    if (is_mark("->") || is_mark("*") || is_mark("&") || is_mark("**"))
        unsupported(next());
    return postfix(primary());
}

Node Parser::postfix(Node node)
{
    for (;;) {
        if (is_mark("[") && !next().space_before) {
            const std::size_t opened = take().offset;
            std::vector<Node> keys;
            argument_list(keys, "]", opened);
            if (keys.size() != 1)
                throw source_.error(opened, "an index wants one key");
            node = make(NodeKind::index, node.offset, {std::move(node), std::move(keys[0])});
        } else if (is_mark(".") || is_mark("&.")) {
            take();
            node = method_call(std::move(node));
        } else if (is_mark("::")) {
            throw source_.error(next().offset, "this path of constants is outside the supported subset");
        } else {
            return node;
        }
    }
}

Node Parser::method_call(Node receiver)
{
    const Token& token = take();
    if (token.kind != TokenKind::identifier && token.kind != TokenKind::constant)
        throw source_.error(token.offset, fmt::format("{} where the name of a method is wanted", shown(token)));
    Node call = make(NodeKind::call, token.offset, {std::move(receiver)}, token.text);
    call.has_receiver = true;
    finish_call(call);
    return call;
}

void Parser::finish_call(Node& call)
{
    arguments(call);
    if (block_follows()) {
        call.children.push_back(block());
        call.has_block = true;
    }
    call = [&] {
        Node checked = make(NodeKind::call, call.offset, std::move(call.children), std::move(call.text));
        checked.has_receiver = call.has_receiver;
        checked.has_block = call.has_block;
        checked.has_parentheses = call.has_parentheses;
        return checked;
    }();
}

bool Parser::block_follows() const
{
    return is_mark("{") || (is_keyword("do") && !do_belongs_outside_);
}

/// Whether what comes next begins the arguments of a call without parentheses.
bool Parser::argument_follows() const
{
    const Token& token = next();
    switch (token.kind) {
    case TokenKind::identifier:
    case TokenKind::constant:
    case TokenKind::integer:
    case TokenKind::decimal:
    case TokenKind::string:
    case TokenKind::symbol:
    case TokenKind::words:
    case TokenKind::symbols:
    case TokenKind::label:
    case TokenKind::pattern:
        return true;
    case TokenKind::keyword:
        return token.text == "nil" || token.text == "true" || token.text == "false" || token.text == "not" || token.text == "lambda" || token.text == "self";
    case TokenKind::mark:
        if (token.text == "(" || token.text == "[" || token.text == "::" || token.text == "!" || token.text == "->")
            return token.space_before;
        return (token.text == "-" || token.text == "*" || token.text == "&") && token.space_before && !token.space_after;
    default:
        return false;
    }
}

void Parser::arguments(Node& call)
{
    if (is_mark("(") && !next().space_before) {
        const std::size_t opened = take().offset;
        call.has_parentheses = true;
        argument_list(call.children, ")", opened);
    } else if (argument_follows()) {
        const bool outside = std::exchange(do_belongs_outside_, true);
        argument_list(call.children, {}, next().offset);
        do_belongs_outside_ = outside;
    }
}

/// Values between commas up to the closing mark (empty: as far as they go); pairs at the end become one hash.
void Parser::argument_list(std::vector<Node>& into, std::string_view close, std::size_t opened)
{
    const bool outside = close.empty() ? do_belongs_outside_ : std::exchange(do_belongs_outside_, false);
    const std::size_t offset = next().offset;
    std::vector<Node> pairs;
    for (;;) {
        if (!close.empty()) {
            skip_newlines();
            if (is_mark(close))
                break;
        }
        if (next().kind == TokenKind::label) {
            const Token& token = take();
            skip_newlines();
            pairs.push_back(make(NodeKind::symbol, token.offset, {}, token.text));
            pairs.push_back(expression());
        } else {
            Node value = close.empty() && is_keyword("not") ? low_expression() : expression();
            if (take_mark("=>")) {
                skip_newlines();
                pairs.push_back(std::move(value));
                pairs.push_back(expression());
            } else if (!pairs.empty()) {
                throw source_.error(value.offset, "a value after the pairs of a hash");
            } else {
                into.push_back(std::move(value));
            }
        }
        if (!close.empty())
            skip_newlines();
        if (!take_mark(","))
            break;
    }
    if (!close.empty())
        expect_mark(close, opened);
    if (!pairs.empty())
        into.push_back(make(NodeKind::hash, offset, std::move(pairs)));
    do_belongs_outside_ = outside;
}

Node Parser::block()
{
    const Token& open = take();
    const bool braces = open.text == "{";
    std::vector<std::string> parameters;
    if (take_mark("||")) {
    } else if (take_mark("|")) {
        do {
            const bool group = take_mark("(");
            do {
                if (next().kind != TokenKind::identifier)
                    unexpected();
                parameters.push_back(take().text);
                locals_.insert(parameters.back());
            } while (group && take_mark(","));
            if (group)
                expect_mark(")", open.offset);
        } while (take_mark(","));
        expect_mark("|", open.offset);
    }
    Node body = braces ? statements({"}"}, open.offset) : statements({"end"}, open.offset);
    take();
    body.parameters = std::move(parameters);
    return body;
}

Node Parser::primary()
{
    const Token& token = next();
    switch (token.kind) {
    case TokenKind::string:
        return string();
    case TokenKind::integer:
    case TokenKind::decimal: {
        take();
        Node node = make(token.kind == TokenKind::integer ? NodeKind::integer : NodeKind::decimal, token.offset);
        node.integer = token.integer;
        node.decimal = token.decimal;
        return node;
    }
    case TokenKind::symbol:
        take();
        return make(NodeKind::symbol, token.offset, {}, token.text);
    case TokenKind::pattern: {
        take();
        Node node = make(NodeKind::pattern, token.offset, {}, token.text);
        node.integer = token.integer;
        return node;
    }
    case TokenKind::words:
    case TokenKind::symbols: {
        take();
        std::vector<Node> items;
        for (const std::string& word : token.words)
            items.push_back(make(token.kind == TokenKind::words ? NodeKind::text : NodeKind::symbol, token.offset, {}, word));
        return make(NodeKind::array, token.offset, std::move(items));
    }
    case TokenKind::identifier:
        return named();
    case TokenKind::constant:
        take();
        return constant(token.text, token.offset);
    case TokenKind::keyword:
        return keyword_value();
    case TokenKind::mark:
        break;
    default:
        unexpected();
    }
    if (token.text == "[")
        return array();
    if (token.text == "{")
        return hash();
    if (token.text == "::" && tokens_[at_ + 1].kind == TokenKind::constant) {
        take();
        const Token& name = take();
        return constant(name.text, token.offset);
    }
    if (!take_mark("("))
        unexpected();
    const bool outside = std::exchange(do_belongs_outside_, false);
    skip_newlines();
    Node inner = low_expression();
    skip_newlines();
    expect_mark(")", token.offset);
    do_belongs_outside_ = outside;
    return inner;
}

Node Parser::keyword_value()
{
    const Token& token = take();
    if (token.text == "nil")
        return make(NodeKind::nothing, token.offset);
    if (token.text == "true")
        return make(NodeKind::yes, token.offset);
    if (token.text == "false")
        return make(NodeKind::no, token.offset);
    if (token.text == "if" || token.text == "unless")
        return branch(token.text == "unless");
    if (token.text == "case")
        return choice();
    if (token.text == "end" || token.text == "else" || token.text == "elsif" || token.text == "when" || token.text == "then" || token.text == "do")
        throw source_.error(token.offset, fmt::format("'{}' without a beginning", token.text));
    unsupported(token);
}

/// Whether «a, b = …» stands here, behind the a.
bool Parser::several_targets() const
{
    std::size_t ahead = at_;
    const auto is = [&](std::string_view text) { return tokens_[ahead].kind == TokenKind::mark && tokens_[ahead].text == text; };
    while (is(",") && tokens_[ahead + 1].kind == TokenKind::identifier)
        ahead += 2;
    return is("=");
}

Node Parser::named()
{
    const Token& token = take();
    if (&token == &tokens_[statement_] && is_mark(",") && several_targets()) {
        std::vector<Node> targets{make(NodeKind::name, token.offset, {}, token.text)};
        while (take_mark(",")) {
            const Token& target = take();
            targets.push_back(make(NodeKind::name, target.offset, {}, target.text));
        }
        return make(NodeKind::array, token.offset, std::move(targets));
    }
    // A variable is one also before «[» and «-», but «port port» is a call of the property with the variable.
    const bool called = (is_mark("(") && !next().space_before) || (argument_follows() && next().kind != TokenKind::mark);
    if (locals_.contains(token.text) && !called)
        return make(NodeKind::name, token.offset, {}, token.text);
    Node call = make(NodeKind::call, token.offset, {}, token.text);
    finish_call(call);
    if (call.children.empty() && !call.has_parentheses)
        call.kind = NodeKind::name;
    return call;
}

Node Parser::constant(std::string name, std::size_t offset)
{
    while (is_mark("::") && !next().space_before) {
        take();
        if (next().kind != TokenKind::constant)
            unexpected();
        name += "::" + take().text;
    }
    return make(NodeKind::constant, offset, {}, std::move(name));
}

Node Parser::string()
{
    const std::size_t offset = next().offset;
    std::vector<Node> parts;
    const auto add_text = [&](const std::string& text, std::size_t at) {
        if (!parts.empty() && parts.back().kind == NodeKind::text)
            parts.back().text += text;
        else if (!text.empty() || parts.empty())
            parts.push_back(make(NodeKind::text, at, {}, text));
    };
    // Strings that stand side by side are one.
    while (next().kind == TokenKind::string) {
        const Token& token = take();
        for (const StringPart& part : token.parts) {
            if (!part.is_code) {
                add_text(part.text, token.offset);
                continue;
            }
            enter();
            Node code = Parser(source_, part.code, locals_, nesting_).program();
            --nesting_;
            parts.push_back(std::move(code));
        }
    }
    if (parts.size() == 1 && parts[0].kind == NodeKind::text)
        return make(NodeKind::text, offset, {}, std::move(parts[0].text));
    return make(NodeKind::joined, offset, std::move(parts));
}

Node Parser::array()
{
    const std::size_t opened = take().offset;
    std::vector<Node> items;
    argument_list(items, "]", opened);
    return make(NodeKind::array, opened, std::move(items));
}

Node Parser::hash()
{
    const std::size_t opened = take().offset;
    std::vector<Node> items;
    argument_list(items, "}", opened);
    if (items.empty())
        return make(NodeKind::hash, opened);
    if (items.size() != 1 || items[0].kind != NodeKind::hash)
        throw source_.error(items[0].offset, "a hash wants pairs", "write 'key' => value or key: value");
    items[0].offset = opened;
    return std::move(items[0]);
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

} // namespace

Node parse(const Source& source)
{
    const std::vector<Token> tokens = tokenize(source);
    std::set<std::string, std::less<>> locals;
    return Parser(source, tokens, locals, 0).program();
}

} // namespace dfriends::converge::chef
