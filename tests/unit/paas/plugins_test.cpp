// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "paas/plugins.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::paas;

namespace {

using Lines = std::vector<std::string>;

/// A folder for plugins, and one for their sources.
struct Fixture {
    os::TemporaryDirectory directory;
    os::Path sources = directory.path() / "sources";
    Plugins plugins{directory.path() / "plugins", {{"DOKKU_ROOT", "/home/dokku"}}};
    Lines lines;
    Plugins::OnLine on_line = [this](std::string_view line) { lines.emplace_back(line); };

    /// A program of a plugin to be, by its shell text.
    void program(const std::string& plugin, const std::string& path, const std::string& text, mode_t mode = 0755)
    {
        const os::Path file = sources / plugin / path;
        os::make_directories(file.parent_path());
        os::write_file(file, "#!/bin/sh\n" + text + "\n", mode);
    }
    void install(const std::string& plugin) { plugins.install((sources / plugin).string(), "", on_line); }
    Lines trigger(const std::string& name, const Lines& arguments = {})
    {
        lines.clear();
        plugins.trigger(name, arguments, on_line);
        return lines;
    }
    Lines names() const
    {
        Lines names;
        for (const Plugin& plugin : plugins.list())
            names.push_back(plugin.name + (plugin.enabled ? "" : " off"));
        return names;
    }
};

} // namespace

TEST_CASE("Plugins: without any, nothing is called and a filter passes what it gets")
{
    Fixture fixture;
    CHECK(fixture.names().empty());
    CHECK(fixture.trigger("post-deploy").empty());
    CHECK(fixture.plugins.filter("docker-args-deploy", {"a"}, "--memory 1g") == "--memory 1g");
    CHECK_FALSE(fixture.plugins.find_command({"maintenance:on"}));
}

TEST_CASE("Plugins: a folder becomes one; its name, its plugin.toml, its install")
{
    Fixture fixture;
    fixture.program("dokku-notes", "install", "echo installed in $PLUGIN_PATH");
    fixture.program("dokku-notes", "dependencies", "echo first");
    os::write_file(fixture.sources / "dokku-notes" / "plugin.toml",
                   "[plugin]\ndescription = \"takes \x1b[31mnotes\"\n version=\"1.2.0\"\nname = bare\n");
    fixture.install("dokku-notes");
    const std::string folder = (fixture.directory.path() / "plugins").string();
    CHECK(fixture.lines == Lines{"first", "installed in " + folder});
    const auto plugins = fixture.plugins.list();
    REQUIRE(plugins.size() == 1);
    CHECK(plugins[0].name == "notes");
    CHECK(plugins[0].description == "takes \\x1b[31mnotes");
    CHECK(plugins[0].version == "1.2.0");
    CHECK(plugins[0].enabled);
    CHECK_THROWS_WITH_AS(fixture.install("dokku-notes"), "the plugin 'notes' is installed already", Error);
}

TEST_CASE("Plugins: what is no plugin, and names that lead elsewhere, are refused and leave nothing")
{
    Fixture fixture;
    os::make_directories(fixture.sources / "empty");
    os::write_file(fixture.sources / "empty" / "README", "x");
    CHECK_THROWS_WITH_AS(fixture.install("empty"), doctest::Contains("is no plugin"), Error);
    fixture.program("good", "post-deploy", "true");
    for (const char* name : {"../x", "a/b", ".", "..", ".hidden", "-x", "a;b", "a b", "\n"}) {
        CAPTURE(name);
        CHECK_THROWS_AS(fixture.plugins.install((fixture.sources / "good").string(), name, fixture.on_line), Error);
        CHECK_THROWS_AS(fixture.plugins.enable(name, true), Error);
        CHECK_THROWS_AS(fixture.plugins.uninstall(name, fixture.on_line), Error);
    }
    CHECK_THROWS_AS(fixture.plugins.install((fixture.sources / "missing").string(), "x", fixture.on_line), Error);
    CHECK_THROWS_AS(fixture.plugins.install("ext::sh -c id", "x", fixture.on_line), Error);
    CHECK(fixture.names().empty());
    CHECK_THROWS_WITH(fixture.plugins.enable("nobody", true), "Plugin nobody is not installed");
}

TEST_CASE("Plugins: a trigger goes to those that have it, in the order of their names, with arguments as they are")
{
    Fixture fixture;
    for (const char* name : {"b", "a", "c"})
        fixture.program(name, "post-deploy", "printf '%s|' " + std::string(name) + " \"$#\" \"$@\"");
    fixture.program("d", "post-deploy", "echo never", 0644); // not executable
    fixture.program("d", "other", "echo other");
    for (const char* name : {"c", "b", "a", "d"})
        fixture.install(name);
    CHECK(fixture.trigger("post-deploy", {"code.it", "", "$(id) *"}) ==
          Lines{"a|3|code.it||$(id) *|", "b|3|code.it||$(id) *|", "c|3|code.it||$(id) *|"});
    CHECK(fixture.trigger("pre-deploy").empty());
    CHECK(fixture.trigger("other") == Lines{"other"});
    fixture.plugins.enable("b", false);
    CHECK(fixture.names() == Lines{"a", "b off", "c", "d"});
    CHECK(fixture.trigger("post-deploy").size() == 2);
    fixture.plugins.enable("b", true);
    fixture.plugins.enable("b", true);
    CHECK(fixture.trigger("post-deploy").size() == 3);
}

