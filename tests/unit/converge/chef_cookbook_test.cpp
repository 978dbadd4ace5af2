// SPDX-License-Identifier: Apache-2.0
#include "converge/attributes.hpp"
#include "converge/chef/recipe.hpp"
#include "converge/load.hpp"
#include "converge/schema.hpp"
#include "unit/converge/catalogs.hpp"
#include "unit/converge/caught.hpp"
#include "unit/converge/folder.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::converge;

namespace {

std::string addresses(const Catalog& catalog)
{
    std::string all;
    for (const Resource& resource : catalog.resources)
        all += (all.empty() ? "" : " ") + address(resource);
    return all;
}

} // namespace

TEST_CASE("chef cookbook: attribute files come first, default.rb before the others")
{
    const Folder folder;
    folder.write("attributes/default.rb", "default['app']['port'] = 80\ndefault['app']['name'] = 'web'\n");
    folder.write("attributes/a.rb", "default['app']['port'] = node['app']['port'] + 1\n");
    const Catalog catalog =
        read_chef("node.override['app']['name'] = 'site'\nlog \"#{node['app']['name']}:#{node['app']['port']}\"",
                  folder.at("recipes/default.rb"), Facts{});
    CHECK(addresses(catalog) == "log[site:81]");
    CHECK_THROWS_AS(read_chef("log node['app']['port']", folder.at("elsewhere/default.rb"), Facts{}), Error);
}

TEST_CASE("chef cookbook: an attribute file may want another one before it")
{
    const Folder folder;
    folder.write("metadata.rb", "name 'web'\n");
    folder.write("attributes/default.rb",
                 "include_attribute 'web::ports'\ndefault['app']['url'] = \"http://x:#{node['app']['port']}\"\n");
    folder.write("attributes/ports.rb", "default['app']['port'] = (node['app'] || {'port' => 79})['port'] + 1\n");
    CHECK(addresses(read_chef("log node['app']['url']", folder.at("recipes/default.rb"), Facts{})) ==
          "log[http://x:80]");
    folder.write("attributes/default.rb", "include_attribute 'other'\n");
    CHECK_THROWS_AS(read_chef("log 'a'", folder.at("recipes/default.rb"), Facts{}), Error);
}

TEST_CASE("chef cookbook: its recipes are included once, where they are named")
{
    const Folder folder;
    folder.write("metadata.rb", "name 'web'\nversion '1.0'\n");
    folder.write("recipes/more.rb", "x = 'mine'\ninclude_recipe 'web::main'\nlog 'more'\nreturn\nlog 'never'\n");
    const std::string main = "x = 'a'\nlog x\ninclude_recipe 'web::more'\ninclude_recipe '::more'\nlog x + 'b'\n";
    folder.write("recipes/main.rb", main);
    CHECK(addresses(read_chef(main, folder.at("recipes/main.rb"), Facts{})) == "log[a] log[more] log[ab]");
    folder.write("recipes/more.rb", "log 'more'\nlgo 'x'\n");
    try {
        read_chef(main, folder.at("recipes/main.rb"), Facts{});
        FAIL("no error");
    } catch (const Error& error) {
        CHECK(error.position().file == folder.at("recipes/more.rb"));
        CHECK(error.position().line == 2);
        CHECK(error.hint() == "did you mean 'log'?");
    }
    CHECK_THROWS_AS(read_chef("include_recipe 'web::../../x'", folder.at("recipes/main.rb"), Facts{}), Error);
    CHECK_THROWS_AS(read_chef("include_recipe 'other::more'", folder.at("recipes/main.rb"), Facts{}), Error);
}

TEST_CASE("chef cookbook: recipes that include each other without end are refused")
{
    const Folder folder;
    folder.write("metadata.rb", "name 'web'\n");
    for (int at = 0; at < 20; ++at)
        folder.write("recipes/r" + std::to_string(at) + ".rb",
                     "include_recipe 'web::r" + std::to_string(at + 1) + "'\n");
    try {
        read_chef("include_recipe 'web::r0'", folder.at("recipes/main.rb"), Facts{});
        FAIL("no error");
    } catch (const Error& error) {
        CHECK(error.message() == "recipes include each other more than 5 deep");
    }
}

