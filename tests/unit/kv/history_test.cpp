// SPDX-License-Identifier: Apache-2.0
#include "kv/v2/history.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::kv::v2;

namespace {

std::shared_ptr<const Event> event(std::uint64_t index, std::string path, bool removes_dir = false,
                                   bool is_silent = false, std::size_t size = 10)
{
    return std::make_shared<const Event>(Event{index, std::move(path), removes_dir, is_silent, std::string(size, 'x')});
}

bool sees(std::string path, bool recursive, const std::shared_ptr<const Event>& told)
{
    return Watched{std::move(path), recursive}.sees(*told);
}

/// A watch that waits, and an event that comes meanwhile.
net::Task<bool> is_woken(History& history, std::string path, std::shared_ptr<const Event> news)
{
    const Watched watched{std::move(path), true};
    net::Event ended;
    bool woken = false;
    net::spawn([](History& of, const Watched& what, net::Event& end, bool& result) -> net::Task<> {
        const auto begin = std::chrono::steady_clock::now();
        co_await of.wait(what, std::chrono::milliseconds(2000));
        result = std::chrono::steady_clock::now() - begin < std::chrono::milliseconds(1900);
        end.notify_all();
    }(history, watched, ended, woken));
    CHECK(history.watches() == 1);
    if (news)
        history.add(std::move(news));
    else
        history.stop();
    co_await ended.wait();
    CHECK(history.watches() == 0);
    co_return woken;
}

} // namespace

TEST_CASE("Watched: its own key, and what lies below where it is recursive")
{
    CHECK(sees("/a", false, event(4, "/a")));
    CHECK(!sees("/a", false, event(4, "/a/b")));
    CHECK(sees("/a", true, event(4, "/a/b")));
    CHECK(!sees("/a", true, event(4, "/ab")));
    CHECK(sees("/", true, event(4, "/a/b")));
    CHECK(!sees("/", false, event(4, "/a")));
    CHECK(!sees("/a/b", true, event(4, "/a")));
}

TEST_CASE("Watched: a removed directory is told below it, and only below it")
{
    CHECK(sees("/a/b", false, event(4, "/a", true)));
    CHECK(!sees("/ab", false, event(4, "/a", true)));
}

TEST_CASE("Watched: hidden names show only to who looks inside, a refresh to nobody")
{
    CHECK(!sees("/", true, event(4, "/_x")));
    CHECK(!sees("/a", true, event(4, "/a/_x")));
    CHECK(!sees("/a", true, event(4, "/a/_x/y")));
    CHECK(sees("/a/_x", true, event(4, "/a/_x/y")));
    CHECK(sees("/a/_x", false, event(4, "/a/_x")));
    CHECK(sees("/a", true, event(4, "/a/b_c")));
    CHECK(!sees("/a", false, event(4, "/a", false, true)));
}

TEST_CASE("History: the first event from an index on")
{
    History history;
    CHECK(history.find({"/a", false}, 0) == nullptr);
    for (std::uint64_t i = 4; i < 10; ++i)
        history.add(event(i, i % 2 == 0 ? "/a" : "/b"));
    CHECK(history.find({"/a", false}, 0)->index == 4);
    CHECK(history.find({"/a", false}, 5)->index == 6);
    CHECK(history.find({"/b", false}, 9)->index == 9);
    CHECK(history.find({"/b", false}, 10) == nullptr);
    CHECK(history.find({"/", true}, 5)->index == 5);
}

TEST_CASE("History: forgets the oldest, but keeps a thousand whatever their size")
{
    History history(2000, 100'000);
    for (std::uint64_t i = 4; i < 2004; ++i)
        history.add(event(i, "/a"));
    CHECK(history.oldest() == 4);
    CHECK(history.floor() == 0); // nothing was forgotten
    history.add(event(2004, "/a"));
    CHECK(history.oldest() == 5);
    CHECK(history.floor() == 5);
    CHECK(history.newest() == 2004);
    for (std::uint64_t i = 2005; i < 3005; ++i)
        history.add(event(i, "/a", false, false, 10'000));
    CHECK(history.oldest() == 2005);
    history.clear();
    CHECK(history.floor() == 0);
}

TEST_CASE("History: wakes whom it concerns, and everybody when it stops")
{
    History history;
    CHECK(net::run(is_woken(history, "/a", event(4, "/a/b"))));
    CHECK(!net::run(is_woken(history, "/a", event(5, "/b"))));
    CHECK(net::run(is_woken(history, "/a", nullptr)));
    CHECK(history.is_stopped());
}
