// SPDX-License-Identifier: Apache-2.0
#include "router/forward.hpp"

#include "base/error.hpp"
#include "base/scope_exit.hpp"
#include "base/text.hpp"
#include "net/tcp.hpp"

#include <algorithm>
#include <array>

namespace dfriends::router {

namespace {

/// Answers of at most so many bytes go out in one piece.
constexpr std::uint64_t small_body = 16 * 1024;

/// A backend could not be reached: nothing was sent, so that the next one may have the request.
struct Unreached : Error {
    using Error::Error;
};

net::Task<net::StreamPointer> dial(const http::Url& url, std::chrono::milliseconds timeout)
{
    std::string reason;
    try {
        co_return co_await net::connect_tcp(net::Endpoint{url.host, url.port}, timeout);
    } catch (const Error& error) {
        reason = error.message();
    }
    throw Unreached(ErrorKind::unavailable, "{}", reason);
}

/// Fields that speak of one connection only (RFC 9110 section 7.6.1), and the one that our server has answered.
bool is_hop_by_hop(std::string_view name)
{
    constexpr std::array<std::string_view, 10> names{"te",
                                                     "expect",
                                                     "trailer",
                                                     "upgrade",
                                                     "connection",
                                                     "keep-alive",
                                                     "proxy-connection",
                                                     "transfer-encoding",
                                                     "proxy-authenticate",
                                                     "proxy-authorization"};
    return std::ranges::any_of(
        names, [&](std::string_view one) { return one.size() == name.size() && equal_ignoring_case(name, one); });
}

/// What the sender's Connection field does not keep for itself.
http::Headers end_to_end(const http::Headers& headers)
{
    const bool names_some = headers.has("Connection");
    http::Headers kept;
    kept.reserve(headers.size() + 4);
    for (const auto& [name, value] : headers)
        if (!is_hop_by_hop(name) && !(names_some && headers.has_token("Connection", name)))
            kept.add(name, value);
    return kept;
}

bool wants_upgrade(const http::Request& request)
{
    return request.headers.has_token("Connection", "upgrade") && request.headers.has("Upgrade");
}

bool has_body(const http::Request& request)
{
    const auto length = request.headers.find("Content-Length");
    return request.headers.has("Transfer-Encoding") || (length && *length != "0");
}

http::Headers request_headers(const http::Request& request, const ForwardOptions& options)
{
    http::Headers headers = end_to_end(request.headers);
    if (!has_body(request))
        headers.remove("Content-Length"); // the client says it where one is due
    const std::string peer = request.connection->peer_address();
    const auto before = request.headers.find("X-Forwarded-For");
    headers.set("X-Forwarded-For", before && options.trusts_client ? std::string(*before) + ", " + peer : peer);
    if (!options.trusts_client || !headers.has("X-Forwarded-Proto"))
        headers.set("X-Forwarded-Proto", options.scheme);
    if (!options.trusts_client || !headers.has("X-Forwarded-Host"))
        headers.set("X-Forwarded-Host", std::string(request.headers.get("Host")));
    if (wants_upgrade(request)) {
        headers.set("Connection", "Upgrade");
        headers.set("Upgrade", std::string(request.headers.get("Upgrade")));
    }
    return headers;
}

/// A body from one connection to the other, as it comes.
net::Task<> copy(http::BodyReader& from, http::BodyWriter& to)
{
    std::array<char, 32768> piece;
    while (const std::size_t count = co_await from.read_some(piece))
        co_await to.write({piece.data(), count});
}

/// The tunnel that follows a 101.
http::Upgrade tunnel(http::Reply reply, std::shared_ptr<const void> held)
{
    auto upgraded = std::make_shared<http::Upgraded>(std::move(reply).upgrade());
    return [upgraded, held](net::Stream& client, std::string rest) -> net::Task<> {
        if (!upgraded->rest.empty())
            co_await client.write_all(upgraded->rest);
        if (!rest.empty())
            co_await upgraded->stream->write_all(rest);
        co_await net::relay(client, *upgraded->stream);
    };
}

/// What path and query the request means, whichever form it has; nothing where a proxy's request reached us.
std::optional<std::string> target_of(const http::Request& request)
{
    if (request.target.starts_with('/') || request.target == "*")
        return request.target;
    if (const auto url = http::find_url(request.target))
        return url->target;
    return std::nullopt;
}

} // namespace

Forwarder::Forwarder(ForwardOptions options)
    : options_(std::move(options)), client_({.dial = dial, .idle_connections = 256})
{
}

net::Task<http::Response> Forwarder::operator()(http::Request& request)
{
    const auto target = target_of(request);
    if (!target || request.method == "CONNECT")
        co_return http::text_response(405, "this is no forward proxy\n");
    const std::shared_ptr<const RouteTable> table = table_;
    const std::string_view host = request.headers.get("Host");
    const Backends* backends = table->find(host);
    if (backends == nullptr && !options_.fallback.empty())
        backends = table->find(options_.fallback);
    if (backends == nullptr) {
        request.note = "no-route";
        co_return http::text_response(404, fmt::format("nothing is served here as '{}'\n", printable(host)));
    }
    co_return co_await send(request, *backends, *target);
}

net::Task<http::Response> Forwarder::send_to(http::Request& request, std::string name)
{
    const auto target = target_of(request);
    if (!target || request.method == "CONNECT")
        co_return http::text_response(405, "this is no forward proxy\n");
    const std::shared_ptr<const RouteTable> table = table_;
    const Backends* backends = table->find(name);
    if (backends == nullptr)
        co_return http::text_response(503, "no server answers here now\n");
    co_return co_await send(request, *backends, *target);
}

net::Task<http::Response> Forwarder::send(http::Request& request, const Backends& backends, std::string target)
{
    Backends tried;
    ++turn_;
    for (;;) {
        const BackendPointer backend = choose(backends, tried, turn_);
        if (!backend)
            co_return http::text_response(503, "no server answers for this host now\n");
        tried.push_back(backend);
        request.note = backend->address.text();
        std::string reason;
        bool sent = true;
        try {
            co_return co_await try_backend(request, backend, target);
        } catch (const Unreached&) {
            sent = false;
        } catch (const Error& error) {
            reason = error.message();
        }
        ++backend->failures;
        if (!sent) {
            backend->is_healthy = false; // until a check finds it there again
            continue;
        }
        // A connection that broke before an answer: harmless requests are asked again elsewhere.
        const bool harmless = request.method == "GET" || request.method == "HEAD" || request.method == "OPTIONS";
        const bool slow = reason.starts_with("no answer from");
        if (slow)
            co_return http::text_response(504, "the server behind took too long to answer\n");
        if (!harmless || has_body(request))
            co_return http::text_response(502, "the server behind broke off\n");
    }
}

net::Task<http::Response> Forwarder::try_backend(http::Request& request, const BackendPointer& backend,
                                                 std::string target)
{
    ++backend->requests;
    ++backend->active;
    // Held by whatever sends the answer, so that a long one counts to its end.
    const std::shared_ptr<const void> held(backend.get(), [backend](const void*) { --backend->active; });
    http::Call call{.method = request.method,
                    .url = {.scheme = "http", .host = backend->address.address, .port = backend->address.port}};
    call.url.target = std::move(target);
    call.headers = request_headers(request, options_);
    call.connect_timeout = options_.connect_timeout;
    call.head_timeout = options_.head_timeout;
    call.idle_timeout = std::chrono::milliseconds(0); // event streams may be silent for long
    if (has_body(request))
        call.producer = [&request](http::BodyWriter& out) { return copy(*request.body, out); };
    http::Reply reply = co_await client_.send(std::move(call));
    backend->is_healthy = true;
    http::Response response{.status = reply.status(), .reason = reply.reason(), .headers = end_to_end(reply.headers())};
    if (reply.status() == 101) {
        response.headers.set("Connection", "Upgrade");
        response.headers.set("Upgrade", std::string(reply.headers().get("Upgrade")));
        response.body = tunnel(std::move(reply), held);
        co_return response;
    }
    const auto length = reply.content_length();
    const bool bodiless = request.method == "HEAD" || reply.status() == 204 || reply.status() == 304;
    if (bodiless || (length && *length <= small_body)) {
        response.body = co_await reply.read_all(small_body);
        co_return response;
    }
    auto shared = std::make_shared<http::Reply>(std::move(reply));
    response.body = http::Producer([shared, held](http::BodyWriter& out) { return copy(*shared, out); });
    co_return response;
}

} // namespace dfriends::router
