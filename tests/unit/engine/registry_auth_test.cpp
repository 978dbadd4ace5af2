// SPDX-License-Identifier: Apache-2.0
#include "base/encoding.hpp"
#include "engine/registry_auth.hpp"
#include "os/file.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>

using namespace dfriends;

namespace {

/// A credential helper that knows two registries, and one that is broken.
void write_helpers(const std::filesystem::path& directory)
{
    os::write_file(directory / "docker-credential-dft-store", R"(#!/bin/sh
case "$1" in
list) echo '{"one.example": "ann", "two.example": "bob"}' ;;
get) read -r server; echo "{\"ServerURL\": \"$server\", \"Username\": \"of-$server\", \"Secret\": \"s\"}" ;;
esac
)",
                   0755);
    os::write_file(directory / "docker-credential-dft-broken", "#!/bin/sh\necho '{'\n", 0755);
}

std::string logins_of(const std::filesystem::path& directory, std::string_view configuration)
{
    os::write_file(directory / "config.json", configuration);
    std::string header = engine::encode_all_logins(directory);
    std::ranges::replace(header, '-', '+');
    std::ranges::replace(header, '_', '/');
    return decode_base64(header).value_or("none");
}

} // namespace

TEST_CASE("encode_all_logins: those of config.json, of the store and of each registry's helper")
{
    const os::TemporaryDirectory directory;
    write_helpers(directory.path());
    const std::string path = std::getenv("PATH");
    ::setenv("PATH", (directory.path().string() + ":" + path).c_str(), 1);
    const std::string all =
        logins_of(directory.path(), R"({"auths": {"own.example": {"auth": "YTpi"}}, "credsStore": "dft-store",
                                        "credHelpers": {"three.example": "dft-store", "bad.example": "dft-broken"}})");
    for (const char* server : {"own.example", "one.example", "two.example", "three.example"})
        CHECK_MESSAGE(all.find(server) != std::string::npos, all);
    CHECK(all.find("of-three.example") != std::string::npos);
    CHECK(all.find("bad.example") == std::string::npos);
    CHECK(logins_of(directory.path(), R"({"credsStore": "dft-broken"})").empty());
    CHECK(logins_of(directory.path(), R"({"credsStore": "dft-missing"})").empty());
    ::setenv("PATH", path.c_str(), 1);
}
