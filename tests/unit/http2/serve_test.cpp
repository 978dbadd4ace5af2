// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "http2/serve.hpp"
#include "net/loop.hpp"
#include "support/memory_pipe.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <nghttp2/nghttp2.h>
#include <optional>

using namespace dfriends;
using namespace dfriends::http2;

namespace {

struct Heard {
    std::string body;
    std::map<std::string, std::string> fields;
    bool closed = false;
    std::uint32_t code = 0;
};

/// A client whose frames the test sends and hears by hand.
class HandClient {
  public:
    HandClient(net::Stream& stream, bool takes_windows = true) : stream_(stream)
    {
        nghttp2_session_callbacks* calls = nullptr;
        nghttp2_session_callbacks_new(&calls);
        nghttp2_session_callbacks_set_on_header_callback(calls, on_header);
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(calls, on_data);
        nghttp2_session_callbacks_set_on_stream_close_callback(calls, on_close);
        nghttp2_session_callbacks_set_on_frame_recv_callback(calls, on_frame);
        nghttp2_option* option = nullptr;
        nghttp2_option_new(&option);
        nghttp2_option_set_no_auto_window_update(option, takes_windows ? 0 : 1);
        nghttp2_session_client_new2(&frames, calls, this, option);
        nghttp2_option_del(option);
        nghttp2_session_callbacks_del(calls);
        nghttp2_submit_settings(frames, NGHTTP2_FLAG_NONE, nullptr, 0);
    }
    ~HandClient() { nghttp2_session_del(frames); }

    std::int32_t post(const std::string& path, std::string body, bool ends = true)
    {
        bodies_.push_back(std::make_unique<Body>(Body{std::move(body), ends}));
        const auto field = [](std::string_view name, std::string_view value) {
            return nghttp2_nv{reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data())),
                              reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())), name.size(),
                              value.size(), NGHTTP2_NV_FLAG_NONE};
        };
        const nghttp2_nv head[] = {field(":method", "POST"), field(":path", path), field(":scheme", "http"),
                                   field(":authority", "h"), field("token", "t")};
        nghttp2_data_provider provider{};
        provider.source.ptr = bodies_.back().get();
        provider.read_callback = give;
        return nghttp2_submit_request(frames, nullptr, head, 5, &provider, nullptr);
    }

    net::Task<> flush()
    {
        const std::uint8_t* bytes = nullptr;
        std::string out;
        while (const ssize_t count = nghttp2_session_mem_send(frames, &bytes))
            out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(count));
        if (!out.empty())
            co_await stream_.write_all(out);
    }

    /// Sends and hears until something is so, or the server has ended.
    template <class Done>
    net::Task<> talk_until(Done done)
    {
        std::vector<char> piece(65536);
        for (;;) {
            co_await flush();
            if (done())
                co_return;
            const std::size_t count = co_await stream_.read_some(piece);
            if (count == 0)
                co_return;
            REQUIRE(nghttp2_session_mem_recv(frames, reinterpret_cast<std::uint8_t*>(piece.data()), count) >= 0);
        }
    }

    nghttp2_session* frames = nullptr;
    std::map<std::int32_t, Heard> heard;
    std::optional<std::uint32_t> goaway;

  private:
    struct Body {
        std::string bytes;
        bool ends;
    };
    static HandClient& self(void* user) { return *static_cast<HandClient*>(user); }
    static ssize_t give(nghttp2_session*, std::int32_t, std::uint8_t* into, std::size_t room, std::uint32_t* flags,
                        nghttp2_data_source* source, void*)
    {
        Body& body = *static_cast<Body*>(source->ptr);
        const std::size_t count = body.bytes.copy(reinterpret_cast<char*>(into), room);
        body.bytes.erase(0, count);
        if (body.bytes.empty() && body.ends)
            *flags |= NGHTTP2_DATA_FLAG_EOF;
        return count == 0 && !body.ends ? ssize_t{NGHTTP2_ERR_DEFERRED} : static_cast<ssize_t>(count);
    }
    static int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t name_size,
                         const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* user)
    {
        self(user).heard[frame->hd.stream_id].fields[{reinterpret_cast<const char*>(name), name_size}] = {
            reinterpret_cast<const char*>(value), value_size};
        return 0;
    }
    static int on_data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data, std::size_t size,
                       void* user)
    {
        self(user).heard[id].body.append(reinterpret_cast<const char*>(data), size);
        return 0;
    }
    static int on_close(nghttp2_session*, std::int32_t id, std::uint32_t code, void* user)
    {
        self(user).heard[id].closed = true;
        self(user).heard[id].code = code;
        return 0;
    }
    static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user)
    {
        if (frame->hd.type == NGHTTP2_GOAWAY)
            self(user).goaway = frame->goaway.error_code;
        return 0;
    }

    net::Stream& stream_;
    std::vector<std::unique_ptr<Body>> bodies_;
};

net::Task<> echo_call(Call& call)
{
    call.start(200, {{"x-token", std::string(call.header("token"))}});
    for (std::string piece = co_await call.read(); !piece.empty(); piece = co_await call.read()) {
        call.send(std::move(piece));
        co_await call.wait_for_room();
    }
    call.finish({{"x-path", call.path}});
}

/// Lets the others work until it holds.
net::Task<> wait_until(std::function<bool()> holds)
{
    for (int i = 0; i < 3000 && !holds(); ++i)
        co_await net::sleep(std::chrono::milliseconds(20));
}

