// SPDX-License-Identifier: Apache-2.0
#include "applets/docker/go_template/functions.hpp"
#include "applets/docker/go_template/lexer.hpp"
#include "applets/docker/go_template/syntax.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace dfriends::applets::docker::go_template {

namespace {

constexpr std::size_t longest_template = 256UL * 1024;
constexpr unsigned deepest_nesting = 100; ///< each level is a few frames of ours
constexpr std::array<std::string_view, 11> keywords{"if",    "else",     "end",      "range",  "with", "break",
                                                    "block", "continue", "template", "define", "nil"};

using TokenKind = Token::Kind;

class Parser {
  public:
    explicit Parser(std::string_view text) : text_(text), tokens_(tokenize(text)) {}

    std::vector<Statement> run()
    {
        std::vector<Statement> statements = read_list();
        if (peek().kind == TokenKind::open) // at an end or an else
            fail("unexpected {{" + peek(1).text + "}}");
        return statements;
    }

  private:
    [[noreturn]] void fail(const std::string& message) const
    {
        const auto before = text_.substr(0, std::min(peek().at, text_.size()));
        throw Error(ErrorKind::invalid, "template: :{}: {}", 1 + std::ranges::count(before, '\n'), message);
    }

    const Token& peek(std::size_t ahead = 0) const { return tokens_[std::min(next_ + ahead, tokens_.size() - 1)]; }

    Token take()
    {
        const Token token = peek();
        if (token.kind == TokenKind::error)
            fail(token.text);
        next_ = std::min(next_ + 1, tokens_.size() - 1);
        return token;
    }

    bool is_word(std::size_t ahead, std::string_view word) const
    {
        return peek(ahead).kind == TokenKind::identifier && peek(ahead).text == word;
    }

    /// Up to {{end}}, {{else}} or the end of the template, which stay.
    std::vector<Statement> read_list()
    {
        std::vector<Statement> statements;
        for (;;) {
            if (peek().kind == TokenKind::end ||
                (peek().kind == TokenKind::open && (is_word(1, "end") || is_word(1, "else"))))
                return statements;
            if (peek().kind == TokenKind::text) {
                const Token token = take();
                statements.push_back({.kind = Statement::Kind::text, .at = token.at, .text = token.text});
                continue;
            }
            take();
            statements.push_back(read_statement());
        }
    }

    /// Behind {{.
    Statement read_statement()
    {
        const Token word = peek();
        if (word.kind == TokenKind::identifier) {
            if (word.text == "if")
                return read_control(Statement::Kind::if_, "if");
            if (word.text == "with")
                return read_control(Statement::Kind::with, "with");
            if (word.text == "range")
                return read_control(Statement::Kind::range, "range");
            if (word.text == "break" || word.text == "continue")
                return read_jump();
            if (word.text == "template" || word.text == "define" || word.text == "block")
                fail("{{" + word.text + "}} is not known here: write the text where it is needed");
        }
        Statement statement{.kind = Statement::Kind::action, .at = word.at, .pipeline = read_pipeline("command")};
        expect_close("command");
        return statement;
    }

    Statement read_jump()
    {
        const Token word = take();
        if (loops_ == 0)
            fail("{{" + word.text + "}} outside {{range}}");
        expect_close("{{" + word.text + "}}");
        return {.kind = word.text == "break" ? Statement::Kind::break_ : Statement::Kind::continue_, .at = word.at};
    }

    Statement read_control(Statement::Kind kind, const std::string& word)
    {
        if (++depth_ > deepest_nesting)
            fail("it is nested too deep");
        const std::size_t scope = variables_.size();
        Statement statement{.kind = kind, .at = take().at};
        statement.pipeline = read_pipeline(word);
        expect_close(word);
        loops_ += kind == Statement::Kind::range;
        statement.body = read_list();
        loops_ -= kind == Statement::Kind::range;
        if (peek().kind == TokenKind::open && is_word(1, "else"))
            statement.otherwise = read_else(kind);
        else
            expect_end();
        variables_.resize(scope);
        --depth_;
        return statement;
    }