TEST_CASE("chef: a template is filled with its variables, and leaves no line for its code")
{
    const Folder folder;
    folder.write("web/templates/default/a.conf.erb",
                 "# <%= @title %>\n<% @hosts.each do |host| -%>\nhost <%= host[:name] %> it's \\n\n<% end -%>\n"
                 "<%# nothing %>\n<% if @missing %>\nnever\n<% end %>\nport <%= node['web']['port'] + 1 -%>\n;<%%\n");
    folder.write("web/attributes/default.rb", "default['web']['port'] = 80\n");
    const std::string recipe = "template '/etc/a.conf' do\n  mode '0600'\n"
                               "  variables(title: 'all', hosts: [{ name: 'x' }, { name: 'y' }])\nend\n";
    const Catalog catalog = read_chef(recipe, folder.at("web/recipes/default.rb"), debian_machine());
    REQUIRE(catalog.resources.size() == 1);
    CHECK(address(catalog.resources[0]) == "file[/etc/a.conf]");
    CHECK(value(catalog.resources[0], "content") == "# all\nhost x it's \\n\nhost y it's \\n\nport 81;<%\n");
}

TEST_CASE("chef: what is wrong in a template is told at the template's line")
{
    const Folder folder;
    const auto error_in = [&](std::string_view text) {
        folder.write("web/templates/t.erb", text);
        return caught([&] {
            read_chef("template '/t' do\n  source 't.erb'\nend\n", folder.at("web/recipes/default.rb"),
                      debian_machine());
        });
    };
    CHECK(error_in("a\n\n<% if true %>\n").position().line == 3);
    CHECK(error_in("a\n<%= helper(1) %>\n").position().line == 2);
    CHECK(error_in("a\n<%= helper(1) %>\n").message() == "there is no variable or function 'helper' in a template");
    CHECK(error_in("<% package 'x' %>").message() == "there is no variable or function 'package' in a template");
    CHECK(error_in("a\n  <%= helper(1) %>\n").position().column == 7);
    CHECK(error_in("a\n  <%= helper(1) %>\n").position().text == "  <%= helper(1) %>");
    CHECK(error_in("\n <%= 1").message() == "this tag is not closed");
    CHECK(error_in("\n <%= 1").position().column == 2);
    CHECK(error_in("<%= `ls` %>").kind() == ErrorKind::invalid);
    const auto outside = [&](const std::string& source) {
        try {
            read_chef("template '/t' do\n  source '" + source + "'\nend\n", folder.at("web/recipes/default.rb"),
                      debian_machine());
        } catch (const Error& error) {
            return error.message();
        }
        return std::string("no error");
    };
    CHECK(outside("../../x") == "the template '../../x' is outside the cookbook");
    CHECK(outside("/etc/passwd") == "the template '/etc/passwd' is outside the cookbook");
    CHECK(outside("none.erb") == "there is no template 'none.erb'");
}

TEST_CASE("chef: data bags are JSON files of the cookbook or of the repository around it")
{
    const Folder folder;
    folder.write("repo/data_bags/sites/b.json", R"({"id": "b", "ports": [1, 2], "tls": {"on": true}, "x": null})");
    folder.write("repo/data_bags/sites/a.json", R"({"id": "a", "ports": [3]})");
    folder.write("repo/data_bags/sealed/s.json", R"({"id": "s", "key": {"encrypted_data": "x", "iv": "y"}})");
    folder.write("repo/cookbooks/web/recipes/default.rb", "");
    const std::string path = folder.at("repo/cookbooks/web/recipes/default.rb");
    const auto read = [&](const std::string& recipe) { return read_chef(recipe, path, debian_machine()); };
    CHECK(messages_of(read("data_bag('sites').each do |id|\n  site = data_bag_item('sites', id)\n"
                           "  log \"#{site['id']} #{site['ports'].join('+')}\"\nend\n")) == "a 3|b 1+2");
    const auto error_of_recipe = [&](const std::string& recipe) {
        try {
            read(recipe);
        } catch (const Error& error) {
            CHECK(error.position().line == 1);
            return error.message();
        }
        return std::string("no error");
    };
    CHECK(error_of_recipe("x = data_bag('none')") == "there is no data bag 'none'");
    CHECK(error_of_recipe("x = data_bag('../sites')") == "'../sites' is no name of a data bag");
    CHECK(error_of_recipe("x = data_bag_item('sites', 'c')") == "the data bag 'sites' has no item 'c'");
    CHECK(error_of_recipe("x = data_bag_item('sites', 'a', 'secret')") ==
          "encrypted data bags are outside the supported subset");
    CHECK(error_of_recipe("x = data_bag_item('sealed', 's')").find("is encrypted") != std::string::npos);
}

