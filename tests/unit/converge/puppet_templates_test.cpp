// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/puppet/manifest.hpp"
#include "unit/converge/catalogs.hpp"
#include "unit/converge/caught.hpp"
#include "unit/converge/folder.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::converge;

namespace {

/// What a manifest's notify resources say.
std::string said(std::string_view text, const std::string& file = "m.pp")
{
    return messages_of(read_puppet(text, file, debian_machine()));
}

Error error_of(std::string_view text, const std::string& file = "m.pp")
{
    return caught([&] { read_puppet(text, file, debian_machine()); });
}

/// What a text makes of a template, given variables before it.
std::string inlined(const std::string& function, const std::string& text, const std::string& before = "",
                    const std::string& more = "")
{
    return said(before + "\n$out = " + function + "(@(END)" + more + ")\n" + text +
                "\n| - END\nnotify { \"<${out}>\": }");
}

} // namespace

TEST_CASE("puppet templates: ERB sees the manifest's variables and facts")
{
    CHECK(inlined("inline_template", "a <%= @x %> <%= @hostname %> <%= @facts['os']['family'] %>", "$x = 3") ==
          "<a 3 web1 Debian>");
    CHECK(inlined("inline_template", "<%= scope['x'] %><%= scope.lookupvar('::x') %><%= @none %>", "$x = 'y'") ==
          "<yy>");
    CHECK(inlined("inline_template", "<% if has_variable?('x') %>yes<% end %><%= scope.include?('z') %>", "$x = 1") ==
          "<yesfalse>");
    CHECK(inlined("inline_template", "<%- @list.each do |n| -%>\n  - <%= n %>\n<%- end -%>\n.", "$list = [1, 'b']") ==
          "<  - 1\n  - b\n.>");
    CHECK(inlined("inline_template", "<%= @map['a']['b'] %> <%= @name %>", "$map = {'a' => {'b' => true}}") ==
          "<true >");
    CHECK(said("class web($port = 80) {\n  $own = 'mine'\n"
               "  notify { inline_template('<%= @port %> <%= @own %> <%= @title %>', ' <%= 1 + 1 %>'): }\n}\n"
               "include web\nnotify { inline_template(\"<%= scope['web::port'] %><%= scope['::web::own'] %>\"): }") ==
          "80 mine web 2|80mine");
}

TEST_CASE("puppet templates: only the marks of a tag take blanks and line ends, as in Puppet")
{
    CHECK(inlined("inline_template", "a\n<% x = 1 %>\nb\n  <%- x = 2 -%>\nc<%# no %>d <%%= x %%>") ==
          "<a\n\nb\ncd <%= x %>>");
    CHECK(inlined("inline_epp", "a\n<% $x = 1 %>\nb\n  <%- $y = 2 -%>\nc<%# no %>d <%%= x %%> e<%- %> f") ==
          "<a\n\nb\ncd <%= x %> e f>");
}

TEST_CASE("puppet templates: EPP's marks take blanks behind and before texts, too")
{
    CHECK(inlined("inline_epp", "a  <%- $x = 1 -%>  b\n  <%#- no -%>\nc  <%# %%> no %>d <%- if true { -%> e<% } %>.") ==
          "<ab\nc  de.>");
}

TEST_CASE("puppet templates: EPP's code is Puppet's")
{
    CHECK(inlined("inline_epp", "<% $list.each |$i, $n| { -%>\n<%= $i %>: <%= $n.upcase %>\n<% } -%>\n.",
                  "$list = ['a', 'b']") == "<0: A\n1: B\n.>");
    CHECK(inlined("inline_epp", "<% if $x > 2 { %>big<% } elsif $x { %>small<% } else { %>none<% } %> $x ${x}",
                  "$x = 1") == "<small $x ${x}>");
    CHECK(inlined("inline_epp",
                  "<% case $x { -%>\n<% 'a', 'b': { -%>\nfirst<% } -%>\n<% default: { %>other<% } } -%>\n",
                  "$x = 'b'") == "<first>");
    CHECK(inlined("inline_epp", "<%= $x ? { 'a' => 'A', default => 'D' } # why %>{}", "$x = 'a'") == "<A{}>");
    CHECK(inlined("inline_epp", "1<% if true { return() } %>2") == "<1>");
    CHECK(inlined("inline_epp", "<%- | String $a, Integer $b = 2 | -%>\n<%= $a %><%= $b %><%= $fqdn %>", "",
                  ", {'a' => 'x'}") == "<x2web1.example>");
}

