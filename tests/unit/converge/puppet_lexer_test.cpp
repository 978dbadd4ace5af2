// SPDX-License-Identifier: Apache-2.0
#include "converge/puppet/lexer.hpp"
#include "unit/converge/caught.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::converge;
using namespace dfriends::converge::puppet;

namespace {

/// Tokens as words, blanks between them; strings in quotes with code as <its tokens>, names of types with a capital T:.
std::string show_tokens(const std::vector<Token>& tokens)
{
    std::string all;
    for (const Token& token : tokens) {
        if (token.kind == TokenKind::end)
            break;
        all += all.empty() ? "" : " ";
        if (token.kind == TokenKind::string) {
            all += '"';
            for (const StringPart& part : token.parts)
                all += part.code.empty() ? part.text : "<" + show_tokens(part.code) + ">";
            all += '"';
        } else if (token.kind == TokenKind::integer)
            all += std::to_string(token.integer);
        else if (token.kind == TokenKind::variable)
            all += "$" + token.text;
        else if (token.kind == TokenKind::type)
            all += "T:" + token.text;
        else if (token.kind == TokenKind::pattern)
            all += "/" + token.text + "/";
        else
            all += token.text;
    }
    return all;
}

std::string tokens_of(std::string_view text)
{
    return show_tokens(tokenize(Source(text, "m.pp")));
}

Error error_of(std::string_view text)
{
    return caught([&] { tokens_of(text); });
}

} // namespace

TEST_CASE("puppet lexer: comments, names and variables")
{
    CHECK(tokens_of("# one\na # two\n/* three\n four */ b") == "a b");
    CHECK(tokens_of("\xef\xbb\xbf"
                    "a\r\nb") == "a b");
    CHECK(tokens_of("docker::run ::docker::run Docker::Run ::File") == "docker::run docker::run T:docker::run T:file");
    CHECK(tokens_of("$a $::b $c::d $a-1") == "$a $::b $c::d $a - 1");
    CHECK(tokens_of("a-b") == "a-b"); // a name with a dash, as manifests of Puppet 3 have them
    CHECK(tokens_of("$x ? { default => 1 }") == "$x ? { default => 1 }");
}

