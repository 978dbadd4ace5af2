// SPDX-License-Identifier: Apache-2.0
#include "http2/session.hpp"

#include "base/error.hpp"
#include "net/loop.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <nghttp2/nghttp2.h>
#include <optional>

namespace dfriends::http2 {

namespace {

constexpr std::size_t most_unsent = 256U << 10U; ///< of an answer's body, before its writer waits
constexpr std::size_t write_size = 64U << 10U;   ///< gathered for one system call
constexpr std::uint64_t most_resets = 200;       ///< by the client, beyond as many as were answered (CVE-2023-44487)
constexpr std::chrono::milliseconds stop_check{500};
constexpr std::chrono::seconds write_time{120}; ///< for a client that does not read

[[noreturn]] void fail_gone()
{
    throw Error(ErrorKind::unavailable, "the client of an HTTP/2 stream went away");
}

class Session;

class ServedExchange final : public Exchange {
  public:
    ServedExchange(Session& session, std::int32_t id) : session_(session), id_(id) {}

    net::Task<bool> read(std::string& into) override;
    void send_headers(int status, const Fields& fields) override;
    net::Task<> write(std::string_view bytes) override;
    void finish(const Fields& trailers) override;
    bool is_reset() const override { return reset_; }
    void on_reset(std::function<void()> function) override { told_ = std::move(function); }

    void receive(std::string_view bytes)
    {
        received_ += bytes;
        changed_.notify_all();
    }
    void end_of_request()
    {
        request_ended_ = true;
        changed_.notify_all();
    }
    void reset()
    {
        reset_ = true;
        changed_.notify_all();
        if (told_)
            told_();
    }
    /// nghttp2 asks for up to `size` bytes of the body.
    ssize_t take(std::uint8_t* into, std::size_t size, std::uint32_t* flags);
    bool is_finished() const { return finished_; }

    bool is_handled = false; ///< its handler runs
    bool is_closed = false;  ///< nghttp2 has forgotten it

  private:
    Session& session_;
    std::int32_t id_;
    std::string received_;
    bool request_ended_ = false;
    std::string unsent_;
    std::size_t sent_ = 0; ///< of unsent_
    bool started_ = false;
    std::optional<Fields> trailers_;
    bool finished_ = false;
    bool deferred_ = false;
    bool reset_ = false;
    std::function<void()> told_;
    net::Event changed_;
};

nghttp2_nv make_field(const std::string& name, const std::string& value)
{
    // nghttp2 copies, and does not change what it is given.
    return {reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data())),
            reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())), name.size(), value.size(),
            NGHTTP2_NV_FLAG_NONE};
}

std::vector<nghttp2_nv> make_fields(const Fields& fields)
{
    std::vector<nghttp2_nv> list;
    list.reserve(fields.size());
    for (const auto& [name, value] : fields)
        list.push_back(make_field(name, value));
    return list;
}

