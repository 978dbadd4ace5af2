// SPDX-License-Identifier: Apache-2.0
#include "unit/kv/v3/kept_service.hpp"

#include <doctest/doctest.h>

#include <numeric>

using namespace dfriends;
using namespace dfriends::kv::v3;

namespace {

/// A watch stream beside a test, which ends with it.
struct Stream {
    explicit Stream(KeptService& of) : kept(of) {}

    /// Runs `work` while the stream is open.
    void during(std::function<net::Task<>(Stream&)> work)
    {
        net::run([](Stream& self, std::function<net::Task<>(Stream&)> inner) -> net::Task<> {
            net::spawn([](Stream& stream) -> net::Task<> {
                try {
                    co_await stream.kept.service->watch(stream.source, stream.sink, stream.call);
                } catch (const Status& status) {
                    stream.refusal = status.message();
                }
                stream.ended = true;
                stream.end.notify_all();
            }(self));
            co_await inner(self);
            self.source.end();
            self.call.cancel();
            while (!self.ended)
                co_await self.end.wait();
        }(*this, std::move(work)));
    }

    void ask(const std::string& json) { source.add(decode_json<WatchRequest>(json)); }
    net::Task<> put(std::string key, std::string value)
    {
        PutRequest request;
        request.key = key;
        request.value = value;
        co_await kept.service->put(std::move(request), kept.call);
    }
    /// "PUT a@2 DELETE b@3" of the messages from `first` on, one message a line.
    std::string events(std::size_t first = 0) const
    {
        std::string text;
        for (std::size_t i = first; i < sink.messages.size(); ++i) {
            for (const Event& event : sink.messages[i].events)
                text += std::string(event.type == EventType::put ? "PUT " : "DELETE ") + event.kv->key + "@" +
                        std::to_string(event.kv->mod_revision) + " ";
            text += "\n";
        }
        return text;
    }

    KeptService& kept;
    TestCall call;
    TestSource<WatchRequest> source;
    TestSink<WatchResponse> sink;
    std::string refusal;
    bool ended = false;
    net::Event end;
};

} // namespace

TEST_CASE("v3 watch: what comes, revision by revision, and only what was asked for")
{
    KeptService kept;
    Stream(kept).during([](Stream& stream) -> net::Task<> {
        stream.ask(R"({"create_request":{"key":"YQ=="}})");                                        // a
        stream.ask(R"({"create_request":{"key":"YQ==","range_end":"Yw==","filters":["NOPUT"]}})"); // [a, c), deletions
        co_await stream.sink.wait_for(2);
        CHECK(stream.sink.messages[0].created);
        CHECK(stream.sink.messages[0].watch_id == 0);
        CHECK(stream.sink.messages[1].watch_id == 1);
        co_await stream.put("a", "1");
        co_await stream.put("b", "1");
        co_await stream.put("a", "2");
        DeleteRangeRequest all;
        all.key = std::string(1, '\0');
        all.range_end = all.key;
        co_await stream.kept.service->delete_range(all, stream.kept.call);
        co_await stream.sink.wait_for(6);
        CHECK(stream.events(2) == "PUT a@2 \nPUT a@4 \nDELETE a@5 \nDELETE a@5 DELETE b@5 \n");
        CHECK(stream.sink.messages[5].watch_id == 1);
    });
}

TEST_CASE("v3 watch: from the past, without a gap or a double, from memory and from disk")
{
    KeptService kept;
    for (int i = 0; i < 3000; ++i)
        kept.put("a" + std::to_string(i % 7), "x");
    for (const bool from_disk : {false, true}) {
        if (from_disk)
            kept.restart();
        Stream(kept).during([](Stream& stream) -> net::Task<> {
            stream.ask(R"({"create_request":{"key":"YQ==","range_end":"Yg==","start_revision":2,"prev_kv":true}})");
            for (int i = 0; i < 10; ++i)
                co_await stream.put("a9", "live"); // while it catches up
            const std::int64_t last = stream.kept.keyspace->revision();
            std::vector<std::int64_t> seen;
            std::size_t read = 0;
            while (seen.empty() || seen.back() < last) {
                co_await stream.sink.wait_for(read + 1);
                for (; read < stream.sink.messages.size(); ++read)
                    for (const Event& event : stream.sink.messages[read].events) {
                        seen.push_back(event.kv->mod_revision);
                        CHECK(event.prev_kv.has_value() == (event.kv->version > 1));
                        if (event.prev_kv)
                            CHECK(event.prev_kv->version == event.kv->version - 1);
                    }
            }
            std::vector<std::int64_t> wanted(static_cast<std::size_t>(last - 1));
            std::iota(wanted.begin(), wanted.end(), 2);
            CHECK(seen == wanted);
            CHECK(stream.sink.messages.size() < 200); // the past comes in large pieces
        });
    }
}

