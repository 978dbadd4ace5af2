// SPDX-License-Identifier: Apache-2.0
#include "converge/chef/lexer.hpp"
#include "unit/converge/caught.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::converge;
using namespace dfriends::converge::chef;

namespace {

/// The tokens as words, blanks between them; strings in quotes.
std::string tokens_of(std::string_view text)
{
    const Source source(text, "r.rb");
    std::string all;
    for (const Token& token : tokenize(source)) {
        if (token.kind == TokenKind::end)
            break;
        all += all.empty() ? "" : " ";
        if (token.kind == TokenKind::string) {
            all += '"';
            for (const StringPart& part : token.parts)
                all += part.is_code ? "#{}" : part.text;
            all += '"';
        } else if (token.kind == TokenKind::integer) {
            all += std::to_string(token.integer);
        } else if (token.kind == TokenKind::words || token.kind == TokenKind::symbols) {
            for (const std::string& word : token.words)
                all += "<" + word + ">";
        } else if (token.kind == TokenKind::newline) {
            all += "NL";
        } else if (token.kind == TokenKind::symbol) {
            all += ":" + token.text;
        } else if (token.kind == TokenKind::label) {
            all += token.text + ":";
        } else {
            all += token.text;
        }
    }
    return all;
}

Error error_of(std::string_view text)
{
    return caught([&] { tokens_of(text); });
}

} // namespace

TEST_CASE("chef lexer: comments and lines")
{
    CHECK(tokens_of("# one\na # two\n\n=begin\nb\n=end\nc\n__END__\nd") == "a NL c NL");
    CHECK(tokens_of("a,\nb") == "a , b");
    CHECK(tokens_of("a \\\n b") == "a b");
    CHECK(tokens_of("a\r\nb") == "a NL b");
    CHECK(tokens_of("a\n  # why\n  .b") == "a . b");
    CHECK(tokens_of("a; b") == "a NL b");
}

TEST_CASE("chef lexer: strings")
{
    CHECK(tokens_of(R"('it\'s \n \\')") == R"("it's \n \")");
    CHECK(tokens_of(R"("a\tb\u{e9}\u00e9\x41\"")") == "\"a\tb\xc3\xa9\xc3\xa9"
                                                      "A\"\"");
    CHECK(tokens_of(R"("x#{ {a: "}"} }y")") == R"("x#{}y")");
    CHECK(tokens_of("%q(a (b) #{c})") == R"("a (b) #{c}")");
    CHECK(tokens_of("%w(a b\n c) %i[d]") == "<a><b><c> % i [ d ]");
    CHECK(tokens_of("x = %i[d e]") == "x = <d><e>");
    CHECK(tokens_of("'a': 1") == R"("a" : 1)");
    CHECK(tokens_of("{'a': 1}") == "{ a: 1 }");
}

TEST_CASE("chef lexer: heredocs")
{
    CHECK(tokens_of("code <<-EOH\n  a\n  EOH\nx") == "code \"  a\n\" NL x");
    CHECK(tokens_of("code <<~EOH\n    a\n      b\n\n  EOH\n") == "code \"a\n  b\n\n\" NL");
    CHECK(tokens_of("f(<<A, <<'B')\na\nA\n#{b}\\n\nB\nz") == "f ( \"a\n\" , \"#{b}\\n\n\" ) NL z");
    CHECK(tokens_of("names << EOH") == "names << EOH");
    CHECK(error_of("\nx <<EOS\nabc\n").position().line == 2);
}

TEST_CASE("chef lexer: numbers and operators")
{
    CHECK(tokens_of("0644 0x1f 1_000 0b11") == "420 31 1000 3");
    CHECK(tokens_of("a % b") == "a % b");
    CHECK(tokens_of("a['b'] / 2") == R"(a [ "b" ] / 2)");
    CHECK(tokens_of("x =~ /a\\/b/i") == "x =~ a\\/b");
    CHECK(tokens_of("a ? :b : c") == "a ? :b : c");
    CHECK(tokens_of("action:run") == "action :run");
    CHECK(tokens_of("f a:1, b: 2") == "f a: 1 , b: 2");
    CHECK(tokens_of("a.nil? && !b") == "a . nil? && ! b");
    CHECK_THROWS_AS(tokens_of("08"), Error);
    CHECK_THROWS_AS(tokens_of("99999999999999999999"), Error);
}

TEST_CASE("chef lexer: errors have their place")
{
    const Error quote = error_of("a\n  b 'open\n");
    CHECK(quote.position().line == 2);
    CHECK(quote.position().column == 5);
    CHECK(quote.position().text == "  b 'open");
    CHECK(quote.message() == "a string without its closing single quote");
    CHECK(error_of("\xc3\xa9 = `ls`").position().column == 5);
    CHECK(error_of("a = `ls`").hint().find("only_if") != std::string::npos);
    CHECK(error_of("@1").message() == "an instance variable is outside the supported subset");
    CHECK(error_of("a \xff").message() == "a byte that is not UTF-8");
    CHECK(error_of(std::string_view("a\0b", 3)).message() == "a NUL byte");
    CHECK(error_of("=begin\n").message() == "'=begin' without '=end'");
    CHECK(error_of("\"#{\"#{\"#{\"#{\"#{\"#{\"#{\"#{\"#{\"#{").message() ==
          "strings in code in strings are nested too deeply");
    CHECK(error_of(std::string((1U << 20U) + 1, ' ')).kind() == ErrorKind::invalid);
}
