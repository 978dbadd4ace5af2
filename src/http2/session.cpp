// SPDX-License-Identifier: Apache-2.0
#include "http2/session.hpp"

#include "base/error.hpp"
#include "base/scope_exit.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace dfriends::http2 {

namespace {

constexpr std::size_t most_of_a_write = 64 * 1024; ///< frames are gathered up to there
constexpr std::size_t kept_buffer = 16 * 1024;     ///< of a writer that has nothing to do
constexpr std::chrono::milliseconds linger{2000};  ///< for the client to read our last word

nghttp2_nv make_field(std::string_view name, std::string_view value)
{
    return {reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data())),
            reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())), name.size(), value.size(),
            NGHTTP2_NV_FLAG_NONE};
}

std::vector<nghttp2_nv> make_fields(const Fields& fields)
{
    std::vector<nghttp2_nv> made;
    made.reserve(fields.size() + 1);
    for (const auto& [name, value] : fields)
        made.push_back(make_field(name, value));
    return made;
}

ssize_t produce_data(nghttp2_session*, std::int32_t, std::uint8_t* into, std::size_t room, std::uint32_t* flags,
                     nghttp2_data_source* source, void*)
{
    return static_cast<Exchange*>(source->ptr)->produce(into, room, *flags);
}

} // namespace

const std::string& Exchange::peer_address() const
{
    return session_->peer_address();
}

void Exchange::check_open() const
{
    if (is_gone_ || interrupted_)
        throw Error(ErrorKind::unavailable, "nobody waits for the answer any more");
}

net::Task<std::string> Exchange::read()
{
    check_open();
    while (received_.empty() && !received_end_) {
        co_await readable_.wait();
        check_open();
    }
    std::string bytes = std::exchange(received_, {});
    if (!bytes.empty()) {
        nghttp2_session_consume(session_->frames(), id_, bytes.size());
        session_->wake();
    }
    co_return bytes;
}

void Exchange::submit(int status, const Fields& fields, nghttp2_data_provider* body)
{
    if (is_gone_)
        return;
    const std::string number = std::to_string(status);
    std::vector<nghttp2_nv> head = make_fields(fields);
    head.insert(head.begin(), make_field(":status", number));
    nghttp2_submit_response(session_->frames(), id_, head.data(), head.size(), body);
    session_->wake();
}

void Exchange::start(int status, const Fields& fields)
{
    started_ = true;
    nghttp2_data_provider body{};
    body.source.ptr = this;
    body.read_callback = produce_data;
    submit(status, fields, &body);
}

void Exchange::answer(int status, const Fields& fields)
{
    finished_ = true;
    submit(status, fields, nullptr);
}

void Exchange::send(std::string bytes)
{
    if (is_gone_)
        return;
    if (unsent() == 0) {
        unsent_ = std::move(bytes);
        sent_ = 0;
    } else {
        unsent_.append(bytes);
    }
    resume();
}

net::Task<> Exchange::wait_for_room()
{
    check_open();
    while (unsent() > session_->options().unsent) {
        co_await roomy_.wait();
        check_open();
    }
}

void Exchange::finish(Fields trailers)
{
    finished_ = true;
    trailers_ = std::move(trailers);
    if (!is_gone_)
        resume();
}

void Exchange::interrupt()
{
    interrupted_ = true;
    readable_.notify_all();
    roomy_.notify_all();
}

void Exchange::resume()
{
    if (std::exchange(deferred_, false))
        nghttp2_session_resume_data(session_->frames(), id_);
    session_->wake();
}

bool Exchange::add_field(std::string_view name, std::string_view value, std::size_t limit)
{
    header_bytes_ += name.size() + value.size() + 32; // as RFC 9113 section 6.5.2 counts
    if (header_bytes_ > limit)
        return false;
    if (name == ":method")
        method = value;
    else if (name == ":path")
        path = value;
    else if (name == ":authority")
        authority = value;
    else if (!name.starts_with(':'))
        headers.emplace_back(name, value);
    return true;
}

void Exchange::receive(std::string_view bytes)
{
    received_.append(bytes);
    readable_.notify_all();
}

void Exchange::receive_end()
{
    received_end_ = true;
    readable_.notify_all();
}

