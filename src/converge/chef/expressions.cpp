// SPDX-License-Identifier: Apache-2.0
#include "base/scope_exit.hpp"
#include "base/text.hpp"
#include "converge/chef/parser_inside.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace dfriends::converge::chef {

namespace {

struct Level {
    std::string_view mark;
    int precedence;
};

constexpr int lowest_precedence = 1;

constexpr int unary_precedence = 12;

constexpr std::array<Level, 24> levels{{{"..", 1}, {"...", 1}, {"||", 2},  {"&&", 3},  {"==", 4}, {"!=", 4},
                                        {"=~", 4}, {"!~", 4},  {"===", 4}, {"<=>", 4}, {"<", 5},  {">", 5},
                                        {"<=", 5}, {">=", 5},  {"|", 6},   {"&", 7},   {"<<", 8}, {">>", 8},
                                        {"+", 9},  {"-", 9},   {"*", 10},  {"/", 10},  {"%", 10}, {"**", 13}}};

constexpr std::array<std::string_view, 6> assignments{"=", "+=", "-=", "*=", "||=", "&&="};

} // namespace

Node Parser::expression()
{
    enter();
    const ScopeExit leave([this] { --nesting_; });
    const bool is_statement = at_ == statement_;
    Node node = binary(lowest_precedence);
    if (is_mark("?")) {
        const std::size_t offset = take().offset;
        skip_newlines();
        Node yes = expression();
        skip_newlines();
        expect_mark(":", offset);
        skip_newlines();
        Node no = expression();
        return make(NodeKind::branch, offset,
                    {std::move(node), make(NodeKind::block, offset, {std::move(yes)}),
                     make(NodeKind::block, offset, {std::move(no)})});
    }
    return assignment(std::move(node), is_statement);
}

void Parser::learn(const Node& target)
{
    if (target.kind == NodeKind::name)
        locals_.learn(target.text);
    else if (target.kind == NodeKind::array)
        for (const Node& child : target.children)
            learn(child);
    else if (target.kind != NodeKind::index && target.kind != NodeKind::constant)
        throw source_.error(target.offset, "this cannot be assigned to", "a local variable and node.default['…'] can");
}

/// Where it is a whole statement, its right side may be a list without brackets.
Node Parser::assignment(Node target, bool is_statement)
{
    if (next().kind != TokenKind::mark || std::ranges::find(assignments, next().text) == assignments.end())
        return target;
    const Token& token = take();
    learn(target);
    skip_newlines();
    Node value = expression();
    if (is_mark(",") && (is_statement || target.kind == NodeKind::array)) {
        std::vector<Node> values{std::move(value)};
        while (take_mark(",")) {
            skip_newlines();
            values.push_back(expression());
        }
        value = make(NodeKind::array, values[0].offset, std::move(values));
    }
    const std::size_t offset = target.offset;
    return make(NodeKind::assign, offset, {std::move(target), std::move(value)}, token.text);
}