/// Runs a client's part against a server until both have ended.
void converse(const Handler& handler, std::function<net::Task<>(HandClient&, std::function<void()>&)> part,
              bool takes_windows = true)
{
    net::run([](const Handler& served, auto told, bool windows) -> net::Task<> {
        auto [near, far] = MemoryPipe::make();
        std::function<void()> drain;
        const ServeOptions options{.streams = 100};
        bool ended = false;
        net::spawn([](net::Stream& stream, const Handler& h, const ServeOptions& o, std::function<void()>& d,
                      bool& end) -> net::Task<> {
            co_await serve(stream, {}, h, o, d);
            end = true;
        }(*far, served, options, drain, ended));
        HandClient client(*near, windows);
        co_await told(client, drain);
        near->close();
        co_await wait_until([&] { return ended; });
        CHECK(ended);
    }(handler, std::move(part), takes_windows));
}

} // namespace

TEST_CASE("http2: many streams are answered, each with its own body and trailers")
{
    converse(echo_call, [](HandClient& client, std::function<void()>&) -> net::Task<> {
        for (int i = 0; i < 50; ++i)
            client.post("/" + std::to_string(i), std::string(1000, static_cast<char>('a' + i % 26)));
        const std::int32_t large = client.post("/large", std::string(3'000'000, 'x'));
        co_await client.talk_until([&] {
            return client.heard.size() == 51 &&
                   std::ranges::all_of(client.heard, [](const auto& entry) { return entry.second.closed; });
        });
        CHECK(client.heard[1].body == std::string(1000, 'a'));
        CHECK(client.heard[3].fields["x-path"] == "/1");
        CHECK(client.heard[3].fields["x-token"] == "t");
        CHECK(client.heard[large].body.size() == 3'000'000);
        CHECK(client.heard[large].code == NGHTTP2_NO_ERROR);
    });
}

TEST_CASE("http2: a handler that waits is woken and ends when its stream is reset")
{
    int begun = 0;
    int woken = 0;
    int ended = 0;
    const Handler waits = [&](Call& call) -> net::Task<> {
        ++begun;
        call.on_cancel([&] { ++woken; });
        try {
            co_await call.read();
        } catch (const Error&) {
            ++ended;
        }
    };
    converse(waits, [&](HandClient& client, std::function<void()>&) -> net::Task<> {
        const std::int32_t first = client.post("/", "", false);
        client.post("/", "", false); // ends with the connection
        co_await client.flush();
        co_await wait_until([&] { return begun == 2; });
        CHECK(begun == 2);
        nghttp2_submit_rst_stream(client.frames, NGHTTP2_FLAG_NONE, first, NGHTTP2_CANCEL);
        co_await client.flush();
        co_await wait_until([&] { return ended == 1; });
        CHECK(woken == 1);
        CHECK(ended == 1);
    });
    CHECK(woken == 2);
    CHECK(ended == 2);
}

TEST_CASE("http2: a client that does not read holds its handler up, and one that is not read may not send on")
{
    std::size_t sent = 0;
    const Handler pours = [&](Call& call) -> net::Task<> {
        call.start(200, {});
        for (; sent < 10'000'000; sent += 10'000) {
            call.send(std::string(10'000, 'x'));
            co_await call.wait_for_room();
        }
        call.finish();
    };
    converse(
        pours,
        [&](HandClient& client, std::function<void()>&) -> net::Task<> {
            const std::int32_t id = client.post("/", std::string(1'000'000, 'y'));
            co_await client.talk_until([&] { return client.heard[id].body.size() == 65'535; });
            co_await net::sleep(std::chrono::milliseconds(20));
            CHECK(sent < 300'000);
            CHECK(nghttp2_session_get_stream_remote_window_size(client.frames, id) == 0);
        },
        false);
}

TEST_CASE("http2: a stream whose handler fails is reset; others go on")
{
    const Handler fails = [](Call& call) -> net::Task<> {
        if (call.path == "/bad")
            throw Error(ErrorKind::internal, "it broke");
        return echo_call(call);
    };
    converse(fails, [](HandClient& client, std::function<void()>&) -> net::Task<> {
        const std::int32_t bad = client.post("/bad", "x");
        const std::int32_t good = client.post("/good", "x");
        co_await client.talk_until([&] { return client.heard[bad].closed && client.heard[good].closed; });
        CHECK(client.heard[bad].code == NGHTTP2_INTERNAL_ERROR);
        CHECK(client.heard[good].body == "x");
    });
}

TEST_CASE("http2: streams that are opened only to be reset end the connection")
{
    int begun = 0;
    const Handler counts = [&](Call& call) -> net::Task<> {
        ++begun;
        co_await call.read();
    };
    converse(counts, [](HandClient& client, std::function<void()>&) -> net::Task<> {
        co_await client.talk_until([&] {
            return nghttp2_session_get_remote_settings(client.frames, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS) == 100;
        });
        for (int i = 0; i < 4000; ++i) {
            const std::int32_t id = client.post("/", "", false);
            co_await client.flush();
            nghttp2_submit_rst_stream(client.frames, NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
            co_await client.flush();
        }
        co_await client.talk_until([&] { return client.goaway.has_value(); });
        // By our count, or by that of newer versions of nghttp2.
        CHECK(client.goaway.value_or(NGHTTP2_NO_ERROR) != NGHTTP2_NO_ERROR);
    });
    CHECK(begun < 3000);
}

TEST_CASE("http2: a drained connection ends when its last stream has")
{
    converse(echo_call, [](HandClient& client, std::function<void()>& drain) -> net::Task<> {
        const std::int32_t id = client.post("/", std::string(500'000, 'x'));
        co_await client.talk_until([&] { return !client.heard[id].body.empty(); });
        drain();
        co_await client.talk_until([] { return false; }); // until the server ends
        CHECK(client.goaway == NGHTTP2_NO_ERROR);
        CHECK(client.heard[id].body.size() == 500'000);
    });
}