std::size_t Exchange::close()
{
    is_gone_ = true;
    readable_.notify_all();
    roomy_.notify_all();
    unsent_ = {};
    sent_ = 0;
    if (const auto wake = std::exchange(on_cancel_, {}))
        wake();
    return std::exchange(received_, {}).size();
}

ssize_t Exchange::produce(std::uint8_t* into, std::size_t room, std::uint32_t& flags)
{
    const std::size_t count = std::min(room, unsent());
    if (count != 0)
        std::memcpy(into, unsent_.data() + sent_, count);
    sent_ += count;
    if (unsent() <= session_->options().unsent)
        roomy_.notify_all();
    if (unsent() == 0) {
        unsent_ = {};
        sent_ = 0;
        if (finished_) {
            flags |= NGHTTP2_DATA_FLAG_EOF;
            if (!trailers_.empty()) {
                flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
                const std::vector<nghttp2_nv> fields = make_fields(trailers_);
                nghttp2_submit_trailer(session_->frames(), id_, fields.data(), fields.size());
            }
        } else if (count == 0) {
            deferred_ = true;
            return NGHTTP2_ERR_DEFERRED;
        }
    }
    return static_cast<ssize_t>(count);
}

/// nghttp2's calls, which run inside feed() or while the writer gathers frames.
struct Session::Callbacks {
    static Session& session(void* user) { return *static_cast<Session*>(user); }

    static bool begins_request(const nghttp2_frame* frame)
    {
        return frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST;
    }

    static int on_begin_headers(nghttp2_session* frames, const nghttp2_frame* frame, void* user)
    {
        if (!begins_request(frame))
            return 0;
        Session& self = session(user);
        const std::int32_t id = frame->hd.stream_id;
        // A stream that was reset counts until its handler has noticed.
        if (self.handlers_ + self.begun_.size() >= 2 * std::size_t{self.options_.streams})
            return nghttp2_submit_rst_stream(frames, NGHTTP2_FLAG_NONE, id, NGHTTP2_REFUSED_STREAM);
        const auto exchange = std::make_shared<Exchange>(self.shared_from_this(), id);
        exchange->is_encrypted = self.stream_.is_encrypted();
        self.exchanges_.emplace(id, exchange);
        return 0;
    }

    static int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t name_size,
                         const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* user)
    {
        Session& self = session(user);
        Exchange* const exchange = begins_request(frame) ? self.find(frame->hd.stream_id) : nullptr;
        if (exchange == nullptr) // refused, or a trailer
            return 0;
        const bool fits =
            exchange->add_field({reinterpret_cast<const char*>(name), name_size},
                                {reinterpret_cast<const char*>(value), value_size}, self.options_.header_list);
        return fits ? 0 : NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }

    static int on_frame_recv(nghttp2_session*, const nghttp2_frame* frame, void* user)
    {
        Session& self = session(user);
        self.on_control_frame(*frame);
        if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA)
            return 0;
        const auto found = self.exchanges_.find(frame->hd.stream_id);
        if (found == self.exchanges_.end())
            return 0;
        if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0)
            found->second->receive_end();
        if (begins_request(frame))
            self.begun_.push_back(found->second);
        return 0;
    }

    static int on_data(nghttp2_session* frames, std::uint8_t, std::int32_t id, const std::uint8_t* data,
                       std::size_t size, void* user)
    {
        if (Exchange* const exchange = session(user).find(id))
            exchange->receive({reinterpret_cast<const char*>(data), size});
        else
            nghttp2_session_consume_connection(frames, size);
        return 0;
    }

    static int on_frame_send(nghttp2_session* frames, const nghttp2_frame* frame, void* user)
    {
        if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA)
            return 0;
        Session& self = session(user);
        self.flood_guard_.sent_answer();
        const Exchange* const exchange = self.find(frame->hd.stream_id);
        // The answer is out, so the rest of the request is of no use (RFC 9113 section 8.1).
        if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0 && exchange != nullptr && !exchange->has_received_end())
            nghttp2_submit_rst_stream(frames, NGHTTP2_FLAG_NONE, frame->hd.stream_id, NGHTTP2_NO_ERROR);
        return 0;
    }

    static int on_stream_close(nghttp2_session*, std::int32_t id, std::uint32_t, void* user)
    {
        session(user).forget(id);
        return 0;
    }
};

