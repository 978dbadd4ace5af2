// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/chef/lexer.hpp"
#include "converge/chef/syntax.hpp"
#include "converge/source.hpp"

#include <initializer_list>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::converge::chef {

/// The names that are local variables at a place of the source: those of a block end with it.
class Locals {
  public:
    bool contains(std::string_view name) const { return names_.contains(name); }
    void learn(const std::string& name)
    {
        if (names_.insert(name).second)
            order_.push_back(name);
    }
    std::size_t count() const { return order_.size(); }
    /// Forgets those that came after there were `count`.
    void forget_after(std::size_t count)
    {
        for (; order_.size() > count; order_.pop_back())
            names_.erase(order_.back());
    }

  private:
    std::set<std::string, std::less<>> names_;
    std::vector<std::string> order_;
};

/// The descent over the tokens: statements in parser.cpp, values and calls in expressions.cpp.
class Parser {
  public:
    Parser(const Source& source, std::span<const Token> tokens, Locals& locals, int nesting)
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
    Node assignment(Node target, bool is_statement);
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
    Node text_of_parts(const std::vector<StringPart>& parts, std::size_t offset);
    Node keyword_begin(std::size_t offset);
    Node splat();
    void block_argument();
    std::vector<Parameter> parameters(std::string_view close, std::size_t opened);
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
    Locals& locals_;
    int nesting_;
    std::size_t at_ = 0;
    std::optional<Node> block_argument_; ///< &:method, for the call whose arguments were read last
    std::size_t statement_ = 0;          ///< the token where the statement began
    bool do_belongs_outside_ = false;    ///< inside the arguments of a call without parentheses
};

/// A token as an error names it.
std::string shown(const Token& token);

} // namespace dfriends::converge::chef