/// One connection: a reading coroutine, a writing one, and one for each request.
class Session {
  public:
    Session(net::Stream& stream, const Handler& handler, const bool* stopping, const Options& options)
        : stream_(stream), handler_(handler), stopping_(stopping), options_(options),
          deadline_([&stream] { stream.close(); })
    {
        nghttp2_session_callbacks* callbacks = nullptr;
        nghttp2_session_callbacks_new(&callbacks);
        nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin_headers);
        nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
        nghttp2_option* option = nullptr;
        nghttp2_option_new(&option);
        nghttp2_option_set_no_auto_window_update(option, 1);
        nghttp2_option_set_max_send_header_block_length(option, options_.header_list);
        nghttp2_session_server_new2(&session_, callbacks, this, option);
        nghttp2_option_del(option);
        nghttp2_session_callbacks_del(callbacks);
        const std::array<nghttp2_settings_entry, 3> settings{{
            {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, options_.streams},
            {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, options_.stream_window},
            {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, options_.header_list},
        }};
        nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
        nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, options_.connection_window);
    }
    ~Session() { nghttp2_session_del(session_); }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    net::Task<> run(std::string received)
    {
        ++running_;
        net::spawn(write_all());
        co_await read_all(std::move(received));
        ended_ = true;
        wake();
        for (const auto& [id, exchange] : exchanges_)
            exchange->reset();
        while (running_ > 0) // they use what is ours
            co_await task_ended_.wait();
    }

    /// Something may have become ready to be written.
    void wake() { to_write_.notify_all(); }
    nghttp2_session* handle() { return session_; }
    bool has_ended() const { return ended_; }

    void consume(std::int32_t id, std::size_t bytes)
    {
        nghttp2_session_consume(session_, id, bytes);
        wake();
    }

  private:
    net::Task<> read_all(std::string received)
    {
        std::array<char, 16 * 1024> piece;
        try {
            while (feed(received)) {
                const std::size_t count = co_await stream_.read_some(piece);
                if (count == 0)
                    break;
                received.assign(piece.data(), count);
            }
        } catch (const Error&) { // the connection is gone
        }
    }

    /// False where the connection is to end.
    bool feed(const std::string& bytes)
    {
        const auto used =
            nghttp2_session_mem_recv(session_, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
        if (resets_ > most_resets + answered_)
            nghttp2_session_terminate_session(session_, NGHTTP2_ENHANCE_YOUR_CALM);
        wake();
        return used >= 0 && nghttp2_session_want_read(session_) != 0;
    }

    net::Task<> write_all()
    {
        auto idle_since = std::chrono::steady_clock::now();
        try {
            while (!ended_ || nghttp2_session_want_write(session_) != 0) {
                const std::string bytes = gather();
                if (!bytes.empty()) {
                    deadline_.expire_after(write_time);
                    co_await stream_.write_all(bytes);
                    deadline_.clear();
                    continue;
                }
                if (nghttp2_session_want_read(session_) == 0 && nghttp2_session_want_write(session_) == 0)
                    break;
                if (ended_)
                    break;
                if (!exchanges_.empty())
                    idle_since = std::chrono::steady_clock::now();
                const bool idle_too_long = std::chrono::steady_clock::now() - idle_since > options_.idle;
                if (exchanges_.empty() && (idle_too_long || (stopping_ != nullptr && *stopping_)))
                    nghttp2_session_terminate_session(session_, NGHTTP2_NO_ERROR);
                else
                    co_await to_write_.wait(stop_check);
            }
        } catch (const Error&) { // the connection is gone
        }
        stream_.close(); // wakes the reader
        end_task();
    }

    std::string gather()
    {
        std::string bytes;
        while (bytes.size() < write_size) {
            const std::uint8_t* piece = nullptr;
            const auto count = nghttp2_session_mem_send(session_, &piece);
            if (count <= 0)
                break;
            bytes.append(reinterpret_cast<const char*>(piece), static_cast<std::size_t>(count));
        }
        return bytes;
    }

    void end_task()
    {
        --running_;
        task_ended_.notify_all();
    }

    net::Task<> handle_exchange(std::shared_ptr<ServedExchange> exchange, std::int32_t id)
    {
        bool failed = false;
        try {
            co_await handler_(*exchange);
        } catch (const std::exception&) { // the handler's own answers are behind it
            failed = true;
        }
        if (!exchange->is_reset())
            ++answered_;
        exchange->is_handled = false;
        if ((failed || !exchange->is_finished()) && !exchange->is_closed && !ended_)
            nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, NGHTTP2_INTERNAL_ERROR);
        if (exchange->is_closed)
            exchanges_.erase(id);
        wake();
        end_task();
    }

    ServedExchange* find(std::int32_t id)
    {
        const auto found = exchanges_.find(id);
        return found == exchanges_.end() ? nullptr : found->second.get();
    }

    void start(std::int32_t id)
    {
        const auto found = exchanges_.find(id);
        if (found == exchanges_.end() || found->second->is_handled)
            return;
        // One that was reset counts until its handler has noticed.
        if (running_ > options_.streams + 1) {
            nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, NGHTTP2_REFUSED_STREAM);
            return;
        }
        found->second->is_handled = true;
        ++running_;
        net::spawn(handle_exchange(found->second, id));
    }

    static Session& of(void* user) { return *static_cast<Session*>(user); }

    static int on_begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user)
    {
        if (frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST)
            of(user).exchanges_.emplace(frame->hd.stream_id,
                                        std::make_shared<ServedExchange>(of(user), frame->hd.stream_id));
        return 0;
    }

    static int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t name_size,
                         const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* user)
    {
        ServedExchange* const exchange = of(user).find(frame->hd.stream_id);
        if (exchange == nullptr || frame->headers.cat != NGHTTP2_HCAT_REQUEST)
            return 0;
        std::string key(reinterpret_cast<const char*>(name), name_size);
        std::string text(reinterpret_cast<const char*>(value), value_size);
        if (key == ":method")
            exchange->method = std::move(text);
        else if (key == ":path")
            exchange->path = std::move(text);
        else if (key == ":authority")
            exchange->authority = std::move(text);
        else if (!key.starts_with(':'))
            exchange->headers.emplace_back(std::move(key), std::move(text));
        std::size_t size = 0;
        for (const auto& [header, content] : exchange->headers)
            size += header.size() + content.size() + 32;
        return size > of(user).options_.header_list ? NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE : 0;
    }

    static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user)
    {
        Session& self = of(user);
        ServedExchange* const exchange = self.find(frame->hd.stream_id);
        if (frame->hd.type == NGHTTP2_RST_STREAM)
            ++self.resets_;
        if (exchange == nullptr)
            return 0;
        if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0 &&
            (frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA))
            exchange->end_of_request();
        if (frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST)
            self.start(frame->hd.stream_id);
        return 0;
    }

    static int on_data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data, std::size_t size,
                       void* user)
    {
        if (ServedExchange* const exchange = of(user).find(id))
            exchange->receive({reinterpret_cast<const char*>(data), size});
        else
            of(user).consume(id, size);
        return 0;
    }

    static int on_close(nghttp2_session*, std::int32_t id, std::uint32_t, void* user)
    {
        Session& self = of(user);
        const auto found = self.exchanges_.find(id);
        if (found == self.exchanges_.end())
            return 0;
        found->second->is_closed = true;
        if (found->second->is_handled)
            found->second->reset(); // its handler takes it away
        else
            self.exchanges_.erase(found);
        return 0;
    }

    net::Stream& stream_;
    const Handler& handler_;
    const bool* stopping_;
    const Options options_;
    net::Deadline deadline_;
    nghttp2_session* session_ = nullptr;
    std::map<std::int32_t, std::shared_ptr<ServedExchange>> exchanges_;
    net::Event to_write_, task_ended_;
    std::size_t running_ = 0; ///< coroutines that use the session
    std::uint64_t resets_ = 0, answered_ = 0;
    bool ended_ = false;
};

