// SPDX-License-Identifier: Apache-2.0
#include "engine/build_context.hpp"
#include "os/file.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>

using namespace dfriends;
using engine::digest_context;

TEST_CASE("a build's context has another digest where what would be sent is another")
{
    const os::TemporaryDirectory folder;
    const os::Path root = folder.path() / "src";
    os::make_directories(root / "sub");
    os::write_file(root / "Dockerfile", "FROM scratch");
    os::write_file(root / "sub/a", "1");
    os::write_file(root / ".dockerignore", "*.log\n");
    const std::string digest = digest_context(root);
    CHECK(digest.size() == 64);
    const auto changes = [&](const os::Path& file, std::string_view text, mode_t mode = 0644) {
        const auto before = digest_context(root);
        os::write_file(root / file, text, mode);
        return digest_context(root) != before;
    };
    CHECK_FALSE(changes("sub/a", "1")); // its time is another
    CHECK_FALSE(changes("x.log", "ignored"));
    CHECK(changes("sub/a", "2"));
    CHECK(changes("sub/a", "2", 0755));
    CHECK(changes("sub/b", ""));
    CHECK(changes("Dockerfile", "FROM base"));
    std::filesystem::create_symlink("a", root / "sub/l");
    const auto linked = digest_context(root);
    std::filesystem::remove(root / "sub/l");
    CHECK(digest_context(root) != linked);
}

TEST_CASE("a build's context has one digest with a Dockerfile outside of it, and another with another one")
{
    const os::TemporaryDirectory folder;
    os::make_directories(folder.path() / "src");
    os::write_file(folder.path() / "a", "FROM a");
    os::write_file(folder.path() / "b", "FROM b");
    const auto digest = digest_context(folder.path() / "src", folder.path() / "a");
    CHECK(digest_context(folder.path() / "src", folder.path() / "a") == digest);
    CHECK(digest_context(folder.path() / "src", folder.path() / "b") != digest);
}

TEST_CASE("is_archive: compressed bytes and the head of a tar file, but no Dockerfile")
{
    std::string head(512, '\0');
    head.replace(0, 4, "file");
    head.replace(148, 8, 8, ' ');
    unsigned sum = 0;
    for (const char c : head)
        sum += static_cast<unsigned char>(c);
    CHECK_FALSE(engine::is_archive(head));
    head.replace(148, 8, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
    CHECK(engine::is_archive(head));
    CHECK_FALSE(engine::is_archive(head.substr(0, 511)));
    CHECK(engine::is_archive("\x1f\x8b\x08 and so on"));
    CHECK_FALSE(engine::is_archive("FROM scratch\n" + std::string(600, '#')));
    CHECK_FALSE(engine::is_archive(""));
    CHECK_FALSE(engine::is_archive(std::string(1024, '\0')));
}
