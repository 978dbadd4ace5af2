// SPDX-License-Identifier: Apache-2.0
#include "converge/attributes.hpp"
#include "converge/chef/recipe.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace dfriends;
using namespace dfriends::converge;

namespace {

namespace fs = std::filesystem;

/// A cookbook in a directory of its own.
class Folder {
  public:
    Folder()
    {
        std::string name = (fs::temp_directory_path() / "cookbook-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~Folder() { fs::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    void write(const fs::path& file, std::string_view text) const
    {
        fs::create_directories((path_ / file).parent_path());
        std::ofstream(path_ / file) << text;
    }
    std::string at(const fs::path& file) const { return (path_ / file).string(); }

  private:
    fs::path path_;
};

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
