// SPDX-License-Identifier: Apache-2.0
#include "archive/tar_writer.hpp"
#include "archive/unpack.hpp"
#include "base/error.hpp"
#include "os/file.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>

using namespace dfriends;
using namespace dfriends::archive;

namespace {

using Path = std::filesystem::path;

std::string make_archive(const std::function<void(TarWriter&)>& fill)
{
    std::string bytes;
    TarWriter writer([&](std::string_view piece) { bytes += piece; });
    fill(writer);
    writer.finish();
    return bytes;
}

Unpacked unpack_into(const Path& directory, const std::function<void(TarWriter&)>& fill)
{
    const std::string bytes = make_archive(fill);
    Reader reader = Reader::from_memory(bytes);
    return unpack(reader, directory, [](std::string_view name) { return std::string(name); });
}

unsigned mode_of(const Path& path)
{
    struct stat found{};
    REQUIRE(::lstat(path.c_str(), &found) == 0);
    return found.st_mode & 07777;
}

/// A folder with a destination and something beside it that nobody may touch.
struct Fixture {
    os::TemporaryDirectory directory;
    Path inside = directory.path() / "inside";
    Path beside = directory.path() / "beside";
    Fixture()
    {
        os::make_directories(inside);
        os::make_directories(beside);
        os::write_file(beside / "file", "mine");
    }
};

} // namespace

TEST_CASE("unpack: files, folders and links, with their modes")
{
    const Fixture f;
    unpack_into(f.inside, [](TarWriter& tar) {
        tar.add_directory("closed", 0500);
        tar.add_file("closed/file", "text", 06755);
        tar.add_link("closed/link", "../../beside");
        tar.add_file("deep/er/file", "below");
    });
    CHECK(os::read_file(f.inside / "closed/file") == "text");
    CHECK(mode_of(f.inside / "closed/file") == 0755); // never set-user-id
    CHECK(mode_of(f.inside / "closed") == 0500);
    CHECK(std::filesystem::read_symlink(f.inside / "closed/link") == "../../beside");
    CHECK(os::read_file(f.inside / "deep/er/file") == "below");
}

TEST_CASE("unpack: an absolute name stays inside, '..' is refused")
{
    const Fixture f;
    unpack_into(f.inside, [&](TarWriter& tar) { tar.add_file("/absolute", "x"); });
    CHECK(os::read_file(f.inside / "absolute") == "x");
    for (const char* name : {"../beside/file", "a/../../beside/file", ".."})
        CHECK_THROWS_AS(unpack_into(f.inside, [&](TarWriter& tar) { tar.add_file(name, "theirs"); }), Error);
    CHECK(os::read_file(f.beside / "file") == "mine");
}

TEST_CASE("unpack: nothing is written through a link, be it the archive's or one that was there")
{
    const Fixture f;
    std::filesystem::create_symlink(f.beside, f.inside / "there");
    CHECK_THROWS_AS(unpack_into(f.inside,
                                [&](TarWriter& tar) {
                                    tar.add_link("out", f.beside.string());
                                    tar.add_file("out/file", "theirs");
                                }),
                    Error);
    CHECK_THROWS_AS(unpack_into(f.inside, [&](TarWriter& tar) { tar.add_file("there/file", "theirs"); }), Error);
    CHECK_THROWS_AS(unpack_into(f.inside, [&](TarWriter& tar) { tar.add_directory("there", 0777); }), Error);
    // A link in a file's place is replaced, not followed.
    unpack_into(f.inside, [&](TarWriter& tar) {
        tar.add_link("file", (f.beside / "file").string());
        tar.add_file("file", "theirs");
    });
    CHECK(os::read_file(f.inside / "file") == "theirs");
    CHECK(os::read_file(f.beside / "file") == "mine");
}

TEST_CASE("unpack: a folder and a file do not replace each other")
{
    const Fixture f;
    os::write_file(f.inside / "file", "x");
    os::make_directories(f.inside / "folder");
    CHECK_THROWS_AS(unpack_into(f.inside, [](TarWriter& tar) { tar.add_directory("file"); }), Error);
    CHECK_THROWS_AS(unpack_into(f.inside, [](TarWriter& tar) { tar.add_file("folder", ""); }), Error);
}

TEST_CASE("unpack: hard links within, not to what lies outside; pipes are left out")
{
    const Fixture f;
    REQUIRE(::mkfifo((f.beside / "pipe").c_str(), 0600) == 0);
    const Unpacked unpacked = unpack_into(f.inside, [&](TarWriter& tar) {
        tar.add_file("first", "x");
        tar.add_tree(f.beside, "tree");
    });
    CHECK(unpacked.left_out == std::vector<std::string>{"tree/pipe"});
    CHECK(os::read_file(f.inside / "tree/file") == "mine");
    const std::string other = make_archive([](TarWriter& tar) { tar.add_directory("other"); });
    const auto link = [&](const std::string& target) {
        unpack_into(f.inside, [&](TarWriter& tar) {
            Reader unread = Reader::from_memory(other); // a link has no content
            tar.add_entry({.name = "second", .type = Entry::Type::hard_link, .link_target = target}, unread);
        });
    };
    link("first");
    CHECK(std::filesystem::equivalent(f.inside / "first", f.inside / "second"));
    CHECK_THROWS_AS(link("../beside/file"), Error);
}