TEST_CASE("v3 watch: one that begins in the future hears of nothing before, not even of progress")
{
    KeptService kept;
    Stream(kept).during([](Stream& stream) -> net::Task<> {
        stream.ask(R"({"create_request":{"key":"YQ==","start_revision":4}})");
        co_await stream.sink.wait_for(1);
        co_await stream.put("a", "2");
        co_await stream.put("a", "3");
        co_await stream.put("a", "4");
        co_await stream.sink.wait_for(2);
        CHECK(stream.events(1) == "PUT a@4 \n");
    });
}

TEST_CASE("v3 watch: progress is told only after all that came before it")
{
    KeptService kept;
    Stream(kept).during([](Stream& stream) -> net::Task<> {
        stream.ask(R"({"create_request":{"key":"YQ=="}})");
        co_await stream.sink.wait_for(1);
        stream.sink.is_stalled = true; // a client that does not read
        for (int i = 0; i < 5; ++i)
            co_await stream.put("a", "x");
        stream.ask(R"({"progress_request":{}})");
        co_await net::sleep(std::chrono::milliseconds(20));
        stream.sink.is_stalled = false;
        stream.sink.changed.notify_all();
        co_await stream.sink.wait_for(7);
        CHECK(stream.events(1) == "PUT a@2 \nPUT a@3 \nPUT a@4 \nPUT a@5 \nPUT a@6 \n\n");
        CHECK(stream.sink.messages[6].watch_id == -1);
        CHECK(stream.sink.messages[6].header->revision == 6);
    });
}

TEST_CASE("v3 watch: around a compaction")
{
    KeptService kept;
    kept.put("a", "1");
    kept.put("a", "2");
    kept.remove("a");   // 4
    kept.put("b", "1"); // 5
    kept.ask(&Service::compact, R"({"revision":4,"physical":true})");
    Stream(kept).during([](Stream& stream) -> net::Task<> {
        stream.ask(R"({"create_request":{"key":"YQ==","start_revision":3}})");
        co_await stream.sink.wait_for(2);
        CHECK(stream.sink.messages[0].created);
        CHECK(stream.sink.messages[1].canceled);
        CHECK(stream.sink.messages[1].compact_revision == 4);
        CHECK(stream.sink.messages[1].header->revision == 0);
        stream.ask(R"({"create_request":{"key":"YQ==","range_end":"AA==","start_revision":4}})"); // the stream goes on
        co_await stream.sink.wait_for(5);
        CHECK(stream.events(3) == "DELETE a@4 \nPUT b@5 \n");
    });
    kept.restart(); // what is read from disk is the same
    Stream(kept).during([](Stream& stream) -> net::Task<> {
        stream.ask(R"({"create_request":{"key":"YQ==","range_end":"AA==","start_revision":4}})");
        co_await stream.sink.wait_for(2);
        CHECK(stream.events(1) == "DELETE a@4 PUT b@5 \n");
    });
}

