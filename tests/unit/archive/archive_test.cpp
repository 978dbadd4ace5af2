// SPDX-License-Identifier: Apache-2.0
#include "archive/decompress.hpp"
#include "archive/reader.hpp"
#include "archive/tar_writer.hpp"
#include "base/encoding.hpp"
#include "base/error.hpp"
#include "os/file.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::archive;

namespace {

std::string make_tar(const std::function<void(TarWriter&)>& fill)
{
    std::string bytes;
    TarWriter writer([&](std::string_view piece) { bytes += piece; });
    fill(writer);
    writer.finish();
    return bytes;
}

} // namespace

TEST_CASE("TarWriter: what it writes, Reader reads")
{
    const os::TemporaryDirectory directory;
    os::write_file(directory.path() / "f", std::string(100'000, 'x'), 0755);
    const std::string bytes = make_tar([&](TarWriter& writer) {
        writer.add_directory("d");
        writer.add_file("d/hello", "world", 0600);
        writer.add_link("d/link", "hello");
        writer.add_path(directory.path() / "f", "copied");
        writer.add_file(std::string(300, 'n'), "");
    });
    Reader reader = Reader::from_memory(bytes);
    CHECK(reader.next()->type == Entry::Type::directory);
    auto entry = reader.next();
    CHECK(entry->name == "d/hello");
    CHECK(entry->mode == 0600);
    CHECK(reader.content(100) == "world");
    CHECK(reader.next()->link_target == "hello");
    entry = reader.next();
    CHECK(entry->size == 100'000);
    CHECK(entry->mode == 0755);
    CHECK_THROWS_AS(reader.content(1000), Error);
    CHECK(reader.next()->name.size() == 300);
    CHECK(!reader.next());
}

TEST_CASE("TarWriter: an entry of another archive keeps its mode, target and content")
{
    const std::string first = make_tar([](TarWriter& writer) {
        writer.add_file("su", "program", 04755);
        writer.add_link("l", "su");
    });
    const std::string bytes = make_tar([&](TarWriter& writer) {
        Reader reader = Reader::from_memory(first);
        while (auto entry = reader.next()) {
            entry->user = 7;
            writer.add_entry(*entry, reader);
        }
        Entry link{.name = "hard", .type = Entry::Type::hard_link, .link_target = "su"};
        writer.add_entry(link, reader);
        Entry device{.name = "null", .type = Entry::Type::other};
        CHECK_THROWS_AS(writer.add_entry(device, reader), Error);
    });
    Reader reader = Reader::from_memory(bytes);
    const auto su = reader.next();
    CHECK(su->mode == 04755);
    CHECK(su->user == 7);
    CHECK(reader.content(100) == "program");
    CHECK(reader.next()->link_target == "su");
    const auto hard = reader.next();
    CHECK(hard->type == Entry::Type::hard_link);
    CHECK(hard->link_target == "su");
}

TEST_CASE("TarWriter: equal content makes equal archives")
{
    const auto fill = [](TarWriter& writer) { writer.add_file("a", "b"); };
    CHECK(make_tar(fill) == make_tar(fill));
}

TEST_CASE("Reader: damage is an error")
{
    CHECK_THROWS_AS(Reader::from_memory(std::string(2000, 'x')).next(), Error);
    const std::string bytes = make_tar([](TarWriter& writer) { writer.add_file("a", std::string(5000, 'x')); });
    Reader reader = Reader::from_memory(std::string_view(bytes).substr(0, 2000));
    REQUIRE(reader.next());
    CHECK_THROWS_AS(reader.content(10'000), Error);
}

TEST_CASE("decompress: gzip, xz and plain; bounded; damage is an error")
{
    const std::string gzip = *decode_hex("1f8b08000000000000034bcd2b4b2d4e4e2c4a05009b3b8cd30a000000");
    CHECK(decompress("plain text", 100) == "plain text");
    CHECK(decompress("", 100).empty());
    const std::string xz =
        *decode_base64("/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAEaGVsbG8AAAAAsTe52+XaHpsAAR0FuC2Arx+2830BAAAAAARZWg==");
    CHECK(decompress(xz, 100) == "hello");
    CHECK_THROWS_AS(decompress(xz, 3), Error);
    CHECK_THROWS_AS(decompress(std::string_view(xz).substr(0, 40), 100), Error);
    CHECK_THROWS_AS(decompress(std::string_view(gzip).substr(0, 15), 100), Error);
}