TEST_CASE("puppet templates: a file's EPP sees its parameters and the top of the manifest, not what is around the call")
{
    const Folder folder;
    folder.write("modules/web/templates/site.epp",
                 "<%- | $port,\n  String $name = 'none' | -%>\n<%= $port %> <%= $name %> <%= $top %>\n");
    folder.write("modules/web/templates/free.epp", "<%= $x %>\n <%= $mine %>");
    const std::string file = folder.at("site.pp");
    CHECK(said("$top = 't'\nnotify { epp('web/site.epp', {'port' => 80}): }", file) == "80 none t\n");
    CHECK(said("$mine = 'm'\nclass a { notify { epp('web/free.epp', {x => 1}): } }\ninclude a", file) == "1\n m");
    CHECK(said("node default { $mine = 'n'\n notify { epp('web/free.epp', {x => 1}): } }", file) == "1\n n");
    const Error missing = error_of("notify { epp('web/site.epp'): }", file);
    CHECK(missing.message() == "'the template' wants a value for 'port'");
    CHECK(missing.position().file == folder.at("modules/web/templates/site.epp"));
    const Error unknown = error_of("notify { epp('web/site.epp', {'prt' => 80}): }", file);
    CHECK(unknown.message() == "'the template' has no parameter 'prt'");
    CHECK(unknown.hint() == "did you mean 'port'?");
    CHECK(unknown.position().file == file);
    const Error type = error_of("notify { epp('web/site.epp', {'port' => 1, 'name' => 2}): }", file);
    CHECK(type.message() == "the parameter 'name' is String, not an integer");
    const Error local = error_of("class a { $mine = 'm'\n$x = epp('web/free.epp', {x => 1}) }\ninclude a", file);
    CHECK(local.message() == "the variable '$mine' has no value");
    CHECK(local.hint() == "hand it to the template: epp('…', {'mine' => $mine})");
    CHECK(local.position().line == 2);
    CHECK(local.position().column == 6);
    CHECK(local.position().text == " <%= $mine %>");
}

TEST_CASE("puppet templates: where a module's templates are looked for")
{
    const Folder folder;
    folder.write("web/templates/a/x.erb", "own <%= @hostname %>");
    folder.write("db/templates/x.erb", "sibling");
    folder.write("env/modules/app/templates/x.epp", "environment");
    folder.write("env/templates/loose/x.erb", "loose");
    CHECK(said("notify { template('web/a/x.erb', 'db/x.erb'): }", folder.at("web/manifests/init.pp")) ==
          "own web1sibling");
    CHECK(said("notify { template('web/a/x.erb'): }", folder.at("site.pp")) == "own web1");
    CHECK(said("notify { epp('app/x.epp'): }", folder.at("env/manifests/site.pp")) == "environment");
    CHECK(said("notify { template('loose/x.erb'): }", folder.at("env/site.pp")) == "loose");
    CHECK(said("notify { template('" + folder.at("db/templates/x.erb") + "'): }") == "sibling");
    const Error error = error_of("$x = 1\nnotify { template('web/none.erb'): }", folder.at("site.pp"));
    CHECK(error.message() == "there is no template 'web/none.erb'");
    CHECK(error.position().line == 2);
    CHECK(error.hint().find(folder.at("modules/web/templates")) != std::string::npos);
    CHECK(error_of("$x = template('web/../../x')", folder.at("site.pp")).message() ==
          "'web/../../x' is no name of a template");
    CHECK(error_of("$x = template('x.erb')", folder.at("site.pp")).hint() ==
          "write MODULE/FILE, which is MODULE/templates/FILE");
    CHECK(error_of("$x = template('/proc/self')").message() == "there is no template '/proc/self'");
}

TEST_CASE("puppet templates: what is wrong is told at its place in the template")
{
    const Folder folder;
    const auto error_in = [&](const std::string& name, std::string_view text) {
        folder.write("web/templates/" + name, text);
        return error_of(std::string("$x = ") + (name.ends_with(".epp") ? "epp" : "template") + "('web/" + name + "')",
                        folder.at("site.pp"));
    };
    const Error found = error_in("a.epp", "a\nb <%= $x + %>\n");
    CHECK(found.position().file == folder.at("web/templates/a.epp"));
    CHECK(found.position().line == 2);
    CHECK(error_in("a.epp", "\n <%= 1").message() == "this tag is not closed");
    CHECK(error_in("a.epp", "\n <%= %>").message() == "there is nothing in this tag");
    CHECK(error_in("a.epp", "\n <%= 1 / 0 %>").position().column == 8);
    CHECK(error_in("a.epp", "<% if true { %>x").message() == "this '{' is not closed");
    CHECK(error_in("a.epp", "<% file { '/x': } %>").message() ==
          "a resource in a template is outside the supported part of Puppet");
    CHECK(error_in("a.epp", "<% include a %>").hint() == "declare resources and classes in the manifest");
    CHECK(error_in("a.epp", "<% class a { } %>").kind() == ErrorKind::invalid);
    CHECK(error_in("a.epp", "<%= epp('web/a.epp') %>").message() == "templates use each other more than 10 deep");
    CHECK(error_in("a.epp", "<% range(1, 2000).each |$i| { %>" + std::string(1000, 'x') + "<% } %>").message() ==
          "the template makes more than 1 MiB");
    CHECK(error_in("a.erb", "a\n  <%= helper(1) %>").position().column == 7);
    CHECK(error_in("a.erb", "<%= node['a'] %>").hint() == "templates see the manifest's variables as @name");
    CHECK(error_in("a.erb", "<%= scope.function_hiera(['a']) %>").message() ==
          "'scope.function_hiera' is outside the supported subset");
    CHECK(error_in("a.erb", "<% while true do %>").kind() == ErrorKind::invalid);
    CHECK(error_of("\n$x = inline_template('a <%= b %>')").position().file == "template in m.pp:2");
    CHECK(error_of("range(1, 1000).each |$i| { inline_template('<% 9000.times do %><% end %>') }").message() ==
          "the manifest does more work than is allowed");
    CHECK(error_of("$x = epp()").message() == "'epp' wants a template, and perhaps a hash of its parameters");
    CHECK(error_of("$x = inline_epp('a', 1)").message() == "the parameters of a template are a hash, not an integer");
    CHECK(error_of("$x = inline_template(1)").message() == "'inline_template' wants strings, not an integer");
}
