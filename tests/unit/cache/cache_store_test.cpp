// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "cache/cache_index.hpp"
#include "cache/cache_store.hpp"
#include "net/loop.hpp"

#include <doctest/doctest.h>

#include <filesystem>

using namespace dfriends;
using namespace dfriends::cache;

namespace {

net::Task<std::string> publish(CacheStore& store, std::string text)
{
    auto draft = store.draft();
    draft->append(text);
    draft->finish();
    co_await store.publish(draft);
    co_return draft->sha256();
}

std::size_t files_in(const os::Path& path)
{
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path), {}));
}

} // namespace

TEST_CASE("CacheStore: published content is found by its digest, over a restart too")
{
    const os::TemporaryDirectory directory;
    std::string sha256;
    {
        CacheStore store(directory.path());
        sha256 = net::run(publish(store, "hello"));
        CHECK(sha256 == crypto::hash_hex(crypto::Algorithm::sha256, "hello"));
        CHECK(files_in(directory.path() / "temp") == 0);
        CHECK_THROWS_AS(CacheStore(directory.path()), Error); // one process a directory
    }
    CacheStore store(directory.path());
    const auto blob = net::run(store.open(sha256));
    REQUIRE(blob);
    CHECK(blob->size == 5);
    CHECK(!net::run(store.open(std::string(64, '0'))));
    CHECK(!net::run(store.open("../../etc/passwd")));
}

TEST_CASE("CacheStore: rotten content is removed at its first use")
{
    const os::TemporaryDirectory directory;
    std::string sha256;
    {
        CacheStore store(directory.path());
        sha256 = net::run(publish(store, "hello"));
        os::write_file(store.blob_path(sha256), "hellO");
        CHECK(net::run(store.open(sha256))); // hashed when it was written, not again
    }
    CacheStore store(directory.path());
    CHECK(!net::run(store.open(sha256)));
    CHECK(!std::filesystem::exists(store.blob_path(sha256)));
}

TEST_CASE("CacheStore: a draft that is not published leaves nothing; leftovers go at the start")
{
    const os::TemporaryDirectory directory;
    {
        CacheStore store(directory.path());
        auto draft = store.draft();
        draft->append("half");
        CHECK(files_in(directory.path() / "temp") == 1);
        draft.reset();
        CHECK(files_in(directory.path() / "temp") == 0);
        os::write_file(directory.path() / "temp/7", "what a killed process left");
    }
    CacheStore store(directory.path());
    CHECK(files_in(directory.path() / "temp") == 0);
}

TEST_CASE("Draft: matches by the strongest digest that is expected")
{
    const os::TemporaryDirectory directory;
    Draft draft(directory.path() / "d", crypto::Algorithm::sha512, std::make_shared<SpareMemory>());
    draft.append("hel");
    draft.append("lo");
    draft.finish();
    Expected expected;
    CHECK(draft.matches(expected));
    expected.size = 6;
    CHECK(!draft.matches(expected));
    expected.size = 5;
    expected.digests[crypto::Algorithm::sha512] = crypto::hash_hex(crypto::Algorithm::sha512, "hello");
    CHECK(draft.matches(expected));
    expected.digests[crypto::Algorithm::sha512] = crypto::hash_hex(crypto::Algorithm::sha512, "jello");
    CHECK(!draft.matches(expected));
}

TEST_CASE("CacheIndex: evicts what was used least, and nothing that an adopted release needs")
{
    const os::TemporaryDirectory directory;
    state::Store state(directory.path());
    CacheIndex index(state);
    const auto name = [](char c) { return std::string(64, c); };
    for (const char c : {'a', 'b', 'c', 'd'})
        net::run(index.put({name(c), 100, "text/plain", ""},
                           {{"http://x/" + std::string(1, c), name(c), true, "", "", 0}}, c));
    net::run(index.put_release({"http://x/InRelease", 1, name('a'), "", "", 1}, 3));
    net::run(index.touch({name('b')}, 1000));
    CHECK(index.totals().bytes == 400);
    const auto gone = net::run(index.evict(150));
    REQUIRE(gone.size() == 2);
    CHECK(gone[0].sha256 == name('c'));
    CHECK(gone[1].sha256 == name('d'));
    CHECK(index.find_name("http://x/b"));
    CHECK(!index.find_name("http://x/c"));
    CHECK(index.list("*/b").size() == 1);
    CHECK(index.releases().size() == 1);
}