TEST_CASE("v3 watch: ids, cancelling, and what cannot be watched")
{
    KeptService kept;
    Stream(kept).during([](Stream& stream) -> net::Task<> {
        stream.ask(R"({"create_request":{"key":"YQ==","watch_id":5}})");
        stream.ask(R"({"create_request":{"key":"YQ==","watch_id":5}})");
        stream.ask(R"({"create_request":{"key":"Yg==","range_end":"YQ=="}})");
        stream.ask(R"({"cancel_request":{"watch_id":5}})");
        stream.ask(R"({"cancel_request":{"watch_id":9}})"); // none: no answer
        stream.ask(R"({"create_request":{}})");
        co_await stream.sink.wait_for(5);
        const auto& messages = stream.sink.messages;
        CHECK(messages[0].watch_id == 5);
        CHECK(messages[1].watch_id == -1);
        CHECK(messages[1].cancel_reason == "mvcc: duplicate watch ID provided on the WatchStream");
        CHECK(messages[2].cancel_reason == "mvcc: watcher range is empty");
        CHECK((messages[3].canceled && messages[3].watch_id == 5 && !messages[3].created));
        CHECK((messages[4].created && !messages[4].canceled));
        co_await stream.put("a", "1");
        CHECK(stream.kept.keyspace->history().watchers() == 1);
    });
    CHECK(kept.keyspace->history().watchers() == 0);
}

TEST_CASE("v3 watch: a large revision goes in fragments where that is asked for")
{
    KeptService kept;
    TxnRequest txn;
    for (int i = 0; i < 3; ++i) {
        PutRequest put;
        put.key = std::string(1, static_cast<char>('a' + i));
        put.value = std::string(500'000, 'x');
        txn.success.emplace_back().request_put = put;
    }
    Stream(kept).during([&txn](Stream& stream) -> net::Task<> {
        stream.ask(R"({"create_request":{"key":"YQ==","range_end":"AA==","fragment":true,"prev_kv":true}})");
        co_await stream.sink.wait_for(1);
        co_await stream.kept.service->txn(txn, stream.kept.call);
        co_await stream.kept.service->txn(txn, stream.kept.call); // with what was there before: twice as large
        co_await stream.sink.wait_for(5);
        CHECK(stream.events(1) == "PUT a@2 PUT b@2 PUT c@2 \nPUT a@3 \nPUT b@3 \nPUT c@3 \n");
        CHECK((!stream.sink.messages[1].fragment && stream.sink.messages[2].fragment &&
               stream.sink.messages[3].fragment && !stream.sink.messages[4].fragment));
    });
}

TEST_CASE("v3 watch: the server's end ends it with a word")
{
    KeptService kept;
    Stream stream(kept);
    net::run([](Stream& of) -> net::Task<> {
        net::spawn([](Stream& inner) -> net::Task<> {
            try {
                co_await inner.kept.service->watch(inner.source, inner.sink, inner.call);
            } catch (const Status& status) {
                inner.refusal = status.message();
            }
            inner.ended = true;
            inner.end.notify_all();
        }(of));
        of.ask(R"({"create_request":{"key":"YQ=="}})");
        co_await of.sink.wait_for(1);
        of.kept.keyspace->stop();
        of.source.end();
        of.call.wake();
        while (!of.ended)
            co_await of.end.wait();
    }(stream));
    CHECK(stream.refusal == "etcdserver: server stopped");
}

TEST_CASE("v3 lock: who asks first gets it first, and one who gives up does not hold up the others")
{
    KeptService kept;
    std::string order;
    TestCall impatient;
    net::run([](KeptService& of, std::string& got, TestCall& gives_up) -> net::Task<> {
        int left = 3;
        net::Event ended;
        std::vector<Bytes> keys;
        const auto lock = [&](std::string who, Call& call) -> net::Task<> {
            LockRequest request;
            request.name = "l";
            try {
                const LockResponse answer = co_await of.service->lock(request, call);
                got += who;
                keys.push_back(answer.key);
            } catch (const Status& status) {
                got += who + "!";
            }
            --left;
            ended.notify_all();
        };
        net::spawn(lock("a", of.call));
        while (left > 2)
            co_await ended.wait();
        net::spawn(lock("b", gives_up));
        co_await net::sleep(std::chrono::milliseconds(20));
        net::spawn(lock("c", of.call));
        co_await net::sleep(std::chrono::milliseconds(20));
        gives_up.cancel();
        while (left > 1)
            co_await ended.wait();
        UnlockRequest unlock;
        unlock.key = keys.at(0);
        co_await of.service->unlock(unlock, of.call);
        while (left > 0)
            co_await ended.wait();
    }(kept, order, impatient));
    CHECK(order == "ab!c");
}
