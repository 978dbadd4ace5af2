// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "paas/ssh_words.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::paas;

namespace {

using Words = std::vector<std::string>;

} // namespace

TEST_CASE("ssh words: blanks cut, however many")
{
    CHECK(split_ssh_words("").empty());
    CHECK(split_ssh_words(" \t\n ").empty());
    CHECK(split_ssh_words("apps:list") == Words{"apps:list"});
    CHECK(split_ssh_words("  config:get \t codeit\nKEY ") == Words{"config:get", "codeit", "KEY"});
}

TEST_CASE("ssh words: quotes group, in words too; an empty pair is a word")
{
    CHECK(split_ssh_words("git-receive-pack 'codeit'") == Words{"git-receive-pack", "codeit"});
    CHECK(split_ssh_words("config:set a 'B=two words' C=\"it's\" D='say \"x\"'") ==
          Words{"config:set", "a", "B=two words", "C=it's", "D=say \"x\""});
    CHECK(split_ssh_words("a'b'\"c\"d") == Words{"abcd"});
    CHECK(split_ssh_words("config:set a B='' '' \"\"") == Words{"config:set", "a", "B=", "", ""});
    CHECK(split_ssh_words("'line\nbreak'") == Words{"line\nbreak"});
}

TEST_CASE("ssh words: a backslash takes the next character as it is; within single quotes it is itself")
{
    CHECK(split_ssh_words(R"(a\ b \'c\' \\)") == Words{"a b", "'c'", "\\"});
    CHECK(split_ssh_words(R"('a\b' 'c\')") == Words{"a\\b", "c\\"});
    CHECK(split_ssh_words(R"("\"\\\$\`" "\n")") == Words{"\"\\$`", "\\n"});
    CHECK(split_ssh_words("a\\") == Words{"a\\"});
}

TEST_CASE("ssh words: nothing is expanded, and nothing ends a command")
{
    CHECK(split_ssh_words("run a $HOME `id` $(id) * ~ ; rm -rf / && x | y > z # no") ==
          Words{"run", "a", "$HOME", "`id`", "$(id)", "*", "~", ";", "rm", "-rf", "/", "&&", "x", "|", "y", ">", "z",
                "#", "no"});
}

TEST_CASE("ssh words: a quote that is not closed is refused")
{
    for (const char* bad : {"'", "\"", "config:set a 'B=c", "a \"b", "a 'b\"", R"("a\")"}) {
        CAPTURE(bad);
        CHECK_THROWS_WITH_AS(split_ssh_words(bad), "a quote is not closed in what was asked", Error);
    }
}

TEST_CASE("git path: the app, whatever git puts around its name")
{
    for (const char* path : {"codeit", "/codeit", "~/codeit", "codeit.git", "//codeit/", "/codeit.git/"}) {
        CAPTURE(path);
        CHECK(app_of_git_path(path) == "codeit");
    }
    CHECK(app_of_git_path("code.it") == "code.it");
}

TEST_CASE("git path: nothing leads out of the home")
{
    for (const char* path : {"", "/", ".git", "../etc", "/a/b", "~root/a", "/srv/git/a", "a;touch${IFS}x", "A", "-x",
                             ".ssh", "--upload-pack=x", "a/../b", "HOSTNAME"}) {
        CAPTURE(path);
        CHECK_THROWS_AS(app_of_git_path(path), Error);
    }
}