TEST_CASE("puppet lexer: strings")
{
    CHECK(tokens_of(R"('it\'s \n \\ $x')") == R"("it's \n \ $x")");
    CHECK(tokens_of("'a\nb'") == "\"a\nb\"");
    CHECK(tokens_of(R"("a\tb\s\$c\"\u{e9}\u00e9\q")") == "\"a\tb $c\"\xc3\xa9\xc3\xa9\\q\"");
    CHECK(tokens_of(R"("$a[0] $::b")") == R"("<$a>[0] <$::b>")");
    CHECK(tokens_of(R"("${a[0]} ${facts['os']['family']}")") == R"("<$a [ 0 ]> <$facts [ "os" ] [ "family" ]>")");
    CHECK(tokens_of(R"("${::fqdn} ${$x} ${join($a, ",")}")") == R"("<$::fqdn> <$x> <join ( $a , "," )>")");
    CHECK(tokens_of(R"("${a ? { 'x' => "}" }}")") == R"("<$a ? { "x" => "}" }>")");
    CHECK(tokens_of(R"("100$ and $")") == R"("100$ and $")");
    CHECK(tokens_of("''") == "\"\"");
}

TEST_CASE("puppet lexer: heredocs")
{
    CHECK(tokens_of("$a = @(END)\n  one $x\n  | END\n$b") == "$a = \"one $x\n\" $b");
    CHECK(tokens_of("f(@(\"A\"/L), @(B))\n${x}\\\ny\nA\n$z\n-B\n c") == "f ( \"<$x>y\n\" , \"$z\" ) c");
    CHECK(tokens_of("@(\"END\":json/nt)\na\\tb\\s\nEND\n") == "\"a\tb\\s\n\"");
    CHECK(tokens_of("@file { 'x': }") == "@ file { \"x\" : }");
    CHECK(error_of("\n$a = @(END)\none\n").position().line == 2);
    CHECK(error_of("\n$a = @(END)\none\n").hint() == "a line with 'END' ends it");
    CHECK(error_of("@(\"\")x\n").message() == "this heredoc does not say what ends it");
}

TEST_CASE("puppet lexer: numbers, patterns and operators")
{
    CHECK(tokens_of("010 0x1F 7") == "8 31 7");
    CHECK(tokenize(Source("1.5e3", "m.pp"))[0].decimal == 1500);
    CHECK(tokens_of("$a / 2 / 3") == "$a / 2 / 3");
    CHECK(tokens_of("$a =~ /^x\\/y\\d/") == "$a =~ /^x/y\\d/");
    CHECK(tokens_of("case $x { /a/: { } }") == "case $x { /a/ : { } }");
    CHECK(tokens_of("File['a'] -> File['b'] ~> C <- D <~ E") ==
          "T:file [ \"a\" ] -> T:file [ \"b\" ] ~> T:c <- T:d <~ T:e");
    CHECK(tokens_of("File <| |> { a +> 1 }") == "T:file <| |> { a +> 1 }");
    CHECK(tokens_of("$a<=1 and !$b") == "$a <= 1 and ! $b");
}

TEST_CASE("puppet lexer: errors have their place")
{
    const Error quote = error_of("file { '/a':\n  content => 'open\n}\n");
    CHECK(quote.position().file == "m.pp");
    CHECK(quote.position().line == 2);
    CHECK(quote.position().column == 14);
    CHECK(quote.position().text == "  content => 'open");
    CHECK(quote.message() == "this string is not closed");
    CHECK(error_of("a \"b ${c").message() == "this ${ is not closed");
    CHECK(error_of("\"${}\"").message() == "there is nothing between ${ and }");
    CHECK(error_of("$x = 10m").message() == "'10m' is no number");
    CHECK(error_of("$x = 10m").position().column == 6);
    CHECK(error_of("$x = 10m").hint() == "put it in quotes");
    CHECK(error_of("1.2.3").kind() == ErrorKind::invalid);
    CHECK(error_of("08").kind() == ErrorKind::invalid);
    CHECK(error_of("99999999999999999999").kind() == ErrorKind::invalid);
    CHECK(error_of("/* a").message() == "this comment is not closed");
    CHECK(error_of("$x =~ /a").message() == "this pattern is not closed");
    CHECK(error_of("x = `ls`").position().column == 5);
    CHECK(error_of("x = `ls`").hint() == "run commands with the resource type exec");
    CHECK(error_of("$ x").message() == "a variable's name is missing after '$'");
    CHECK(error_of(R"("\u{110000}")").message() == "this is no character");
    CHECK(error_of("'\xc3\xa9' `").position().column == 5);
    CHECK(error_of("a \xff").message() == "a byte that is not UTF-8");
    CHECK(error_of(std::string_view("a\0b", 3)).message() == "a NUL byte");
    CHECK(error_of(std::string((1U << 20U) + 1, ' ')).kind() == ErrorKind::invalid);
    std::string deep;
    for (int at = 0; at < 100; ++at)
        deep += "\"${";
    CHECK(error_of(deep).message() == "strings and code are nested too deeply");
}

TEST_CASE("source: places in a text that is one line")
{
    std::string text;
    for (int at = 0; at < 5000; ++at)
        text += "\xc3\xa9";
    text += "\nx";
    const Source source(text, "m.pp");
    CHECK(source.position(0).column == 1);
    CHECK(source.position(2046).column == 1024);
    CHECK(source.position(2048).column == 1025);
    CHECK(source.position(9998).column == 5000);
    CHECK(source.position(text.size() - 1).line == 2);
    CHECK(source.position(text.size() - 1).column == 1);
    CHECK(source.position(text.size() + 9).column == 2);
}
