// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/chef/lexer.hpp"
#include "converge/chef/syntax.hpp"
#include "converge/source.hpp"

#include <initializer_list>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::converge::chef {

/// The descent over the tokens: statements in parser.cpp, values and calls in expressions.cpp.
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
    std::size_t statement_ = 0;       ///< the token where the statement began
    bool do_belongs_outside_ = false; ///< inside the arguments of a call without parentheses
};

/// A token as an error names it.
std::string shown(const Token& token);

} // namespace dfriends::converge::chef
