// SPDX-License-Identifier: Apache-2.0
#include "http/serve.hpp"

#include "base/clock.hpp"
#include "base/text.hpp"
#include "http/body_writer.hpp"
#include "http/codec.hpp"
#include "http/connection.hpp"
#include "http/status.hpp"

#include <boost/beast/http/error.hpp>

namespace dfriends::http {

namespace {

using SteadyClock = std::chrono::steady_clock;

/// The Date header's value, made once a second.
const std::string& http_date_now()
{
    thread_local std::string text;
    thread_local TimePoint made{};
    const TimePoint now = std::chrono::floor<std::chrono::seconds>(system_now());
    if (text.empty() || now != made) {
        made = now;
        text = render_http_date(now);
    }
    return text;
}

/// The body of a request as the handler reads it; sends "100 Continue" before the first read where the client waits for
/// it.
class RequestBody final : public BodyReader {
  public:
    RequestBody(net::Stream& stream, MessageReader<true>& reader, net::Deadline& deadline, const ServeOptions& options,
                bool expects_continue)
        : stream_(stream), reader_(reader), deadline_(deadline), options_(options), expects_continue_(expects_continue)
    {
    }

    net::Task<std::size_t> read_some(std::span<char> into) override
    {
        if (reader_.parser.is_done())
            co_return 0;
        if (std::exchange(expects_continue_, false))
            co_await stream_.write_all("HTTP/1.1 100 Continue\r\n\r\n");
        deadline_.expire_after(options_.transfer);
        const std::size_t count = co_await reader_.read_body(into);
        deadline_.clear();
        co_return count;
    }

    bool is_done() const { return reader_.parser.is_done(); }
    /// The client still waits for our "100 Continue", and so has sent nothing of the body.
    bool is_held_back() const { return expects_continue_; }

  private:
    net::Stream& stream_;
    MessageReader<true>& reader_;
    net::Deadline& deadline_;
    const ServeOptions& options_;
    bool expects_continue_;
};

Response error_response(const Error& error, int status)
{
    std::string text = error.message() + "\n";
    if (!error.hint().empty())
        text += "hint: " + error.hint() + "\n";
    return text_response(status, std::move(text));
}

int status_of_bad_head(const Error& error)
{
    const std::string too_large = make_error_code(boost::beast::http::error::header_limit).message();
    return error.message().ends_with(too_large) ? 431 : 400;
}

/// What is wrong with a head that the grammar lets pass (RFC 9112 sections 2.3, 3.2, 6.1); 0 where nothing is.
int find_fault(const Head& head, bool chunked)
{
    if (head.version != 10 && head.version != 11)
        return 505; // HTTP/1.2 and its like; other major versions do not pass the grammar
    unsigned hosts = 0;
    for (const auto& [name, value] : head.headers)
        hosts += equal_ignoring_case(name, "host") ? 1 : 0;
    if (hosts > 1 || (hosts == 0 && head.version == 11))
        return 400;
    if (head.headers.has("Transfer-Encoding") && (!chunked || head.version == 10 || head.headers.has("Content-Length")))
        return 400;
    return 0;
}

/// Whether a connection begins as HTTP/2 does (RFC 9113 section 3.4). Asked only of what HTTP/1's grammar refuses, so
/// that others pay nothing for it.
bool begins_http2(std::string_view bytes)
{
    return bytes.starts_with("PRI * HTTP/2.0\r\n\r\n");
}

/// One request and its answer on a connection.
class Session {
  public:
    Session(net::Stream& stream, const Handler& handler, const ServeOptions& options, Connection& connection)
        : stream_(stream), handler_(handler), options_(options), connection_(connection),
          deadline_([&stream] { stream.close(); })
    {
    }

    net::Task<> run()
    {
        while (co_await serve_one()) {
        }
        co_await linger();
    }