    /// {{else}} or {{else if}} with all up to the {{end}}, which both share.
    std::vector<Statement> read_else(Statement::Kind kind)
    {
        take();
        take();
        const bool chains =
            (kind == Statement::Kind::if_ && is_word(0, "if")) || (kind == Statement::Kind::with && is_word(0, "with"));
        if (chains) {
            std::vector<Statement> otherwise;
            otherwise.push_back(read_control(kind, peek().text));
            return otherwise;
        }
        expect_close("else");
        std::vector<Statement> otherwise = read_list();
        if (peek().kind == TokenKind::open && is_word(1, "else"))
            fail("expected end; found {{else}}");
        expect_end();
        return otherwise;
    }

    void expect_end()
    {
        if (peek().kind == TokenKind::end)
            fail("unexpected EOF");
        take();
        take();
        expect_close("end");
    }

    void expect_close(const std::string& where)
    {
        if (take().kind != TokenKind::close) {
            --next_;
            fail_unexpected(where);
        }
    }

    [[noreturn]] void fail_unexpected(const std::string& where) const
    {
        const Token& token = peek();
        if (token.kind == TokenKind::error)
            fail(token.text);
        if (token.kind == TokenKind::end)
            fail("unexpected EOF");
        const bool is_keyword = std::ranges::find(keywords, token.text) != keywords.end();
        fail(fmt::format("unexpected {} in {}",
                         is_keyword ? "<" + token.text + ">" : "\"" + printable(token.text) + "\"", where));
    }

    Pipeline read_pipeline(const std::string& where)
    {
        Pipeline pipeline{.at = peek().at};
        read_declaration(pipeline, where == "range");
        for (;;) {
            if (peek().kind == TokenKind::close || peek().kind == TokenKind::right_paren) {
                if (pipeline.commands.empty() || peek(0).kind == TokenKind::pipe)
                    fail("missing value for " + where);
                return pipeline;
            }
            pipeline.commands.push_back(read_command(where));
            const auto kind = pipeline.commands.back().operands.front().kind;
            if (pipeline.commands.size() > 1 &&
                (kind == Operand::Kind::constant || kind == Operand::Kind::dot || kind == Operand::Kind::nil))
                fail(fmt::format("non executable command in pipeline stage {}", pipeline.commands.size()));
            if (peek().kind == TokenKind::pipe) {
                take();
                if (peek().kind == TokenKind::close || peek().kind == TokenKind::right_paren)
                    fail("missing value for " + where);
            }
        }
    }

    /// "$a :=", "$a =", and of a range "$key, $value :=".
    void read_declaration(Pipeline& pipeline, bool is_range)
    {
        const bool is_pair = is_range && peek().kind == TokenKind::variable && peek(1).kind == TokenKind::comma;
        const std::size_t sign = is_pair ? 3 : 1;
        if (peek().kind != TokenKind::variable ||
            (peek(sign).kind != TokenKind::declare && peek(sign).kind != TokenKind::assign))
            return;
        pipeline.is_assignment = peek(sign).kind == TokenKind::assign;
        for (std::size_t i = 0; i < sign; i += 2) {
            const Token variable = take();
            if (variable.kind != TokenKind::variable)
                fail("range can only initialize variables");
            if (pipeline.is_assignment)
                expect_variable(variable.text);
            pipeline.variables.push_back(variable.text);
            take();
        }
        if (!pipeline.is_assignment)
            for (const std::string& name : pipeline.variables)
                variables_.push_back(name);
    }

    void expect_variable(const std::string& name) const
    {
        if (std::ranges::find(variables_, name) == variables_.end())
            fail("undefined variable \"" + name + "\"");
    }

    Command read_command(const std::string& where)
    {
        Command command{.at = peek().at};
        while (peek().kind != TokenKind::close && peek().kind != TokenKind::right_paren &&
               peek().kind != TokenKind::pipe) {
            if (!command.operands.empty() && !peek().after_space && peek().kind != TokenKind::left_paren)
                fail_unexpected("operand");
            command.operands.push_back(read_operand(where));
        }
        if (command.operands.empty())
            fail("missing value for " + where);
        return command;
    }

    static bool is_constant(TokenKind kind)
    {
        return kind == TokenKind::string || kind == TokenKind::character || kind == TokenKind::number ||
               kind == TokenKind::boolean;
    }

    void expect_function(const std::string& name, const std::string& where) const
    {
        if (std::ranges::find(keywords, name) != keywords.end())
            fail_unexpected(where);
        if (!is_function(name))
            fail("function \"" + printable(name) + "\" not defined");
    }

