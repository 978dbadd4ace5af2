// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "cache/package_index.hpp"
#include "cache/package_table.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::cache;

namespace {

const std::string digest(64, 'a');

std::vector<PackageFile> read(const std::string& text, std::size_t piece = std::string::npos)
{
    std::vector<PackageFile> files;
    PackageIndexReader reader([&](const PackageFile& file) { files.push_back(file); });
    for (std::size_t i = 0; i < text.size(); i += std::min(piece, text.size()))
        reader.feed(std::string_view(text).substr(i, piece));
    reader.finish();
    return files;
}

std::string stanza(const std::string& path, const std::string& size = "12", const std::string& sum = digest)
{
    return "Package: x\nFilename: " + path + "\nSize: " + size + "\nSHA256: " + sum + "\nDescription: y\n more\n\n";
}

} // namespace

TEST_CASE("PackageIndexReader: reads stanzas however the text is cut")
{
    const auto text = stanza("pool/a_1%3a2.deb") + stanza("./pool//b.deb", "0");
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::string::npos}) {
        const auto files = read(text, piece);
        REQUIRE(files.size() == 2);
        CHECK(files[0].path == "pool/a_1%3a2.deb");
        CHECK(files[0].size == 12);
        CHECK(files[0].sha256 == digest);
        CHECK(files[1].path == "pool/b.deb");
    }
}

TEST_CASE("PackageIndexReader: the last stanza needs no empty line")
{
    auto text = stanza("pool/a.deb");
    text.resize(text.size() - 2);
    CHECK(read(text).size() == 1);
}

TEST_CASE("PackageIndexReader: stanzas without a usable path, size or digest are passed over")
{
    CHECK(read(stanza("../x") + stanza("/x") + stanza("pool/a", "-1") + stanza("pool/a", "1", "abc") +
               "Package: y\nFilename: pool/b\n\n")
              .empty());
    CHECK(read("Filename: " + std::string(100'000, 'a') + "\n\n" + stanza("pool/a")).size() == 1);
}

TEST_CASE("PackageIndexReader: sources list several files in a directory")
{
    const auto files =
        read("Package: x\nDirectory: pool/x\nFiles:\n " + std::string(32, 'f') + " 1 x.dsc\nChecksums-Sha256:\n " +
             digest + " 1 x.dsc\n " + digest + " 2 x.tar.xz\n " + digest + " 3 ../up\nBinary: x\n\n");
    REQUIRE(files.size() == 2);
    CHECK(files[0].path == "pool/x/x.dsc");
    CHECK(files[1].path == "pool/x/x.tar.xz");
    CHECK(files[1].size == 2);
}

TEST_CASE("PackageTable: finds each file of an index, and no other")
{
    const os::TemporaryDirectory directory;
    std::string text;
    for (int i = 0; i < 1000; ++i)
        text += stanza("pool/p" + std::to_string(i) + ".deb", std::to_string(i));
    os::write_file(directory.path() / "Packages", text);
    CHECK(PackageTable::build(directory.path() / "Packages", directory.path() / "table") == 1000);
    const PackageTable table(directory.path() / "table");
    CHECK(table.size() == 1000);
    for (int i = 0; i < 1000; ++i) {
        const auto found = table.find("pool/p" + std::to_string(i) + ".deb");
        REQUIRE(found);
        CHECK(found->size == static_cast<std::uint64_t>(i));
        CHECK(found->sha256() == digest);
    }
    CHECK(!table.find("pool/p1000.deb"));
    CHECK(!table.find(""));
}

TEST_CASE("PackageTable: an empty index makes an empty table; another file is none")
{
    const os::TemporaryDirectory directory;
    os::write_file(directory.path() / "Packages", "");
    CHECK(PackageTable::build(directory.path() / "Packages", directory.path() / "table") == 0);
    CHECK(!PackageTable(directory.path() / "table").find("x"));
    os::write_file(directory.path() / "other", "dfpkgs01 and then something");
    CHECK_THROWS_AS(PackageTable(directory.path() / "other"), Error);
}