  private:
    /// False once the connection is to end.
    net::Task<bool> serve_one()
    {
        MessageReader<true> reader(stream_, buffer_, options_.head_limit);
        deadline_.expire_after(options_.idle);
        std::optional<Response> refusal;
        try {
            const bool begun = co_await reader.read_head([this] {
                connection_.busy = true;
                deadline_.expire_after(options_.head);
            });
            if (!begun) {
                is_gone_ = true;
                co_return false;
            }
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::invalid) {
                is_gone_ = true;
                co_return false;
            }
            is_other_ = is_first_ && options_.http2 && begins_http2(buffer_);
            refusal = error_response(error, status_of_bad_head(error));
        }
        deadline_.clear();
        if (is_other_) {
            is_gone_ = true;
            co_await options_.http2(stream_, std::exchange(buffer_, {}), connection_.on_drain);
            co_return false;
        }
        is_first_ = false;
        Head& head = reader.parser.head;
        if (!refusal)
            if (const int fault = find_fault(head, reader.parser.chunked()))
                refusal = text_response(fault, std::string(reason_of(fault)) + "\n");

        request_ = Request{std::move(head.method),
                           std::move(head.target),
                           head.version - 10,
                           std::move(head.headers),
                           nullptr,
                           &stream_};
        RequestBody body(stream_, reader, deadline_, options_, request_.headers.has_token("Expect", "100-continue"));
        request_.body = &body;
        started_ = SteadyClock::now();
        keep_alive_ = !refusal && reader.parser.keep_alive();
        if (!refusal)
            refusal = co_await answer();
        if (keep_alive_ && !body.is_done())
            co_await skip_body(body);
        const bool open = co_await respond(std::move(*refusal));
        connection_.busy = false;
        co_return open && !(connection_.stopping != nullptr && *connection_.stopping);
    }

    net::Task<Response> answer()
    {
        try {
            co_return co_await handler_(request_);
        } catch (const Error& error) {
            co_return error_response(error, status_of(error.kind()));
        } catch (const std::exception&) {
            co_return text_response(500, "internal error\n");
        }
    }

    /// A body that the handler left must not be read as the next request: small ones are read, others end the
    /// connection.
    net::Task<> skip_body(RequestBody& body)
    {
        std::array<char, 4096> piece;
        std::size_t skipped = 0;
        try {
            while (!body.is_done()) {
                if (body.is_held_back() || skipped > 65536) {
                    keep_alive_ = false;
                    co_return;
                }
                skipped += co_await body.read_some(piece);
            }
        } catch (const Error&) {
            keep_alive_ = false;
        }
    }

    /// Sends the answer; true where the connection can go on.
    net::Task<bool> respond(Response response)
    {
        const bool head_only = request_.method == "HEAD" || response.status == 204 || response.status == 304;
        if (response.headers.has_token("Connection", "close"))
            keep_alive_ = false;
        deadline_.expire_after(options_.transfer);
        std::uint64_t sent = 0;
        bool complete = false;
        try {
            if (auto* upgrade = std::get_if<Upgrade>(&response.body)) {
                const std::string head = render_head(response, std::nullopt, false);
                co_await stream_.write_all(head);
                deadline_.clear();
                co_await (*upgrade)(stream_, std::exchange(buffer_, {}));
                keep_alive_ = false;
            } else {
                sent = co_await send_body(response, head_only);
            }
            complete = true;
        } catch (const Error&) { // the client is gone, or a producer failed: either way the connection must end here
            keep_alive_ = false;
            is_gone_ = true;
            stream_.close();
        }
        deadline_.clear();
        if (options_.on_exchange) {
            const auto duration = std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - started_);
            options_.on_exchange({request_, response.status, sent, duration, complete});
        }
        co_return keep_alive_;
    }

    net::Task<std::uint64_t> send_body(Response& response, bool head_only)
    {
        const auto* text = std::get_if<std::string>(&response.body);
        if (const auto* shared = std::get_if<SharedText>(&response.body))
            text = shared->get();
        if (text != nullptr) {
            const std::string head = render_head(response, text->size(), false);
            co_await stream_.write_all(head, head_only ? std::string_view() : std::string_view(*text));
            co_return head_only ? 0 : text->size();
        }
        if (auto* file = std::get_if<FileSlice>(&response.body)) {
            const std::string head = render_head(response, file->length, false);
            if (head_only)
                co_await stream_.write_all(head);
            else
                co_await send_pieces(head, *file);
            co_return head_only ? 0 : file->length;
        }
        co_return co_await produce(response, std::get<Producer>(response.body), head_only);
    }

