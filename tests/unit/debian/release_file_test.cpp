// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "debian/release_file.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::debian;

namespace {

const std::string sha256(64, 'a');
const std::string md5(32, 'b');

std::string release(const std::string& entries)
{
    return "Origin: x\nDate: Sat, 01 Aug 2026 10:00:00 UTC\nAcquire-By-Hash: yes\n" + entries;
}

} // namespace

TEST_CASE("parse_release: digests of one path come together")
{
    const auto found =
        parse_release(release("MD5Sum:\n " + md5 + " 12 main/Packages\nSHA256:\n " + sha256 + "   12 main/Packages\n"));
    REQUIRE(found.files.contains("main/Packages"));
    const auto& expected = found.files.at("main/Packages");
    CHECK(expected.size == 12);
    CHECK(expected.digests.size() == 2);
    CHECK(expected.name() == "sha256:" + sha256);
    CHECK(found.acquire_by_hash);
    CHECK(found.date.has_value());
    CHECK(!found.valid_until);
    REQUIRE(found.find_digest("MD5Sum", md5) != nullptr);
    CHECK(found.find_digest("MD5Sum", md5)->first == "main/Packages");
    CHECK(found.find_digest("SHA256", sha256)->first == "main/Packages");
    CHECK(found.find_digest("SHA256", md5) == nullptr);
    CHECK(found.find_digest("SHA3", sha256) == nullptr);
}

TEST_CASE("parse_release: of a clear-signed text only the signed part counts")
{
    const std::string entry = "SHA256:\n " + sha256 + " 1 good\n";
    const auto found = parse_release("SHA256:\n " + std::string(64, 'c') +
                                     " 1 before\n-----BEGIN PGP SIGNED MESSAGE-----\r\n"
                                     "Hash: SHA256\r\n\r\n" +
                                     release(entry) +
                                     "- dashed: x\n-----BEGIN PGP SIGNATURE-----\n\n"
                                     "x\n-----END PGP SIGNATURE-----\nSHA256:\n " +
                                     std::string(64, 'd') + " 1 behind\n");
    CHECK(found.files.size() == 1);
    CHECK(found.files.contains("good"));
}

TEST_CASE("parse_release: hostile and broken entries are passed over")
{
    const auto found = parse_release(release("SHA256:\n " + sha256 + " 1 ../x\n " + sha256 + " 1 /etc/passwd\n " +
                                             sha256 + " -1 a\n " + sha256 + " x b\n abc 1 c\n " + sha256 +
                                             " 1 a//b\n " + sha256 + " 1\n " + sha256 + " 1 ok extra\n " + sha256 +
                                             " 18446744073709551616 big\n " + sha256 + " 7 fine\n"));
    CHECK(found.files.size() == 1);
    CHECK(found.files.contains("fine"));
}

TEST_CASE("parse_release: what lists nothing is none")
{
    CHECK_THROWS_AS(parse_release("<html>please log in</html>"), Error);
    CHECK_THROWS_AS(parse_release(""), Error);
    CHECK_THROWS_AS(parse_release(release("")), Error);
}

TEST_CASE("is_inner_path: stays inside")
{
    CHECK(is_inner_path("main/binary-amd64/Packages.xz"));
    CHECK(is_inner_path("a..b/c"));
    for (const auto* path : {"", "/a", "a/", "a//b", "..", "a/../b", "./a", "a\nb"})
        CHECK(!is_inner_path(path));
}

TEST_CASE("check_release: the suite by either of its names, and no old file played back")
{
    ReleaseFile file = parse_release("Suite: stable\nCodename: bookworm\nSHA256:\n " + sha256 + " 5 main/Packages\n");
    file.valid_until = TimePoint(std::chrono::seconds(100));
    CHECK_NOTHROW(check_release(file, "bookworm", TimePoint(std::chrono::seconds(99))));
    CHECK_NOTHROW(check_release(file, "stable", TimePoint(std::chrono::seconds(99))));
    CHECK_THROWS_AS(check_release(file, "trixie", {}), Error);
    CHECK_THROWS_AS(check_release(file, "stable", TimePoint(std::chrono::seconds(101))), Error);
}