Node Parser::binary(int precedence)
{
    Node left = unary();
    for (;;) {
        const auto* level =
            next().kind == TokenKind::mark ? std::ranges::find(levels, next().text, &Level::mark) : levels.end();
        if (level == levels.end() || level->precedence < precedence)
            return left;
        const Token& token = take();
        if ((token.text == ".." || token.text == "...") && (is_mark("]") || is_mark(")"))) {
            Node none = make(NodeKind::nothing, token.offset);
            left = make(NodeKind::binary, token.offset, {std::move(left), std::move(none)}, token.text);
            continue;
        }
        skip_newlines();
        enter();
        // «**» binds to what stands at its right, and more than a sign does at its left.
        Node right = is_mark("-") || is_mark("!") ? unary() : binary(level->precedence + 1);
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
            if (keys.size() != 1 && keys.size() != 2)
                throw source_.error(opened, "an index wants one key, or a place and a count");
            const std::size_t offset = node.offset;
            keys.insert(keys.begin(), std::move(node));
            node = make(NodeKind::index, offset, std::move(keys));
        } else if (is_mark(".") || is_mark("&.")) {
            const bool is_safe = take().text == "&.";
            node = method_call(std::move(node));
            node.is_safe = is_safe;
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
    auto given = std::exchange(block_argument_, std::nullopt);
    if (given || block_follows()) {
        call.children.push_back(given ? std::move(*given) : block());
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
        return token.text == "nil" || token.text == "true" || token.text == "false" || token.text == "not" ||
               token.text == "lambda" || token.text == "self";
    case TokenKind::mark:
        if (token.text == "(" || token.text == "[" || token.text == "::" || token.text == "!" || token.text == "->")
            return token.space_before;
        return (token.text == "-" || token.text == "*" || token.text == "**" || token.text == "&") &&
               token.space_before && !token.space_after;
    case TokenKind::end:
    case TokenKind::newline:
        break;
    }
    return false;
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

/// *list or **hash.
Node Parser::splat()
{
    const Token& token = take();
    Node value = expression();
    return make(NodeKind::splat, token.offset, {std::move(value)}, token.text);
}

/// &:method, as the block of the call.
void Parser::block_argument()
{
    const Token& mark = take();
    if (next().kind != TokenKind::symbol)
        unsupported(mark);
    const Token& token = take();
    block_argument_ = make(NodeKind::block, token.offset, {}, token.text);
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
        if (close != "]" && close != "}" && is_mark("&")) {
            block_argument();
            continue; // nothing but the closing mark may follow
        }
        if (is_mark("**")) {
            pairs.push_back(splat());
            pairs.push_back(make(NodeKind::nothing, pairs.back().offset));
        } else if (is_mark("*")) {
            into.push_back(splat());
        } else if (next().kind == TokenKind::label) {
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
            items.push_back(
                make(token.kind == TokenKind::words ? NodeKind::text : NodeKind::symbol, token.offset, {}, word));
        for (const auto& word : cut_words(token.parts))
            items.push_back(text_of_parts(word, token.offset));
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
    case TokenKind::end:
    case TokenKind::newline:
    case TokenKind::label:
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
    Node inner = modifiers(low_expression());
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
    if (token.text == "begin")
        return keyword_begin(token.offset);
    if (token.text == "end" || token.text == "else" || token.text == "elsif" || token.text == "when" ||
        token.text == "then" || token.text == "do")
        throw source_.error(token.offset, fmt::format("'{}' without a beginning", token.text));
    unsupported(token);
}

/// «begin … end» as a value; what is rescued in it is not understood.
Node Parser::keyword_begin(std::size_t offset)
{
    Node body = statements({"rescue", "ensure", "end"}, offset);
    if (!is_keyword("end"))
        unsupported(next());
    take();
    return body;
}

/// Whether «a, b = …» stands here, behind the a.
bool Parser::several_targets() const
{
    std::size_t ahead = at_;
    const auto is = [&](std::string_view text) {
        return tokens_[ahead].kind == TokenKind::mark && tokens_[ahead].text == text;
    };
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
    const bool called =
        (is_mark("(") && !next().space_before) || (argument_follows() && next().kind != TokenKind::mark);
    if ((locals_.contains(token.text) || token.text.starts_with('@') || token.text.starts_with('$')) && !called)
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
    if (is_mark("(") && !next().space_before) {
        Node call = make(NodeKind::call, offset, {}, std::move(name)); // Array(x)
        finish_call(call);
        return call;
    }
    return make(NodeKind::constant, offset, {}, std::move(name));
}

Node Parser::string()
{
    const std::size_t offset = next().offset;
    std::vector<StringPart> all;
    // Strings that stand side by side are one.
    while (next().kind == TokenKind::string)
        for (const StringPart& part : take().parts)
            all.push_back(part);
    return text_of_parts(all, offset);
}

Node Parser::text_of_parts(const std::vector<StringPart>& pieces, std::size_t offset)
{
    std::vector<Node> parts;
    const auto add_text = [&](const std::string& text, std::size_t at) {
        if (!parts.empty() && parts.back().kind == NodeKind::text)
            parts.back().text += text;
        else if (!text.empty() || parts.empty())
            parts.push_back(make(NodeKind::text, at, {}, text));
    };
    for (const StringPart& part : pieces) {
        if (!part.is_code) {
            add_text(part.text, offset);
            continue;
        }
        enter();
        Node code = Parser(source_, part.code, locals_, nesting_).program();
        --nesting_;
        parts.push_back(std::move(code));
    }
    if (parts.empty())
        add_text("", offset);
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

} // namespace dfriends::converge::chef
