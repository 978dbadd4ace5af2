// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "converge/puppet/lexer_inside.hpp"
#include "converge/puppet/parser.hpp"
#include "converge/puppet/parser_inside.hpp"
#include "converge/template_tags.hpp"

#include <span>
#include <utility>

namespace dfriends::converge::puppet {

namespace {

/// A template's tokens as those of a manifest: text and values become calls, code stands as it is.
class EppReader {
  public:
    explicit EppReader(const Source& source) : source_(source) {}

    std::vector<Token> run()
    {
        for (const TemplatePart& part : cut_template(source_, TagTrim::epp)) {
            if (part.kind == TagKind::text)
                text(part);
            else if (part.kind == TagKind::value)
                value(part);
            else
                code(part);
        }
        put(TokenKind::end, source_.text().size(), {});
        return std::move(tokens_);
    }

  private:
    void put(TokenKind kind, std::size_t offset, std::string_view text)
    {
        Token token;
        token.kind = kind;
        token.offset = offset;
        token.text = text;
        tokens_.push_back(std::move(token));
    }

    void begin_call(std::string_view name, std::size_t offset)
    {
        put(TokenKind::mark, offset, ";");
        put(TokenKind::name, offset, name);
        put(TokenKind::mark, offset, "(");
    }

    void end_call(std::size_t offset)
    {
        put(TokenKind::mark, offset, ")");
        put(TokenKind::mark, offset, ";");
    }

    void text(const TemplatePart& part)
    {
        begin_call(epp_text, part.tag);
        put(TokenKind::string, part.tag, {});
        tokens_.back().parts.push_back({part.text, {}});
        end_call(part.tag);
    }

    void value(const TemplatePart& part)
    {
        begin_call(epp_value, part.tag);
        if (code(part) == 0)
            throw source_.error(part.tag, "there is nothing in this tag", "write <%= VALUE %>");
        end_call(part.end);
    }

    std::size_t code(const TemplatePart& part)
    {
        std::vector<Token> tokens = Lexer(source_, part.begin, part.end, 0).run();
        tokens.pop_back();
        for (Token& token : tokens)
            tokens_.push_back(std::move(token));
        return tokens.size();
    }

    const Source& source_;
    std::vector<Token> tokens_;
};

} // namespace

/// The parameters, where the template begins with them, and its statements.
Node Parser::run_template()
{
    Node definition = make(NodeKind::lambda, 0, "the template");
    if (accept("|")) {
        definition.integer = 1;
        while (!sees("|")) {
            adopt(definition, parse_parameter());
            if (!accept(","))
                break;
        }
        expect("|", "parameters are | [TYPE] $NAME [= DEFAULT], … |");
    }
    adopt(definition, run());
    return definition;
}

Node parse_epp(const Source& source)
{
    return Parser(source, EppReader(source).run()).run_template();
}

} // namespace dfriends::converge::puppet