    /// A large file in parts, so that the transfer deadline watches progress and not the whole.
    net::Task<> send_pieces(std::string_view head, const FileSlice& file)
    {
        constexpr std::uint64_t part = 8U << 20U;
        co_await stream_.send_file(file.descriptor, file.offset, std::min(part, file.length), head);
        for (std::uint64_t done = part; done < file.length; done += part) {
            deadline_.expire_after(options_.transfer);
            co_await stream_.send_file(file.descriptor, file.offset + done, std::min(part, file.length - done));
        }
    }

    net::Task<std::uint64_t> produce(const Response& response, const Producer& producer, bool head_only)
    {
        const auto declared = response.headers.find("Content-Length");
        const auto length = declared ? parse_unsigned(*declared) : std::nullopt;
        const bool chunked = !length && request_.minor_version == 1;
        if (!length && !chunked)
            keep_alive_ = false; // HTTP/1.0 has no chunks: the end of the connection ends the body
        const std::string head = render_head(response, std::nullopt, chunked);
        co_await stream_.write_all(head);
        deadline_.clear(); // a producer may wait as long as it likes (watches)
        if (head_only)
            co_return 0;
        if (chunked) {
            ChunkedWriter writer(stream_);
            co_await producer(writer);
            co_await writer.finish();
            co_return writer.written();
        }
        PlainWriter writer(stream_, length);
        co_await producer(writer);
        writer.finish();
        co_return writer.written();
    }

    std::string render_head(const Response& response, std::optional<std::uint64_t> length, bool chunked)
    {
        std::string head;
        head.reserve(512);
        const std::string_view reason =
            response.reason.empty() ? reason_of(response.status) : std::string_view(response.reason);
        fmt::format_to(std::back_inserter(head), "HTTP/1.1 {} {}\r\n", response.status, reason);
        if (!options_.server_name.empty() && !response.headers.has("Server"))
            append_field(head, "Server", options_.server_name);
        if (!response.headers.has("Date"))
            append_field(head, "Date", http_date_now());
        for (const auto& [name, value] : response.headers)
            append_field(head, name, value);
        const bool bodiless = response.status < 200 || response.status == 204;
        if (length && !bodiless && response.status != 304 && !response.headers.has("Content-Length"))
            append_field(head, "Content-Length", fmt::format_int(*length).c_str());
        if (chunked)
            append_field(head, "Transfer-Encoding", "chunked");
        if (!std::holds_alternative<Upgrade>(response.body) && !response.headers.has("Connection")) {
            if (!keep_alive_)
                append_field(head, "Connection", "close");
            else if (request_.minor_version == 0)
                append_field(head, "Connection", "keep-alive");
        }
        return head += "\r\n";
    }

    /// Ends our side and reads a little on: a close with unread bytes would reset the connection and cost the client
    /// our answer.
    net::Task<> linger()
    {
        if (is_gone_)
            co_return;
        try {
            deadline_.expire_after(std::chrono::seconds(2));
            co_await stream_.shutdown();
            std::array<char, 16384> piece;
            for (int i = 0; i < 64 && co_await stream_.read_some(piece) > 0; ++i) {
            }
        } catch (const Error&) { // it was reset: gone as well
        }
        deadline_.clear();
    }

    net::Stream& stream_;
    const Handler& handler_;
    const ServeOptions& options_;
    Connection& connection_;
    net::Deadline deadline_;
    std::string buffer_;
    Request request_;
    SteadyClock::time_point started_;
    bool keep_alive_ = true;
    bool is_gone_ = false;
    bool is_first_ = true;
    bool is_other_ = false; ///< HTTP/2
};

} // namespace

net::Task<> serve_connection(net::Stream& stream, const Handler& handler, const ServeOptions& options,
                             Connection& connection)
{
    Session session(stream, handler, options, connection);
    co_await session.run();
}

net::Task<> serve(net::Stream& stream, const Handler& handler, const ServeOptions& options, const bool* stopping)
{
    Connection connection;
    connection.stopping = stopping;
    co_await serve_connection(stream, handler, options, connection);
}

} // namespace dfriends::http
