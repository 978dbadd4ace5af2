// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "os/file.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

using namespace dfriends;
using namespace dfriends::os;

TEST_CASE("write_file: replaces as a whole and leaves nothing beside")
{
    const TemporaryDirectory directory;
    const Path path = directory.path() / "f";
    write_file(path, "one", 0600);
    write_file(path, "two", 0640);
    CHECK(read_file(path) == "two");
    struct stat found{};
    REQUIRE(::stat(path.c_str(), &found) == 0);
    CHECK((found.st_mode & 0777) == 0640);
    CHECK(std::distance(std::filesystem::directory_iterator(directory.path()), {}) == 1);
}

TEST_CASE("rewrite_file: mode, owner and symbolic links stay")
{
    const TemporaryDirectory directory;
    const Path path = directory.path() / "f";
    write_file(path, "one", 0641);
    const bool gives_away = ::chown(path.c_str(), 1234, 2345) == 0; // only root can
    std::filesystem::create_symlink("f", directory.path() / "link");
    rewrite_file(directory.path() / "link", "two");
    CHECK(read_file(path) == "two");
    CHECK(std::filesystem::is_symlink(directory.path() / "link"));
    struct stat found{};
    REQUIRE(::stat(path.c_str(), &found) == 0);
    CHECK((found.st_mode & 07777) == 0641);
    CHECK(found.st_uid == (gives_away ? 1234 : ::getuid()));
    CHECK(found.st_gid == (gives_away ? 2345 : ::getgid()));
    CHECK_THROWS_AS(rewrite_file(directory.path() / "none", "x"), Error);
}

TEST_CASE("read_file: a missing file is not_found, a large one invalid")
{
    const TemporaryDirectory directory;
    CHECK(!find_file(directory.path() / "none"));
    write_file(directory.path() / "f", "12345");
    CHECK_THROWS_AS(read_file(directory.path() / "f", 4), Error);
}

TEST_CASE("FileLock: one holder, who is named")
{
    const TemporaryDirectory directory;
    const Path path = directory.path() / "lock";
    const auto first = FileLock::try_lock(path);
    CHECK(first);
    CHECK(!FileLock::try_lock(path));
    CHECK(FileLock::holder(path) == ::getpid());
    CHECK(FileLock::find_holder(path) == ::getpid());
}

TEST_CASE("make_directories: makes parents and minds a file in the way")
{
    const TemporaryDirectory directory;
    make_directories(directory.path() / "a/b/c");
    CHECK(std::filesystem::is_directory(directory.path() / "a/b/c"));
    write_file(directory.path() / "f", "");
    CHECK_THROWS_AS(make_directories(directory.path() / "f/x"), Error);
}
