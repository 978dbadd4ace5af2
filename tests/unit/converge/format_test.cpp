// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "converge/chef/format.hpp"
#include "converge/format.hpp"
#include "converge/puppet/format.hpp"
#include "converge/yaml/format.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::converge;

namespace {

/// The formatted text, which is also what formatting it again yields.
std::string formatted(std::string_view text, const std::string& file)
{
    std::string once = format(text, file);
    CHECK(format(once, file) == once);
    return once;
}

std::string recipe(std::string_view text)
{
    return formatted(text, "r.rb");
}

std::string manifest(std::string_view text)
{
    return formatted(text, "m.pp");
}

std::string document(std::string_view text)
{
    return formatted(text, "m.yaml");
}

template <class Function>
std::string failure_of(Function&& function)
{
    try {
        function();
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

} // namespace

TEST_CASE("format: blank lines and ends of lines")
{
    for (const std::string file : {"r.rb", "m.pp"}) {
        CHECK(formatted("\n \n# a  \n\n\n\t\n# b", file) == "# a\n\n# b\n");
        CHECK(formatted("# a\r\n# b\r\n\r\n", file) == "# a\n# b\n");
        CHECK(formatted("\xef\xbb\xbf\n  # a\n", file) == "\xef\xbb\xbf# a\n");
        CHECK(formatted("", file).empty());
        CHECK(formatted(" \n\n", file).empty());
    }
    CHECK(document("\n\na: 1  \n\n\n\nb: 2\n\n") == "a: 1\n\nb: 2\n");
    CHECK(document("a: 1\r\nb:\r\n- c\r\n") == "a: 1\nb:\n  - c\n");
}

TEST_CASE("format: a recipe's blocks and brackets")
{
    CHECK(recipe("docker_container 'x' do\nrepo 'a'\n    tag 'b'\nend\n") ==
          "docker_container 'x' do\n  repo 'a'\n  tag 'b'\nend\n");
    CHECK(recipe("if a\nfoo\n  elsif b\n  bar\nelse\nunless c\nbaz if d\nend\n end") ==
          "if a\n  foo\nelsif b\n  bar\nelse\n  unless c\n    baz if d\n  end\nend\n");
    CHECK(recipe("case a\n  when 'b', 'c'\nfoo\n  else\n  bar\nend\n") ==
          "case a\nwhen 'b', 'c'\n  foo\nelse\n  bar\nend\n");
    CHECK(recipe("labels({\na: 1,\nb: [\n2,\n]\n})\n") == "labels({\n  a: 1,\n  b: [\n    2,\n  ]\n})\n");
    CHECK(recipe("labels({\na: 1\n}\n)\n") == "labels({\n    a: 1\n  }\n)\n");
    CHECK(recipe("%w(\na\n   b\n).each { |x|\nputs x }\n") == "%w(\n  a\n  b\n).each { |x|\n  puts x }\n");
    CHECK(recipe("not_if { a ==\n'b' }\n") == "not_if { a ==\n  'b' }\n");
}

TEST_CASE("format: what stands below something in a recipe stays there")
{
    CHECK(recipe(" env ['A=1',\n      'B=2']\n") == "env ['A=1',\n     'B=2']\n");
    CHECK(recipe("env ['A=1',\n'B=2']\n") == "env ['A=1',\n  'B=2']\n");
    CHECK(recipe(" x = if a\n       1\n     else\n       2\n     end\n") ==
          "x = if a\n      1\n    else\n      2\n    end\n");
    CHECK(recipe("x = if a\n1\nelse\n2\nend\n") == "x = if a\n  1\nelse\n  2\nend\n");
    CHECK(recipe(" foo a,\n     b: 1\n") == "foo a,\n    b: 1\n");
    CHECK(recipe("foo a,\nb: 1\n") == "foo a,\n  b: 1\n");
    CHECK(recipe("%w(a b)\n.each do |x|\nputs x\nend\n") == "%w(a b)\n  .each do |x|\n    puts x\n  end\n");
    CHECK(recipe("foo(a,\n    b) do\nc\nend\n") == "foo(a,\n    b) do\n  c\nend\n");
}

TEST_CASE("format: comments of a recipe move with what they precede")
{
    CHECK(recipe("foo do\n# a\nbar # b  \n    # c\nend\n# d\n") == "foo do\n  # a\n  bar # b\n  # c\nend\n# d\n");
    CHECK(recipe("if a\nfoo\n  # of foo\nelse\nbar\nend\n") == "if a\n  foo\n  # of foo\nelse\n  bar\nend\n");
    CHECK(recipe("  case a\n  # of b\n  when 'b'\n  foo\nend\n") == "case a\n# of b\nwhen 'b'\n  foo\nend\n");
    CHECK(recipe("if a\n=begin\n  as it is  \n=end\nb\nend\n") == "if a\n=begin\n  as it is  \n=end\n  b\nend\n");
}

TEST_CASE("format: a recipe's strings, heredocs and data stay")
{
    CHECK(recipe("foo do\na 'x  \n y'\nb \"#{c}\n  \"\nend\n") == "foo do\n  a 'x  \n y'\n  b \"#{c}\n  \"\nend\n");
    CHECK(recipe("foo do\ncontent <<~END\n a  \n\n\n   b\n END\nbar\nend\n") ==
          "foo do\n  content <<~END\n a  \n\n\n   b\n END\n  bar\nend\n");
    CHECK(recipe("foo(<<-A, <<B)\n a\n A\nb\nB\n  bar\n") == "foo(<<-A, <<B)\n a\n A\nb\nB\nbar\n");
    CHECK(recipe(" foo\n__END__\n x  \n\n\n") == "foo\n__END__\n x  \n\n\n");
}

TEST_CASE("format: a manifest's brackets and arrows")
{
    CHECK(manifest("file{'/a':\nensure=>file,\n  mode =>   '0644',\n}\n") ==
          "file{'/a':\n  ensure => file,\n  mode   => '0644',\n}\n");
    CHECK(manifest("file {\n'/a':\nensure => file;\n'/b':\nmode => '1',\nowner => 'x',\n}\n") ==
          "file {\n  '/a':\n    ensure => file;\n  '/b':\n    mode  => '1',\n    owner => 'x',\n}\n");
    CHECK(manifest("file { ['/a',\n'/b']:\nensure => file }\n") == "file { ['/a',\n    '/b']:\n  ensure => file }\n");
    CHECK(manifest("$h = { 'a' => 1, 'bcd'=>2 }\n") == "$h = { 'a' => 1, 'bcd' => 2 }\n");
    CHECK(manifest("$h = {\n'\xc3\xa9' => 1,\n'bcd' => { 'e' => [1,2,   3,] },\n}\n") ==
          "$h = {\n  '\xc3\xa9'   => 1,\n  'bcd' => { 'e' => [1, 2, 3,] },\n}\n");
    CHECK(
        manifest(
            "class a(\nString $b = 'c',\n) {\nif $b == 'c' {\ninclude d\n} elsif $b {\nfail('e')\n}\nelse {\n}\n}\n") ==
        "class a(\n  String $b = 'c',\n) {\n  if $b == 'c' {\n    include d\n  } elsif $b {\n    fail('e')\n  }\n  "
        "else "
        "{\n  }\n}\n");
    CHECK(manifest("case $a {\n'b',\n'c': {\nnotice('d')\n}\ndefault: { }\n}\n") ==
          "case $a {\n  'b',\n  'c': {\n    notice('d')\n  }\n  default: { }\n}\n");
    CHECK(manifest("$a = $b ? {\n'c' => 1,\ndefault => 2,\n}\n") ==
          "$a = $b ? {\n  'c'     => 1,\n  default => 2,\n}\n");
    CHECK(manifest("package { 'a': }\n-> file { 'b':\nmode => '1',\n}\n~> service { 'c': }\n") ==
          "package { 'a': }\n-> file { 'b':\n  mode => '1',\n}\n~> service { 'c': }\n");
    CHECK(manifest("$a.each |$k,$v| {\nnotice($k)\n}\n") == "$a.each |$k, $v| {\n  notice($k)\n}\n");
    CHECK(manifest("$a = f({\nb => 1,\n})\n$c = f({\nb => 1,\n}\n)\n") ==
          "$a = f({\n  b => 1,\n})\n$c = f({\n    b => 1,\n  }\n)\n");
}

TEST_CASE("format: parameters that stand below each other still do")
{
    CHECK(manifest("define a(\n  Enum[b,c] $d   = 1,\n  String    $efg = 2,\n  String $h,\n) {\n}\n") ==
          "define a(\n  Enum[b, c] $d   = 1,\n  String     $efg = 2,\n  String $h,\n) {\n}\n");
}

TEST_CASE("format: what goes on in a manifest's next line stays deeper")
{
    CHECK(manifest("$a = $b +\n$c\n") == "$a = $b +\n  $c\n");
    CHECK(manifest("   $a = $b +\n        $c\n") == "$a = $b +\n     $c\n");
    CHECK(manifest("include a,\nb\n") == "include a,\n  b\n");
    CHECK(manifest("a { 'b':\nc => [D['e'],\n   F['g']],\n}\n") == "a { 'b':\n  c => [D['e'],\n    F['g']],\n}\n");
    CHECK(manifest("a { 'b':\nc => [D['e'],\n      F['g']],\nde => 1 }\n") ==
          "a { 'b':\n  c  => [D['e'],\n         F['g']],\n  de => 1 }\n");
    CHECK(manifest("a { 'b':\nc => [ D['e'],\n       F['g'] ],\nde => 1 }\n") ==
          "a { 'b':\n  c  => [ D['e'],\n          F['g'] ],\n  de => 1 }\n");
}

TEST_CASE("format: a manifest's comments, strings and heredocs")
{
    CHECK(manifest("class a {\n# b\ninclude c # d\n/* e\n  f */\n    # g\n}\n") ==
          "class a {\n  # b\n  include c # d\n  /* e\n  f */\n  # g\n}\n");
    CHECK(manifest("a { 'b':\nc => 'd  \n e',\n}\n") == "a { 'b':\n  c => 'd  \n e',\n}\n");
    CHECK(manifest("a { 'b':\nc => @(\"END\"/L),\n  ${d}  \n\n\n  | END\nef => 1,\n}\n") ==
          "a { 'b':\n  c  => @(\"END\"/L),\n  ${d}  \n\n\n  | END\n  ef => 1,\n}\n");
}

TEST_CASE("format: levels of YAML")
{
    CHECK(document("a:\n- b: 1\n  c:\n    - d\n-   e: 2\n    f: 3\n") ==
          "a:\n  - b: 1\n    c:\n      - d\n  - e: 2\n    f: 3\n");
    CHECK(document("a:\n    b:\n        c: 1\n    d: 2\ne: 3\n") == "a:\n  b:\n    c: 1\n  d: 2\ne: 3\n");
    CHECK(document("- - a\n  -   - b\n      - c\n-\n     d\n") == "- - a\n  - - b\n    - c\n-\n  d\n");
    CHECK(document("  a: 1\n  b: 2\n") == "a: 1\nb: 2\n");
    CHECK(document("a: &x\n    b: !!str 1\nc: *x\n'd: e':   f\n? g\n: h\n") ==
          "a: &x\n  b: !!str 1\nc: *x\n'd: e':   f\n? g\n: h\n");
    CHECK(document("%YAML 1.2\n---\na:\n- b\n...\n") == "%YAML 1.2\n---\na:\n  - b\n...\n");
}

TEST_CASE("format: comments of YAML")
{
    CHECK(document("a:\n# b\n- c # d  \n    # e\n- f\n") == "a:\n  # b\n  - c # d\n  # e\n  - f\n");
    CHECK(document("a:\n    b:\n        c: 1\n        # d: 2\n    e: 3\n# f\n") ==
          "a:\n  b:\n    c: 1\n    # d: 2\n  e: 3\n# f\n");
    CHECK(document("a:\n    # b: 1\nc: 2\n") == "a:\n  # b: 1\nc: 2\n");
}

TEST_CASE("format: block scalars and texts of YAML")
{
    CHECK(document("a:\n- |\n   b  \n     c\n\n\n   d\n\n\n- e\n") ==
          "a:\n  - |\n    b  \n      c\n\n\n    d\n\n  - e\n");
    CHECK(document("a:\n    b: |2+ # c\n        d\n\n\n    e: 1\n") == "a:\n  b: |2+ # c\n      d\n\n\n  e: 1\n");
    CHECK(document("a:\n    - >-\n     # b\n     - c\n") == "a:\n  - >-\n    # b\n    - c\n");
    CHECK(document("a:\n    b: |+\n         \n\n    c: 1\n") == "a:\n  b: |+\n\n\n  c: 1\n");
    CHECK(document("--- a\n%\n- b\n") == "--- a\n  %\n  - b\n");
    CHECK(document("a: |\n   b") == "a: |\n  b");
    CHECK(document("a: |-\n   b") == "a: |-\n  b\n");
    CHECK(document("a:\n    b: c\n      d\n\n\n      e # f\n") == "a:\n  b: c\n    d\n\n\n    e # f\n");
    CHECK(document("a:\n    b: \"c  \n\n  d\"\n    e: 'f''\n : g'\n") == "a:\n  b: \"c  \n\n  d\"\n  e: 'f''\n : g'\n");
}

TEST_CASE("format: flow collections of YAML keep their shape")
{
    CHECK(document("a:\n    b: [c,  \n        {d: \"]\n e\"}, # ]\n    ]\n    f: {}\n") ==
          "a:\n  b: [c,\n      {d: \"]\n e\"}, # ]\n  ]\n  f: {}\n");
    CHECK(document("-     a:\n         b: [c,\n d\n   ]\n") == "- a:\n    b: [c,\n    d\n    ]\n");
    CHECK(document("- [a, it's,\n   'b]']\n- c\n") == "- [a, it's,\n   'b]']\n- c\n");
}

TEST_CASE("format: what does not parse is refused with its place")
{
    CHECK(failure_of([] { format("foo do\n", "r.rb"); }).starts_with("r.rb:1:5: "));
    CHECK(failure_of([] { format("a {\n'b': c => }\n", "m.pp"); }).starts_with("m.pp:2:"));
    CHECK(failure_of([] { format("a: [b\n", "m.yaml"); }).starts_with("m.yaml:"));
    CHECK(failure_of([] { format("a: 1\n---\nb: 2\n", "m.yaml"); }).starts_with("m.yaml:2:1: "));
}

TEST_CASE("format: what only our parser of YAML takes for YAML is refused")
{
    CHECK(failure_of([] { format("a: b\nc d\n", "m.yaml"); }).starts_with("m.yaml:1:4: to format this would change"));
    CHECK(failure_of([] { format("a: b\n #\n%b:\n", "m.yaml"); }) ==
          "m.yaml: the layout of this document is not understood");
}

TEST_CASE("format: what would say something else is refused with its place")
{
    const auto same_recipe = [](std::string_view before, std::string_view after) {
        return failure_of([&] { chef::expect_same(Source(before, "r.rb"), Source(after, "r.rb")); });
    };
    CHECK(same_recipe("a 'b'\n", "  a   'b'\n\n") == "no error");
    CHECK(same_recipe("a\nb -1\n", "a\nb - 1\n").starts_with("r.rb:2:3: to format this would change what it says"));
    CHECK(same_recipe("a\nb 'c d'\n", "a\nb 'c  d'\n").starts_with("r.rb:2:3: "));
    CHECK(same_recipe("a \"#{b 1}\"\n", "a \"#{b 2}\"\n").starts_with("r.rb:1:3: "));
    CHECK(same_recipe("a\n", "a\nb\n").starts_with("r.rb:"));

    const auto same_manifest = [](std::string_view before, std::string_view after) {
        return failure_of([&] { puppet::expect_same(Source(before, "m.pp"), Source(after, "m.pp")); });
    };
    CHECK(same_manifest("$a=[1,2]", "$a = [1, 2]") == "no error");
    CHECK(same_manifest("notice('a b')", "notice('a  b')").starts_with("m.pp:1:8: to format this"));
    CHECK(same_manifest("notice($a[0])", "notice($a, [0])").starts_with("m.pp:1:10: "));
    CHECK(same_manifest("$a = $b[0]", "$a = $b [0]").starts_with("m.pp:1:"));

    const auto same_yaml = [](std::string_view before, std::string_view after) {
        return failure_of([&] { expect_same_yaml(before, after, "m.yaml"); });
    };
    CHECK(same_yaml("a:\n- b\n", "a:\n  - b\n") == "no error");
    CHECK(same_yaml("a: b\nc: d\n", "a: b\nc: e\n").starts_with("m.yaml:2:4: to format this"));
    CHECK(same_yaml("a: '1'\n", "a: 1\n").starts_with("m.yaml:1:4: "));
    CHECK(same_yaml("a:\n  b: 1\n", "a:\nb: 1\n").starts_with("m.yaml:"));
    CHECK(same_yaml("- a\n- b\n", "- a\n").starts_with("m.yaml:1:1: "));
}

TEST_CASE("format: a diff of what changed")
{
    CHECK(render_format_diff("a\n", "a\n", "f").empty());
    CHECK(render_format_diff("\n\na\nb", "  a\nb\n", "f") ==
          "--- f\n+++ f\n@@ -1,4 +1,2 @@\n-\n-\n-a\n-b\n\\ No newline at end of file\n+  a\n+b\n");
    CHECK(render_format_diff("1\n2\n3\n4\n 5\n6\n7\n8\n9\n0\n1\n2\n 3\n", "1\n2\n3\n4\n5\n6\n7\n8\n9\n0\n1\n2\n3\n",
                             "f") ==
          "--- f\n+++ f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n- 5\n+5\n 6\n 7\n 8\n@@ -10,4 +10,4 @@\n 0\n 1\n 2\n- 3\n+3\n");
}