Session::Session(net::Stream& stream, const Handler& handler, const ServeOptions& options)
    : stream_(stream), handler_(handler), options_(options), peer_address_(stream.peer_address()),
      heard_(std::chrono::steady_clock::now())
{
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_option* settings = nullptr;
    if (nghttp2_session_callbacks_new(&callbacks) != 0 || nghttp2_option_new(&settings) != 0)
        throw std::bad_alloc();
    const ScopeExit free_both([&] {
        nghttp2_session_callbacks_del(callbacks);
        nghttp2_option_del(settings);
    });
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, Callbacks::on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, Callbacks::on_header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, Callbacks::on_frame_recv);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, Callbacks::on_data);
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, Callbacks::on_frame_send);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, Callbacks::on_stream_close);
    nghttp2_option_set_no_auto_window_update(settings, 1);
    if (nghttp2_session_server_new2(&frames_, callbacks, this, settings) != 0)
        throw std::bad_alloc();
}

Session::~Session()
{
    nghttp2_session_del(frames_);
}

Exchange* Session::find(std::int32_t id)
{
    const auto found = exchanges_.find(id);
    return found == exchanges_.end() ? nullptr : found->second.get();
}

void Session::forget(std::int32_t id)
{
    const auto found = exchanges_.find(id);
    if (found == exchanges_.end())
        return;
    const std::shared_ptr<Exchange> exchange = std::move(found->second);
    exchanges_.erase(found);
    if (const std::size_t unread = exchange->close(); unread != 0)
        nghttp2_session_consume_connection(frames_, unread);
}

void Session::forget_all()
{
    const auto exchanges = std::exchange(exchanges_, {});
    for (const auto& [id, exchange] : exchanges)
        exchange->close();
}

void Session::introduce()
{
    const std::array<nghttp2_settings_entry, 3> entries{{
        {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, options_.streams},
        {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, static_cast<std::uint32_t>(options_.stream_window)},
        {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, options_.header_list},
    }};
    nghttp2_submit_settings(frames_, NGHTTP2_FLAG_NONE, entries.data(), entries.size());
    nghttp2_session_set_local_window_size(frames_, NGHTTP2_FLAG_NONE, 0, options_.connection_window);
}

net::Task<> Session::run(std::string begun)
{
    const auto self = shared_from_this();
    silence_ = std::make_unique<net::Deadline>([weak = weak_from_this()] {
        if (const auto open = weak.lock())
            open->look_after_silence();
    });
    transfer_ = std::make_unique<net::Deadline>([weak = weak_from_this()] {
        if (const auto open = weak.lock(); open && !open->is_over_)
            open->stream_.close();
    });
    const ScopeExit let_go([&] { exchanges_.clear(); }); // they hold this session
    silence_->expire_after(options_.silence);
    introduce();
    is_writing_ = true;
    net::spawn(write_frames());
    try {
        co_await read_frames(std::move(begun));
    } catch (const Error&) { // the client is gone
    }
    forget_all();
    stream_.close();
    is_over_ = true;
    wake();
    while (is_writing_ || handlers_ > 0)
        co_await ended_.wait(std::chrono::seconds(1));
    silence_.reset();
    transfer_.reset();
}

net::Task<> Session::read_frames(std::string begun)
{
    std::array<char, 16 * 1024> piece;
    bool open = feed(begun);
    begun = {};
    while (const std::size_t count = co_await stream_.read_some(piece)) {
        heard_ = std::chrono::steady_clock::now();
        pinged_ = false;
        silence_->expire_after(options_.silence);
        if (open) // else only until the client has read why, and ended
            open = feed({piece.data(), count});
    }
}

