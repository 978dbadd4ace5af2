// SPDX-License-Identifier: Apache-2.0
#include "http/client.hpp"

#include "base/text.hpp"
#include "http/body_writer.hpp"
#include "http/codec.hpp"
#include "http/pool.hpp"

#include <boost/beast/http/error.hpp>

#include <algorithm>

namespace dfriends::http {

struct Reply::Inside {
    Inside(std::shared_ptr<Client::Pool> owner, Kept connection, std::size_t head_limit)
        : pool(std::move(owner)), kept(std::move(connection)), reader(*kept.stream, kept.buffer, head_limit),
          deadline([this] { kept.stream->close(); })
    {
    }

    std::shared_ptr<Client::Pool> pool;
    Kept kept;
    MessageReader<false> reader;
    net::Deadline deadline;
    std::chrono::milliseconds idle_timeout{0};
    bool bodiless = false;
    bool over = false; ///< the body has been read, and the connection has been given away

    /// At the body's end a connection that may go on returns to the pool.
    void finish()
    {
        deadline.clear();
        if (std::exchange(over, true))
            return;
        if (reader.parser.keep_alive() && !reader.parser.need_eof() && kept.buffer.empty())
            pool->give_back(std::move(kept));
    }
};

Reply::Reply(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
Reply::Reply(Reply&&) noexcept = default;
Reply& Reply::operator=(Reply&&) noexcept = default;
Reply::~Reply() = default;

int Reply::status() const
{
    return inside_->reader.parser.head.status;
}

const std::string& Reply::reason() const
{
    return inside_->reader.parser.head.reason;
}

const Headers& Reply::headers() const
{
    return inside_->reader.parser.head.headers;
}

std::optional<std::uint64_t> Reply::content_length() const
{
    const auto length = headers().find("Content-Length");
    return length && !headers().has("Transfer-Encoding") ? parse_unsigned(*length) : std::nullopt;
}

bool Reply::is_close_delimited() const
{
    return !inside_->bodiless && inside_->reader.parser.need_eof();
}

net::Task<std::size_t> Reply::read_some(std::span<char> into)
{
    Inside& inside = *inside_;
    if (inside.over || inside.bodiless) {
        inside.finish();
        co_return 0;
    }
    if (inside.idle_timeout.count() > 0)
        inside.deadline.expire_after(inside.idle_timeout);
    std::size_t count = 0;
    std::exception_ptr failure;
    try {
        count = co_await inside.reader.read_body(into);
    } catch (const Error&) {
        failure = std::current_exception();
    }
    inside.deadline.clear();
    if (failure && inside.deadline.has_expired())
        throw Error(ErrorKind::unavailable, "the peer sent nothing for {} s", inside.idle_timeout.count() / 1000);
    if (failure)
        std::rethrow_exception(failure);
    if (count == 0)
        inside.finish();
    co_return count;
}

Upgraded Reply::upgrade() &&
{
    inside_->over = true;
    inside_->deadline.clear();
    return {std::move(inside_->kept.stream), std::move(inside_->kept.buffer)};
}

namespace {

bool carries_body(const Call& call)
{
    return !call.body.empty() || call.method == "POST" || call.method == "PUT" || call.method == "PATCH";
}

/// A proxy is told the whole URL (RFC 9112 section 3.2.2), less the user's name and password.
std::string target_of(const Url& url, const ClientOptions& options)
{
    return options.proxy && url.scheme == "http" ? "http://" + url.authority() + url.target : url.target;
}

std::string render_call(const Call& call, const ClientOptions& options)
{
    std::string head = fmt::format("{} {} HTTP/1.1\r\n", call.method, target_of(call.url, options));
    if (!call.headers.has("Host"))
        append_field(head, "Host", call.url.authority());
    if (!call.headers.has("User-Agent"))
        append_field(head, "User-Agent", options.user_agent);
    for (const auto& [name, value] : call.headers)
        append_field(head, name, value);
    if (call.producer) {
        if (!call.headers.has("Content-Length"))
            append_field(head, "Transfer-Encoding", "chunked");
    } else if (carries_body(call)) {
        append_field(head, "Content-Length", std::to_string(call.body.size()));
    }
    return head += "\r\n";
}

net::Task<> send_call(net::Stream& stream, const Call& call, const ClientOptions& options)
{
    const std::string head = render_call(call, options);
    if (!call.producer) {
        co_await stream.write_all(head, call.body);
        co_return;
    }
    co_await stream.write_all(head);
    if (const auto length = call.headers.find("Content-Length")) {
        PlainWriter writer(stream, parse_unsigned(*length));
        co_await call.producer(writer);
        writer.finish();
        co_return;
    }
    ChunkedWriter writer(stream);
    co_await call.producer(writer);
    co_await writer.finish();
}

/// Nothing that the user typed or a peer sent may end a header line early.
void refuse_control_characters(const Call& call)
{
    const auto is_bad = [](std::string_view text) {
        return std::ranges::any_of(
            text, [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; });
    };
    bool bad = is_bad(call.method) || is_bad(call.url.target) || call.url.target.find(' ') != std::string::npos;
    for (const auto& [name, value] : call.headers)
        bad = bad || is_bad(name) || is_bad(value);
    if (bad)
        throw Error(ErrorKind::invalid, "a request for '{}' holds a control character",
                    printable(call.url.text().substr(0, 200)));
}

bool is_repeatable(const Call& call)
{
    return !call.producer &&
           (call.method == "GET" || call.method == "HEAD" || call.method == "PUT" || call.method == "DELETE");
}

/// Reads heads until one is final; false where the connection ended before the first byte.
net::Task<bool> read_final_head(Reply::Inside& inside, const Call& call)
{
    // A new parser for each 1xx: the reader is made anew in place.
    for (;;) {
        inside.reader.parser.skip(call.method == "HEAD");
        if (!co_await inside.reader.read_head([] {}))
            co_return false;
        const int status = inside.reader.parser.head.status;
        if (status == 101 || status >= 200)
            break;
        std::destroy_at(&inside.reader);
        std::construct_at(&inside.reader, *inside.kept.stream, inside.kept.buffer, inside.pool->options.head_limit);
    }
    const int status = inside.reader.parser.head.status;
    inside.bodiless = call.method == "HEAD" || status == 204 || status == 304;
    co_return true;
}

/// One try on one connection; nothing where a connection from the pool turned out to be dead.
net::Task<std::optional<Reply>> try_call(std::shared_ptr<Client::Pool> pool, const Call& call, Kept kept)
{
    const bool reused = kept.reused;
    auto inside = std::make_unique<Reply::Inside>(pool, std::move(kept), pool->options.head_limit);
    if (call.head_timeout.count() > 0)
        inside->deadline.expire_after(call.head_timeout);
    std::exception_ptr failure;
    bool answered = false;
    try {
        co_await send_call(*inside->kept.stream, call, pool->options);
    } catch (const Error&) {
        failure = std::current_exception(); // the peer may have answered early and closed: its answer counts more
        inside->deadline.expire_after(
            std::chrono::seconds(2)); // but it may as well wait for the rest of a body that broke off
    }
    try {
        answered = co_await read_final_head(*inside, call);
    } catch (const Error&) {
        if (!failure)
            failure = std::current_exception();
    }
    inside->deadline.clear();
    if (!answered && failure && call.producer)
        std::rethrow_exception(failure);
    if (!answered && inside->deadline.has_expired())
        throw Error(ErrorKind::unavailable, "no answer from '{}' within {} s", call.url.authority(),
                    call.head_timeout.count() / 1000);
    if (!answered && reused && is_repeatable(call))
        co_return std::nullopt;
    if (!answered && failure)
        std::rethrow_exception(failure);
    if (!answered)
        throw Error(ErrorKind::unavailable, "'{}' closed the connection without an answer", call.url.authority());
    inside->idle_timeout = call.idle_timeout;
    co_return Reply(std::move(inside));
}

} // namespace

Client::Client(ClientOptions options) : pool_(std::make_shared<Pool>(std::move(options))) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

net::Task<Reply> Client::send(Call call)
{
    const std::shared_ptr<Pool> pool = pool_;
    refuse_control_characters(call);
    if (auto kept = pool->take(call.url, is_repeatable(call)))
        if (auto reply = co_await try_call(pool, call, std::move(*kept)))
            co_return std::move(*reply);
    Kept fresh = co_await pool->open(call.url, call.connect_timeout);
    auto reply = co_await try_call(pool, call, std::move(fresh));
    co_return std::move(*reply); // a fresh connection either answers or throws
}

} // namespace dfriends::http