net::Task<bool> ServedExchange::read(std::string& into)
{
    while (received_.empty() && !request_ended_ && !reset_)
        co_await changed_.wait();
    if (!received_.empty()) {
        if (!is_closed && !session_.has_ended())
            session_.consume(id_, received_.size());
        into += std::exchange(received_, {});
        co_return true;
    }
    if (!request_ended_)
        fail_gone();
    co_return false;
}

ssize_t ServedExchange::take(std::uint8_t* into, std::size_t size, std::uint32_t* flags)
{
    const std::size_t count = std::min(size, unsent_.size() - sent_);
    std::copy_n(unsent_.data() + sent_, count, into);
    sent_ += count;
    if (sent_ == unsent_.size()) {
        unsent_.clear();
        sent_ = 0;
        changed_.notify_all();
        if (trailers_) {
            *flags |= NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
            const auto list = make_fields(*trailers_);
            nghttp2_submit_trailer(session_.handle(), id_, list.data(), list.size());
        } else if (count == 0) {
            deferred_ = true;
            return NGHTTP2_ERR_DEFERRED;
        }
    }
    return static_cast<ssize_t>(count);
}

void ServedExchange::send_headers(int status, const Fields& fields)
{
    Fields all = fields;
    all.insert(all.begin(), {":status", std::to_string(status)});
    started_ = true;
    if (is_closed || session_.has_ended())
        return;
    nghttp2_data_provider provider{};
    provider.source.ptr = this;
    provider.read_callback = [](nghttp2_session*, std::int32_t, std::uint8_t* into, std::size_t size,
                                std::uint32_t* flags, nghttp2_data_source* source,
                                void*) { return static_cast<ServedExchange*>(source->ptr)->take(into, size, flags); };
    const auto list = make_fields(all);
    nghttp2_submit_response(session_.handle(), id_, list.data(), list.size(), &provider);
    session_.wake();
}

net::Task<> ServedExchange::write(std::string_view bytes)
{
    while (unsent_.size() - sent_ > most_unsent && !reset_)
        co_await changed_.wait();
    if (reset_ || is_closed)
        fail_gone();
    unsent_ += bytes;
    if (std::exchange(deferred_, false))
        nghttp2_session_resume_data(session_.handle(), id_);
    session_.wake();
}

void ServedExchange::finish(const Fields& trailers)
{
    finished_ = true;
    if (is_closed || session_.has_ended())
        return;
    if (!started_) { // headers and trailers in one
        Fields all = trailers;
        all.insert(all.begin(), {":status", "200"});
        const auto list = make_fields(all);
        started_ = true;
        nghttp2_submit_response(session_.handle(), id_, list.data(), list.size(), nullptr);
    } else {
        trailers_ = trailers;
        if (std::exchange(deferred_, false))
            nghttp2_session_resume_data(session_.handle(), id_);
    }
    session_.wake();
}

} // namespace

std::string_view Exchange::header(std::string_view name) const
{
    const auto found =
        std::ranges::find(headers, name, [](const auto& field) { return std::string_view(field.first); });
    return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

net::Task<> serve(net::Stream& stream, std::string received, const Handler& handler, const bool* stopping,
                  Options options)
{
    Session session(stream, handler, stopping, options);
    co_await session.run(std::move(received));
}

} // namespace dfriends::http2