/// False where what comes further is of no interest.
bool Session::feed(std::string_view bytes)
{
    const ssize_t used =
        nghttp2_session_mem_recv(frames_, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    if (used < 0)
        throw Error(ErrorKind::unavailable, "the client does not speak HTTP/2: {}",
                    nghttp2_strerror(static_cast<int>(used)));
    start_handlers();
    wake();
    return nghttp2_session_want_read(frames_) != 0;
}

/// After the frames of one read, so that a short request is whole when its handler looks.
void Session::start_handlers()
{
    for (const std::shared_ptr<Exchange>& exchange : std::exchange(begun_, {})) {
        ++handlers_;
        net::spawn(handle(exchange));
    }
}

net::Task<> Session::handle(std::shared_ptr<Exchange> exchange)
{
    const auto self = shared_from_this();
    const ScopeExit leave([&] {
        --handlers_;
        ended_.notify_all();
    });
    bool whole = false;
    try {
        if (!exchange->is_cancelled())
            co_await handler_(*exchange);
        whole = exchange->is_finished();
    } catch (const std::exception&) { // a fault of the handler, whose answer cannot be finished
    }
    exchange->on_cancel({});
    if (!whole && !exchange->is_cancelled()) {
        nghttp2_submit_rst_stream(frames_, NGHTTP2_FLAG_NONE, exchange->id(), NGHTTP2_INTERNAL_ERROR);
        wake();
    }
}

net::Task<> Session::write_frames()
{
    const auto self = shared_from_this();
    const ScopeExit leave([&] {
        is_writing_ = false;
        ended_.notify_all();
    });
    std::string out;
    try {
        while (!is_over_) {
            out.clear();
            const std::uint8_t* bytes = nullptr;
            ssize_t count = 0;
            while (out.size() < most_of_a_write && (count = nghttp2_session_mem_send(frames_, &bytes)) > 0)
                out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(count));
            if (!out.empty()) {
                transfer_->expire_after(options_.transfer);
                co_await stream_.write_all(out);
                if (!is_over_)
                    transfer_->clear();
                continue;
            }
            if (count < 0 || (nghttp2_session_want_read(frames_) == 0 && nghttp2_session_want_write(frames_) == 0))
                break;
            if (out.capacity() > kept_buffer)
                out = {};
            co_await woken_.wait();
        }
        if (is_over_)
            co_return;
        transfer_->expire_after(linger);
        co_await stream_.shutdown();
    } catch (const Error&) { // the client is gone, which the reader learns from the same connection
        if (!is_over_)
            stream_.close();
    }
}

/// What costs a client nothing is counted, what greets us is remembered.
void Session::on_control_frame(const nghttp2_frame& frame)
{
    const bool acknowledges = (frame.hd.flags & NGHTTP2_FLAG_ACK) != 0;
    const auto now = std::chrono::steady_clock::now();
    bool fine = true;
    switch (frame.hd.type) {
    case NGHTTP2_SETTINGS:
        greeted_ = true;
        fine = acknowledges || flood_guard_.take(now);
        break;
    case NGHTTP2_PING:
        fine = acknowledges || flood_guard_.take_ping(now);
        break;
    case NGHTTP2_RST_STREAM:
    case NGHTTP2_PRIORITY:
        fine = flood_guard_.take(now);
        break;
    case NGHTTP2_DATA:
        fine = frame.hd.length != 0 || (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0 || flood_guard_.take(now);
        break;
    default:
        break;
    }
    if (!fine)
        end_at_once(NGHTTP2_ENHANCE_YOUR_CALM);
}

void Session::end_at_once(std::uint32_t code)
{
    nghttp2_session_terminate_session(frames_, code);
    wake();
}

void Session::drain()
{
    if (is_over_)
        return;
    nghttp2_submit_goaway(frames_, NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(frames_),
                          NGHTTP2_NO_ERROR, nullptr, 0);
    wake();
}

/// Nothing has come for a while. Where calls are open the client is asked for a sign; where none is it may wait longer.
void Session::look_after_silence()
{
    if (is_over_)
        return;
    if (pinged_) {
        stream_.close();
        return;
    }
    if (!exchanges_.empty()) {
        pinged_ = true;
        nghttp2_submit_ping(frames_, NGHTTP2_FLAG_NONE, nullptr);
        silence_->expire_after(options_.ping);
        wake();
        return;
    }
    if (!greeted_ || std::chrono::steady_clock::now() - heard_ >= options_.idle)
        end_at_once(NGHTTP2_NO_ERROR);
    silence_->expire_after(options_.silence);
}

} // namespace dfriends::http2
