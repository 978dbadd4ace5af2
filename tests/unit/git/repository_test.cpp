// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "git/repository.hpp"
#include "os/process.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace dfriends;

namespace {

/// A bare repository that the real git has made a commit in.
struct Fixture {
    os::TemporaryDirectory directory;
    os::Path bare = directory.path() / "bare";
    os::Path work = directory.path() / "work";

    Fixture()
    {
        git::Repository::initialize(bare);
        run({"git", "init", "-q", "-b", "master", work.string()}, directory.path());
        os::make_directories(work / "lib" / "deep");
        os::write_file(work / "app.js", "console.log(1)\n");
        os::write_file(work / "lib" / "deep" / "a b", std::string("\0binary", 7));
        os::write_file(work / "run.sh", "#!/bin/sh\n", 0755);
        std::filesystem::create_symlink("app.js", work / "link");
        commit("first");
    }
    static void run(std::vector<std::string> words, const os::Path& where)
    {
        os::Command command{.words = std::move(words)};
        command.directory = where;
        command.environment = {{"GIT_AUTHOR_NAME", "a"},
                               {"GIT_AUTHOR_EMAIL", "a@b.example"},
                               {"GIT_COMMITTER_NAME", "a"},
                               {"GIT_COMMITTER_EMAIL", "a@b.example"},
                               {"GIT_CONFIG_GLOBAL", "/dev/null"}};
        (void)os::run_checked(command);
    }
    void commit(const std::string& message) const
    {
        run({"git", "add", "-A"}, work);
        run({"git", "commit", "-q", "-m", message}, work);
        run({"git", "push", "-q", bare.string(), "master"}, work);
    }
};

std::string refusal(const std::function<void()>& work)
{
    try {
        work();
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

} // namespace

TEST_CASE("repository: the files of a commit, with their kinds, in order")
{
    const Fixture fixture;
    const git::Repository repository(fixture.bare);
    const std::string commit = repository.find_commit("master");
    CHECK(commit.size() == 40);
    CHECK(repository.find_commit(commit) == commit);
    std::vector<std::string> paths;
    std::map<std::string, std::string> contents;
    std::map<std::string, git::File::Kind> kinds;
    repository.for_each_file(commit, 1 << 20, [&](const git::File& file) {
        paths.push_back(file.path);
        contents[file.path] = file.content;
        kinds[file.path] = file.kind;
    });
    CHECK(paths == std::vector<std::string>{"app.js", "lib/deep/a b", "link", "run.sh"});
    CHECK(contents["lib/deep/a b"] == std::string("\0binary", 7));
    CHECK(contents["link"] == "app.js");
    CHECK(kinds["link"] == git::File::Kind::link);
    CHECK(kinds["run.sh"] == git::File::Kind::executable);
    CHECK(kinds["app.js"] == git::File::Kind::regular);
    CHECK(repository.find_file(commit, "app.js") == "console.log(1)\n");
    CHECK(!repository.find_file(commit, "lib"));
    CHECK(!repository.find_file(commit, "none/x"));
}

TEST_CASE("repository: what is not there, and what is too much, is said")
{
    const Fixture fixture;
    const git::Repository repository(fixture.bare);
    CHECK(refusal([&] { (void)repository.find_commit("nobranch"); }).find("cannot find 'nobranch'") == 0);
    CHECK(refusal([&] { repository.for_each_file("master", 10, [](const git::File&) {}); }).find("larger than") !=
          std::string::npos);
    CHECK(refusal([&] { git::Repository(fixture.work / "nowhere"); }).find("cannot open the repository") == 0);
}