    Operand read_operand(const std::string& where)
    {
        Operand operand{.at = peek().at, .text = peek().text};
        if (peek().kind == TokenKind::left_paren)
            return read_parenthesized();
        if (peek().kind == TokenKind::identifier) {
            expect_function(operand.text, where);
            operand.kind = Operand::Kind::function;
        } else if (peek().kind == TokenKind::field) {
            operand.kind = Operand::Kind::field;
            operand.fields.push_back(operand.text.substr(1));
        } else if (peek().kind == TokenKind::variable) {
            expect_variable(operand.text);
            operand.kind = Operand::Kind::variable;
        } else if (peek().kind == TokenKind::nil) {
            operand.kind = Operand::Kind::nil;
        } else if (is_constant(peek().kind)) {
            operand.kind = Operand::Kind::constant;
            operand.value = read_constant(peek());
        } else if (peek().kind != TokenKind::dot) {
            fail_unexpected(where);
        }
        take();
        read_fields(operand);
        return operand;
    }

    Operand read_parenthesized()
    {
        if (++depth_ > deepest_nesting)
            fail("it is nested too deep");
        Operand operand{.kind = Operand::Kind::pipeline, .at = take().at};
        operand.pipeline = std::make_shared<const Pipeline>(read_pipeline("parenthesized pipeline"));
        if (peek().kind != TokenKind::right_paren)
            fail("unclosed left paren");
        take();
        --depth_;
        read_fields(operand);
        return operand;
    }

    /// ".B" of ".A.B": a chain stands where its second part does, as in Go.
    void read_fields(Operand& operand)
    {
        bool is_first = true;
        while (peek().kind == TokenKind::field && !peek().after_space) {
            if (operand.kind == Operand::Kind::constant || operand.kind == Operand::Kind::nil)
                fail(fmt::format("unexpected . after term \"{}\"", printable(operand.text)));
            const Token field = take();
            if (is_first && operand.kind != Operand::Kind::pipeline)
                operand.at = field.at;
            is_first = false;
            operand.fields.push_back(field.text.substr(1));
        }
    }

    Value read_constant(const Token& token)
    {
        if (token.kind == TokenKind::boolean)
            return Value::make_boolean(token.text == "true");
        if (token.kind == TokenKind::string) {
            if (const auto text = unquote(token.text))
                return Value::make_text(*text);
            fail("invalid syntax: " + printable(token.text));
        }
        if (token.kind == TokenKind::character) {
            const auto text = unquote(token.text);
            if (const auto point = text ? find_only_character(*text) : std::nullopt)
                return Value::make_integer(*point);
            fail("malformed character constant: " + printable(token.text));
        }
        if (const auto number = parse_number(token.text))
            return *number;
        fail("bad number syntax: \"" + printable(token.text) + "\"");
    }

    std::string_view text_;
    std::vector<Token> tokens_;
    std::size_t next_ = 0;
    unsigned depth_ = 0;
    unsigned loops_ = 0;
    std::vector<std::string> variables_{"$"};
};

std::string source_of_fields(const std::vector<std::string>& fields)
{
    std::string text;
    for (const std::string& field : fields)
        text += "." + field;
    return text;
}

} // namespace

std::string source_of(const Operand& operand)
{
    const std::string fields = source_of_fields(operand.fields);
    if (operand.kind == Operand::Kind::pipeline)
        return "(" + source_of(*operand.pipeline) + ")" + fields;
    return operand.kind == Operand::Kind::field ? fields : operand.text + fields;
}

std::string source_of(const Command& command)
{
    std::string text;
    for (const Operand& operand : command.operands)
        text += (text.empty() ? "" : " ") + source_of(operand);
    return text;
}

std::string source_of(const Pipeline& pipeline)
{
    std::string text = join(pipeline.variables, ", ");
    if (!text.empty())
        text += pipeline.is_assignment ? " = " : " := ";
    const char* bar = "";
    for (const Command& command : pipeline.commands) {
        text += bar + source_of(command);
        bar = " | ";
    }
    return text;
}

std::vector<Statement> parse(std::string_view text)
{
    if (text.size() > longest_template)
        throw Error(ErrorKind::invalid, "the template has more than {} bytes", longest_template);
    return Parser(text).run();
}

} // namespace dfriends::applets::docker::go_template
