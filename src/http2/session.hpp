// SPDX-License-Identifier: Apache-2.0
#pragma once

// For the files of this room only.
#include "http2/flood_guard.hpp"
#include "http2/serve.hpp"
#include "net/loop.hpp"

#include <memory>
#include <nghttp2/nghttp2.h>
#include <unordered_map>
#include <vector>

namespace dfriends::http2 {

class Session;

/// A stream of a session, as its handler and nghttp2's callbacks see it. It may outlive the stream itself.
class Exchange final : public Call {
  public:
    Exchange(std::shared_ptr<Session> session, std::int32_t id) : session_(std::move(session)), id_(id) {}

    const std::string& peer_address() const override;
    net::Task<std::string> read() override;
    void start(int status, const Fields& fields) override;
    void answer(int status, const Fields& fields) override;
    void send(std::string bytes) override;
    net::Task<> wait_for_room() override;
    void finish(Fields trailers) override;
    bool is_cancelled() const override { return is_gone_; }
    void on_cancel(std::function<void()> wake) override { on_cancel_ = std::move(wake); }
    void interrupt() override;

    // What the session tells.
    bool add_field(std::string_view name, std::string_view value, std::size_t limit);
    void receive(std::string_view bytes);
    void receive_end();
    bool has_received_end() const { return received_end_; }
    /// The stream is closed; returns how many bytes nobody has read.
    std::size_t close();
    /// Fills a DATA frame.
    ssize_t produce(std::uint8_t* into, std::size_t room, std::uint32_t& flags);
    bool is_finished() const { return finished_; }
    std::int32_t id() const { return id_; }

  private:
    void submit(int status, const Fields& fields, nghttp2_data_provider* body);
    void resume();
    void check_open() const;
    std::size_t unsent() const { return unsent_.size() - sent_; }

    std::shared_ptr<Session> session_;
    std::int32_t id_;
    std::size_t header_bytes_ = 0;
    std::string received_;
    std::string unsent_; ///< from `sent_` on
    std::size_t sent_ = 0;
    Fields trailers_;
    std::function<void()> on_cancel_;
    net::Event readable_;
    net::Event roomy_;
    bool received_end_ = false;
    bool started_ = false;
    bool finished_ = false;
    bool deferred_ = false; ///< nghttp2 waits to be told of more to send
    bool is_gone_ = false;
    bool interrupted_ = false;
};

/// One connection.
class Session : public std::enable_shared_from_this<Session> {
  public:
    Session(net::Stream& stream, const Handler& handler, const ServeOptions& options);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    net::Task<> run(std::string begun);
    void drain();

    nghttp2_session* frames() { return frames_; }
    const ServeOptions& options() const { return options_; }
    const std::string& peer_address() const { return peer_address_; }
    /// There may be something to send.
    void wake() { woken_.notify_all(); }

  private:
    struct Callbacks;

    void introduce();
    net::Task<> read_frames(std::string begun);
    net::Task<> write_frames();
    bool feed(std::string_view bytes);
    void start_handlers();
    net::Task<> handle(std::shared_ptr<Exchange> exchange);
    Exchange* find(std::int32_t id);
    void forget(std::int32_t id);
    void forget_all();
    void end_at_once(std::uint32_t code);
    void look_after_silence();
    void on_control_frame(const nghttp2_frame& frame);

    net::Stream& stream_;
    const Handler& handler_;
    const ServeOptions& options_;
    std::string peer_address_;
    nghttp2_session* frames_ = nullptr;
    std::unordered_map<std::int32_t, std::shared_ptr<Exchange>> exchanges_;
    std::vector<std::shared_ptr<Exchange>> begun_; ///< whole heads whose handlers do not run yet
    FloodGuard flood_guard_;
    net::Event woken_; ///< the writer has something to do
    net::Event ended_; ///< the writer or a handler has ended
    std::size_t handlers_ = 0;
    bool is_writing_ = false;
    bool is_over_ = false;
    bool greeted_ = false; ///< its SETTINGS have come
    bool pinged_ = false;
    std::chrono::steady_clock::time_point heard_;
    std::unique_ptr<net::Deadline> silence_;
    std::unique_ptr<net::Deadline> transfer_;
};

} // namespace dfriends::http2
