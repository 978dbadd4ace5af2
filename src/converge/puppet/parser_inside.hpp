// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/puppet/lexer.hpp"
#include "converge/puppet/syntax.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dfriends::converge::puppet {

constexpr int deepest_text = 200; ///< of what stands inside each other in a manifest

/// The descent over the tokens: statements, definitions and resources in parser.cpp, values in parse_values.cpp.
class Parser {
  public:
    Parser(const Source& source, std::vector<Token> tokens) : source_(source), tokens_(std::move(tokens)) {}

    Node run();
    Node run_code();
    Node run_template();

    int nesting = 0;

  private:
    const Token& peek(std::size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
    bool sees(std::string_view mark, std::size_t ahead = 0) const
    {
        return peek(ahead).kind == TokenKind::mark && peek(ahead).text == mark;
    }
    bool sees_word(std::string_view word) const { return peek().kind == TokenKind::name && peek().text == word; }
    bool accept(std::string_view mark);
    bool accept_word(std::string_view word);
    const Token& take() { return tokens_[std::min(at_++, tokens_.size() - 1)]; }

    std::string describe(const Token& token) const;
    Error unexpected(std::string_view wanted) const;
    void expect(std::string_view mark, std::string_view why);
    Node make(NodeKind kind, std::size_t offset, std::string text = {}, std::vector<Node> children = {}) const;
    void adopt(Node& parent, Node child) const;

    /// Counts the nesting of calls, which stands for that of the text.
    struct Deeper {
        Deeper(Parser& the_parser, std::size_t offset) : parser(the_parser)
        {
            if (++parser.nesting > deepest_text)
                throw parser.source_.error(offset, "this is nested too deeply");
        }
        ~Deeper() { --parser.nesting; }
        Deeper(const Deeper&) = delete;
        Deeper& operator=(const Deeper&) = delete;
        Parser& parser;
    };

    Node parse_statements();
    Node parse_block();
    Node parse_chain();
    Node parse_statement();
    void refuse_outside(const Token& token) const;
    Node parse_statement_call();
    Node parse_typed();
    Node parse_collector();
    void check_search(const Node& search) const;
    Node parse_resource(const std::string& mark);
    void parse_bodies(Node& resource);
    void parse_attributes(Node& owner);
    std::string parse_definition_name();
    Node parse_class();
    Node parse_define();
    Node parse_function();
    Node parse_node();
    Node parse_type_definition();
    void parse_parameters(Node& owner);
    Node parse_parameter();
    Node parse_expression();
    static std::vector<Node> both(Node left, Node right);
    bool at_level(std::size_t level) const;
    Node parse_binary(std::size_t level);
    Node parse_unary();
    Node parse_postfix();
    Node parse_method(Node receiver);
    void parse_lambda(Node& call);
    Node parse_selector(Node subject);
    void parse_list(Node& owner, std::string_view end);
    Node parse_primary();
    Node parse_number();
    Node parse_bracket();
    Node parse_string(const Token& token);
    Node parse_name();
    Node parse_call(const Token& name);
    Node parse_branch();
    Node parse_case();

    const Source& source_;
    std::vector<Token> tokens_;
    std::size_t at_ = 0;
};

} // namespace dfriends::converge::puppet