TEST_CASE("chef: strings are changed by patterns")
{
    CHECK(messages_of(read_chef(
              "log 'a-b-c'.gsub(/[-]/, '_')\nlog 'web12'.sub(/([a-z]+)(\\d)/, '\\\\2\\\\1')\nlog 'aXbx'.gsub(/x/i, '')",
              "r.rb", debian_machine())) == "a_b_c|1web2|ab");
}

TEST_CASE(
    "load: a folder stands for its manifests, a cookbook for its default recipe, an environment for its manifests")
{
    const Folder folder;
    const auto found = [&](const std::string& name) {
        std::string all;
        for (const auto& file : find_manifests({folder.at(name)}))
            all += (all.empty() ? "" : " ") + file.lexically_relative(folder.at("")).string();
        return all;
    };
    folder.write("cookbook/metadata.rb", "name 'web'\n");
    folder.write("cookbook/recipes/more.rb", "log 'b'\n");
    CHECK_THROWS_WITH_AS(found("cookbook/recipes/none"), doctest::Contains("there is no"), Error);
    folder.write("cookbook/recipes/default.rb", "log 'a'\n");
    CHECK(found("cookbook") == "cookbook/recipes/default.rb");
    CHECK(found("cookbook/recipes") == "cookbook/recipes/default.rb cookbook/recipes/more.rb");
    folder.write("production/manifests/site.pp", "notice('a')\n");
    folder.write("production/manifests/nodes.pp", "notice('b')\n");
    CHECK(found("production") == "production/manifests/nodes.pp production/manifests/site.pp");
    folder.write("plain/b.yaml", "resources: []\n");
    folder.write("plain/hiera.yaml", "version: 5\n");
    CHECK(found("plain") == "plain/b.yaml");
}

TEST_CASE("chef cookbook: files of the cookbook, folders of them, and files of servers")
{
    const Folder folder;
    folder.write("web/files/default/conf/a", "a");
    folder.write("web/files/plain", "b");
    const auto one = [&](const std::string& text) {
        Catalog catalog = read_chef(text, folder.at("web/recipes/default.rb"), Facts{});
        check(catalog);
        return catalog.resources.at(0);
    };
    CHECK(value(one("cookbook_file '/etc/plain'"), "source") == folder.at("web/files/plain"));
    const Resource tree = one("remote_directory '/etc/conf' do\n  files_mode 0640\n  files_owner 'app'\n"
                              "  mode '0750'\n  purge true\n  action :create_if_missing\nend");
    CHECK(address(tree) == "directory[/etc/conf]");
    CHECK(value(tree, "source") == folder.at("web/files/default/conf"));
    CHECK(value(tree, "files_mode") == "0640");
    CHECK(tree.actions == std::vector<std::string>{"create"});
    CHECK_FALSE(flag_or(tree, "overwrite", true));
    const Resource fetched = one("remote_file '/opt/app' do\n  source ['https://mirror.example/app', "
                                 "'https://b.example/app']\n  checksum 'abc'\n  headers 'Accept' => '*/*'\n"
                                 "  mode 0755\nend");
    CHECK(address(fetched) == "remote_file[/opt/app]");
    CHECK(list_of(fetched, "source").size() == 2);
    CHECK(value(fetched, "mode") == "0755");
    CHECK(address(one("remote_file '/a' do source 'file:///b' end")) == "file[/a]");
    CHECK(value(one("remote_file '/a' do source 'file:///b' end"), "source") == "/b");
    CHECK(one("file '/a' do action :touch end").actions == std::vector<std::string>{"touch"});
    CHECK_THROWS_AS(one("remote_file '/a' do source 'ftp://x/y' end"), Error);
}
