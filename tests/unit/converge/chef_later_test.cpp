// SPDX-License-Identifier: Apache-2.0
#include "converge/chef/recipe.hpp"
#include "converge/schema.hpp"
#include "unit/converge/catalogs.hpp"
#include "unit/converge/caught.hpp"
#include "unit/converge/folder.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::converge;

namespace {

Catalog read(std::string_view text)
{
    return checked(read_chef(text, "r.rb", debian_machine()));
}

Error error_of(std::string_view text)
{
    return caught([&] { read(text); });
}

} // namespace

TEST_CASE("chef later: lazy values see attributes and variables as they are in the end")
{
    const Catalog catalog =
        read("node.default['a'] = 1\nx = 'old'\n"
             "file '/f' do\n  content lazy { \"#{node['a']} #{x} #{path_of}\" }\n  mode lazy { '0600' }\n"
             "  mode '0644'\n  path_of = 'here'\nend\n"
             "log node['a'].to_s\nx = 'new'\nnode.default['a'] = 2\n");
    CHECK(value(catalog.resources[0], "content") == "2 new here");
    CHECK(value(catalog.resources[0], "mode") == "0644");
    CHECK(catalog.resources[1].name == "1");
    CHECK(messages_of(read("node.default['b'] = lazy { node['a'] + 1 }\nnode.default['a'] = 5\n"
                           "log node['b'].to_s")) == "6");
    CHECK(value(read("file '/f' do\n path '/g'\n content lazy { name + path }\nend").resources[0], "content") ==
          "/f/g");
    CHECK(error_of("log lazy { 1 }\n").message() == "the name of this 'log' is lazy");
}

TEST_CASE("chef later: guards' blocks are asked in the end, and may have several statements")
{
    const Catalog catalog =
        read("node.default['on'] = false\nlist = ['a']\n"
             "log 'x' do\n  only_if { node['on'] }\n  not_if do\n    n = list.size\n    n > 2\n  end\n"
             "  only_if { f = '/etc'\n ::File.exist?(f) }\nend\n"
             "node.default['on'] = true\nlist << 'b' << 'c'\n");
    const auto& guards = catalog.resources[0].guards;
    REQUIRE(guards.size() == 3);
    CHECK(guards[0].command == "true");
    CHECK(guards[1].command == "true");
    CHECK(guards[2].command == "test -e '/etc'");
    CHECK(error_of("log 'x' do\n only_if { }\nend").message() == "a guard's block wants a condition");
    CHECK(error_of("log 'x' do\n only_if { node['a']['b'] }\nend").position().line == 2);
}

TEST_CASE("chef later: templates are filled in the end, with the variables that they were given")
{
    const Folder folder;
    folder.write("web/templates/t.erb", "<%= node['a'] %> <%= @a %> <%= @b %> <%= @c %>");
    const std::string recipe = "node.default['a'] = 1\n"
                               "template '/t' do\n  source 't.erb'\n"
                               "  variables(a: node['a'], b: lazy { node['a'] }, c: [lazy { 'c' }].first)\nend\n"
                               "template '/u' do\n  source 't.erb'\n  variables lazy { { a: node['a'] } }\nend\n"
                               "node.default['a'] = 2\n";
    const Catalog catalog = read_chef(recipe, folder.at("web/recipes/default.rb"), debian_machine());
    CHECK(value(catalog.resources[0], "content") == "2 1 2 c");
    CHECK(value(catalog.resources[1], "content") == "2 2  ");
}

TEST_CASE("chef later: the recipes of a run share the node, and none runs twice")
{
    const Folder folder;
    folder.write("web/attributes/default.rb", "default['n'] = (node['n'] || 0) + 1\n");
    folder.write("web/metadata.rb", "name 'web'\n");
    folder.write("web/recipes/b.rb", "log 'b'\n");
    const std::vector<Recipe> recipes{
        {folder.at("web/recipes/a.rb"), "log 'a' do\n  message lazy { node['late'] + node['n'].to_s }\nend\n"
                                        "include_recipe '::b'\n"},
        {folder.at("web/recipes/b.rb"), "log 'b'\n"},
        {folder.at("other/recipes/c.rb"), "\xef\xbb\xbfnode.override['late'] = 'known'\nlog 'c'\n"},
    };
    CHECK(messages_of(read_chef(recipes, debian_machine())) == "known1|b|c");
}

TEST_CASE("chef later: values that need each other are refused")
{
    CHECK(error_of("node.default['a'] = lazy { node['a'] }\nlog node['a']").message() ==
          "lazy values that need each other are nested too deeply");
    CHECK(error_of("file '/f' do\n  content lazy {\n    x = 1\n    x.frobnicate }\nend").position().line == 4);
}
