// SPDX-License-Identifier: Apache-2.0
#include "converge/puppet/parser.hpp"
#include "unit/converge/caught.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::converge;
using namespace dfriends::converge::puppet;

namespace {

/// The tree in brackets: operators and words of a node before its children.
std::string show_node(const Node& node)
{
    if (node.kind == NodeKind::variable)
        return "$" + node.text;
    if (node.kind == NodeKind::integer)
        return std::to_string(node.integer);
    std::string head = node.text;
    for (const std::string& word : node.words)
        head += (head.empty() ? "" : " ") + word;
    if (node.children.empty())
        return head;
    std::string all;
    for (const Node& child : node.children)
        all += " " + show_node(child);
    return "(" + (head.empty() ? all.substr(1) : head + all) + ")";
}

Node parsed(std::string_view text)
{
    return parse(Source(text, "m.pp"));
}

/// The first statement.
std::string tree(std::string_view text)
{
    return show_node(parsed(text).children.at(0));
}

NodeKind kind(std::string_view text)
{
    return parsed(text).children.at(0).kind;
}

Error error_of(std::string_view text)
{
    return caught([&] { parsed(text); });
}

} // namespace

TEST_CASE("puppet parser: what binds tighter")
{
    CHECK(tree("$a + $b * $c - 1") == "(- (+ $a (* $b $c)) 1)");
    CHECK(tree("!$a and $b or $c == 1") == "(or (and (! $a) $b) (== $c 1))");
    CHECK(tree("$a in $b == true") == "(== (in $a $b) true)");
    CHECK(tree("$a + 1 < $b << 2") == "(< (+ $a 1) (<< $b 2))");
    CHECK(tree("-$a * 2") == "(* (- $a) 2)");
    CHECK(tree("($a + $b) * 2") == "(* (+ $a $b) 2)");
    CHECK(tree("$a = $b = 1") == "($a ($b 1))");
    CHECK(tree("$a['x'][0].size()") == "(size (($a x) 0))");
    CHECK(tree("$a ? { 'x' => 1, default => 2 }") == "($a (x 1) (default 2))");
}

TEST_CASE("puppet parser: statements")
{
    CHECK(kind("file { '/a': }") == NodeKind::resource);
    CHECK(kind("@file { '/a': }") == NodeKind::resource);
    CHECK(kind("class { 'a': }") == NodeKind::resource);
    CHECK(kind("class a { }") == NodeKind::class_definition);
    CHECK(kind("class a::b($x, Integer $y = 1) inherits a::params { }") == NodeKind::class_definition);
    CHECK(kind("define a::b { }") == NodeKind::define_definition);
    CHECK(kind("node 'a', /b/, default { }") == NodeKind::node_definition);
    CHECK(kind("File { mode => '0644' }") == NodeKind::refine);
    CHECK(kind("File['/a'] { mode => '0644' }") == NodeKind::refine);
    CHECK(kind("File <| title == '/a' and (tag == 'x' or mode != '1') |> { mode => '2' }") == NodeKind::collector);
    CHECK(kind("File['/a'] -> File['/b'] ~> Service['c']") == NodeKind::edges);
    CHECK(kind("include a, b") == NodeKind::call);
    CHECK(kind("$x.each |$a, $b| { }") == NodeKind::method);
    CHECK(kind("if $a { } elsif $b { } else { }") == NodeKind::branch);
    CHECK(kind("unless $a { } else { }") == NodeKind::branch);
    CHECK(kind("case $a { 'x', 'y': { } default: { } }") == NodeKind::choice);
    CHECK(tree("include a, 'b'") == "(include a b)");
    CHECK(tree("file { '/a': mode => '1'; ['/b', '/c']: owner => $x, }") ==
          "(file (/a (mode 1)) ((/b /c) (owner $x)))");
    CHECK(tree("file { default: mode => '1'; '/a': * => $h }") == "(file (default (mode 1)) (/a (* $h)))");
    CHECK(parsed("; ;").children.empty());
}

TEST_CASE("puppet parser: errors say what, where and what else")
{
    const Error comma = error_of("file { '/a':\n  mode => '1'\n  owner => 'x'\n}");
    CHECK(comma.position().line == 3);
    CHECK(comma.position().column == 3);
    CHECK(comma.message() == "found 'owner' where '}' belongs");
    CHECK(comma.hint().find("a comma") == 0);
    CHECK(error_of("file { '/a'\n mode => 1 }").message() == "found 'mode' where ':' belongs");
    CHECK(error_of("if $a {\n file { '/a': }\n").message() == "this '{' is not closed");
    CHECK(error_of("if $a {\n file { '/a': }\n").position().column == 7);
    CHECK(error_of("}").message() == "found '}' where a statement belongs");
    CHECK(error_of("$a =").message() == "found the end where a value belongs");
    CHECK(error_of("$a = ['x' => 1]").message() == "found '=>' where ']' belongs");
    CHECK(error_of("$a = ['x'='y']").message() == "only variables can be assigned to");
    CHECK(error_of("'a' = 1").position().column == 1);
    CHECK(error_of("file { }").kind() == ErrorKind::invalid);
    CHECK(error_of("define { }").kind() == ErrorKind::invalid);
    CHECK(error_of("plan f() { }").message() == "'plan' is outside the supported part of Puppet");
    CHECK(error_of("import 'x'").hint() == "name the files on the command line, or their folder");
    CHECK(error_of("node 'a' inherits 'b' { }").message() ==
          "nodes that inherit are outside the supported part of Puppet");
    CHECK(error_of("File <<| title == 'x' |>").hint() == "a collector is <| … |> or <<| … |>>");
    CHECK(error_of("File <| $x |>").message() == "this is no search for resources");
    CHECK(error_of("$a.each |x| { }").kind() == ErrorKind::invalid);
}

TEST_CASE("puppet parser: what is nested without end is refused")
{
    const auto many = [](std::string_view part, int times) {
        std::string all;
        for (int done = 0; done < times; ++done)
            all += part;
        return all;
    };
    for (const std::string& text :
         {many("(", 100'000), many("[", 100'000), many("{", 100'000), many("!", 100'000), many("-", 100'000),
          "$a" + many("[0]", 10'000), "$a" + many(".b", 10'000), "$a" + many(" + 1", 10'000), many("if $a { ", 10'000),
          many("$a = ", 10'000), "if $a { }" + many(" elsif $a { }", 10'000), "$a" + many(" ? { 1 => $a", 10'000),
          many("class a { ", 10'000), many("$a.each |$x| { ", 10'000), many("File <| (", 10'000),
          "File <| " + many("(", 10'000), many("case $a { 1: { ", 10'000), many("{ a => ", 10'000)}) {
        CAPTURE(text.substr(0, 40));
        CHECK(error_of(text).kind() == ErrorKind::invalid);
    }
}
