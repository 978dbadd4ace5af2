// SPDX-License-Identifier: Apache-2.0
#include "converge/real_host.hpp"
#include "crypto/hash.hpp"
#include "unit/converge/fake_host.hpp"
#include "unit/converge/folder.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::converge;

TEST_CASE("real host: a file that comes in pieces is there as a whole, or as it was")
{
    const Folder folder;
    FakeDocker docker;
    const auto host = make_real_host(docker, [](std::string_view) {}, "key");
    const std::string path = folder.at("f");
    host->write_pieces(path, 0640, [](const Host::Sink& sink) {
        sink("a");
        sink("bc");
    });
    CHECK(host->read(path) == "abc");
    CHECK(host->find_path(path)->mode == 0640);
    CHECK(host->find_path(path)->size == 3);
    CHECK(host->digest(path) == crypto::hash_hex(crypto::Algorithm::sha256, "abc"));
    CHECK_THROWS_AS(host->write_pieces(path, 0644,
                                       [](const Host::Sink& sink) {
                                           sink("half");
                                           throw Error(ErrorKind::unavailable, "cut");
                                       }),
                    Error);
    CHECK(host->read(path) == "abc");
    CHECK(host->list(folder.at("")) == std::vector<std::string>{"f"});
}

TEST_CASE("real host: times and notes of files")
{
    const Folder folder;
    FakeDocker docker;
    const auto host = make_real_host(docker, [](std::string_view) {}, "key");
    const std::string path = folder.at("f");
    host->write(path, "x", 0644);
    host->set_modified(path, 1'000'000'000);
    CHECK(host->find_path(path)->modified == 1'000'000'000);
    host->set_modified(path, std::nullopt);
    CHECK(host->find_path(path)->modified > 1'000'000'000);
    CHECK(host->note(path).empty());
    host->set_note(path, "7 \"tag\"");
    CHECK((host->note(path) == "7 \"tag\"" || host->note(path).empty())); // not every file system keeps notes
}