TEST_CASE("Plugins: they know where they are, and run in their own folder")
{
    Fixture fixture;
    fixture.program("a", "post-deploy",
                    "echo \"$DOKKU_ROOT\"; echo \"$PLUGIN_AVAILABLE_PATH\"; echo \"$PLUGIN_ENABLED_PATH\"; pwd; "
                    "echo to stderr >&2");
    fixture.install("a");
    const os::Path folder = std::filesystem::canonical(fixture.directory.path()) / "plugins";
    const Lines said = fixture.trigger("post-deploy");
    REQUIRE(said.size() == 5);
    CHECK(said[0] == "/home/dokku");
    CHECK(said[1].ends_with("/plugins/available"));
    CHECK(said[2].ends_with("/plugins/enabled"));
    CHECK(said[3] == (folder / "available" / "a").string());
    CHECK(said[4] == "to stderr");
}

TEST_CASE("Plugins: one that fails refuses; what it said is told, and those behind it are not asked")
{
    Fixture fixture;
    fixture.program("a", "pre-deploy", "echo fine");
    fixture.program("b", "pre-deploy", "echo 'not this one'; exit 3");
    fixture.program("c", "pre-deploy", "echo never");
    for (const char* name : {"a", "b", "c"})
        fixture.install(name);
    CHECK_THROWS_WITH_AS(fixture.trigger("pre-deploy"), "the plugin 'b' refuses: its pre-deploy ended with 3", Error);
    CHECK(fixture.lines == Lines{"fine", "not this one"});
}

TEST_CASE("Plugins: a filter is a chain: each gets what the one before printed")
{
    Fixture fixture;
    fixture.program("a", "docker-args-deploy", "cat; echo \" --env APP=$1\"");
    fixture.program("b", "docker-args-deploy", "read -r line; echo \"[$line] $2\"");
    fixture.install("b");
    fixture.install("a");
    CHECK(fixture.plugins.filter("docker-args-deploy", {"x", "latest"}, "") == "[--env APP=x] latest");
    CHECK(fixture.plugins.filter("docker-args-deploy", {"x", "latest"}, "-v /a:/b") == "[-v /a:/b --env APP=x] latest");
    fixture.program("c", "docker-args-deploy", "exit 1");
    fixture.install("c");
    CHECK_THROWS_WITH_AS(fixture.plugins.filter("docker-args-deploy", {"x"}, ""),
                         "the plugin 'c' refuses: its docker-args-deploy ended with 1", Error);
}

TEST_CASE("Plugins: words of their own")
{
    Fixture fixture;
    fixture.program("maintenance", "subcommands/on", "true");
    fixture.program("maintenance", "subcommands/default", "true");
    fixture.program("old", "commands", "true");
    fixture.install("maintenance");
    fixture.install("old");
    const auto word = [&fixture](Lines words) {
        const auto command = fixture.plugins.find_command(words);
        return command ? os::Path(command->words.front()).filename().string() : "none";
    };
    CHECK(word({"maintenance:on", "app"}) == "on");
    CHECK(fixture.plugins.find_command({"maintenance:on", "a b"})->words.at(2) == "a b");
    CHECK(word({"maintenance"}) == "default");
    CHECK(word({"maintenance:off"}) == "none");
    CHECK(word({"old:anything"}) == "commands");
    CHECK(fixture.plugins.find_command({"old"})->environment.at("DOKKU_NOT_IMPLEMENTED_EXIT") == "10");
    for (const char* bad : {"maintenance:../subcommands/on", "maintenance:..", "maintenance:.", "other:on", ""}) {
        CAPTURE(bad);
        CHECK(word({bad}) == "none");
    }
    fixture.plugins.enable("maintenance", false);
    CHECK(word({"maintenance:on"}) == "none");
}

TEST_CASE("Plugins: uninstall asks the plugin first and leaves nothing of it")
{
    Fixture fixture;
    fixture.program("a", "uninstall", "echo \"bye $1\"; test ! -e \"$DOKKU_ROOT/never\"");
    fixture.program("stubborn", "uninstall", "exit 1");
    fixture.install("a");
    fixture.install("stubborn");
    fixture.lines.clear();
    fixture.plugins.uninstall("a", fixture.on_line);
    CHECK(fixture.lines == Lines{"bye a"});
    CHECK_THROWS_AS(fixture.plugins.uninstall("stubborn", fixture.on_line), Error);
    CHECK(fixture.names() == Lines{"stubborn"});
    CHECK_FALSE(std::filesystem::exists(
        std::filesystem::symlink_status(fixture.directory.path() / "plugins" / "enabled" / "a")));
    CHECK_THROWS_WITH_AS(fixture.plugins.uninstall("a", fixture.on_line), "Plugin a is not installed", Error);
}

TEST_CASE("Plugins: from a git repository, its newest commit only")
{
    Fixture fixture;
    fixture.program("dokku-notes", "post-deploy", "echo from git");
    const auto git = [&fixture](Lines words) {
        os::Command command{.words = {"git", "-c", "user.name=a", "-c", "user.email=a@mail.example"}};
        command.words.insert(command.words.end(), words.begin(), words.end());
        command.directory = fixture.sources / "dokku-notes";
        command.environment = {{"GIT_CONFIG_GLOBAL", "/dev/null"}};
        (void)os::run_checked(command);
    };
    git({"init", "-q"});
    git({"add", "-A"});
    git({"commit", "-q", "-m", "first"});
    fixture.plugins.install("file://" + (fixture.sources / "dokku-notes").string(), "", fixture.on_line);
    CHECK(fixture.names() == Lines{"notes"});
    CHECK(fixture.trigger("post-deploy") == Lines{"from git"});
}
