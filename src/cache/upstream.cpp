// SPDX-License-Identifier: Apache-2.0
#include "cache/upstream.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "crypto/random.hpp"
#include "http/redirect.hpp"
#include "net/tcp.hpp"

#include <algorithm>
#include <exception>
#include <set>

namespace dfriends::cache {

namespace {

constexpr int most_hops = 10;
constexpr int proxy_authentication_required = 407;

std::string origin_of(const http::Url& url)
{
    return url.scheme + "://" + url.authority();
}

/// Where a redirect leads. Credentials stay behind when the server changes.
http::Url next_hop(const http::Url& url, std::string_view location, http::Headers& headers)
{
    http::Url next = http::redirect_target(url, location);
    if (origin_of(next) != origin_of(url))
        headers.remove("Authorization");
    return next;
}

Error proxy_refusal(const UpstreamProxy& proxy, int status, std::string_view target)
{
    const auto place = proxy.url.authority();
    if (status == proxy_authentication_required)
        return Error(ErrorKind::denied, "the upstream proxy '{}' wants a user and a password that it knows", place)
            .hint("put them into the URL of --upstream-proxy");
    const bool is_final = status >= 400 && status < 500;
    return Error(is_final ? ErrorKind::denied : ErrorKind::unavailable,
                 "the upstream proxy '{}' answers {} to a tunnel to '{}'", place, status, target);
}

} // namespace

std::optional<UpstreamProxy> read_upstream_proxy(std::string_view text)
{
    if (text.empty())
        return std::nullopt;
    auto url = http::find_url(text);
    if (!url || url->target != "/" || url->port == 0)
        throw Error(ErrorKind::invalid, "the URL of the upstream proxy is none")
            .hint("write http or https, perhaps a user and a password, the host and its port: "
                  "http://proxy.example:3128");
    UpstreamProxy proxy;
    if (!url->user_info.empty())
        proxy.authorization = "Basic " + encode_base64(decode_percent(url->user_info).value_or(url->user_info));
    url->user_info.clear();
    proxy.url = *std::move(url);
    return proxy;
}

Upstream::Upstream(AddressPolicy policy, std::optional<UpstreamProxy> proxy)
    : policy_(std::move(policy)), name_("dfriends-" + crypto::random_hex(6)), proxy_(std::move(proxy)),
      client_(make_client())
{
}

http::Client Upstream::make_client()
{
    http::ClientOptions options;
    if (proxy_)
        options.proxy = proxy_->url;
    options.dial = [this, proxy = proxy_](const http::Url& url, std::chrono::milliseconds timeout) {
        return dial_url(url, proxy, timeout);
    };
    return http::Client(std::move(options));
}

void Upstream::replace_proxy(std::optional<UpstreamProxy> proxy)
{
    proxy_ = std::move(proxy);
    client_ = make_client();
}

net::Task<net::StreamPointer> Upstream::dial(std::string host, std::uint16_t port, std::chrono::milliseconds timeout)
{
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    const auto endpoints = policy_.permitted(host, co_await net::resolve(host, port));
    std::exception_ptr failure;
    for (const auto& endpoint : endpoints) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0)
            break;
        try {
            co_return co_await net::connect_tcp(endpoint, left);
        } catch (const Error&) {
            failure = std::current_exception();
        }
    }
    if (failure)
        std::rethrow_exception(failure);
    throw Error(ErrorKind::unavailable, "cannot connect to '{}': it does not answer", host);
}

net::Task<net::StreamPointer> Upstream::secure(net::StreamPointer stream, std::string host,
                                               std::chrono::milliseconds timeout)
{
    if (!tls_)
        tls_ = net::TlsContext::client({});
    net::Stream* const raw = stream.get();
    net::Deadline deadline([raw] { raw->close(); });
    deadline.expire_after(timeout);
    co_return co_await net::connect_tls(std::move(stream), *tls_, std::move(host));
}

/// The administrator named the proxy: its address is no matter of the policy.
net::Task<net::StreamPointer> Upstream::dial_proxy(UpstreamProxy proxy, std::chrono::milliseconds timeout)
{
    auto stream = co_await net::connect_tcp(proxy.url.host, proxy.url.port, timeout);
    if (proxy.url.scheme == "https")
        stream = co_await secure(std::move(stream), proxy.url.host, timeout);
    co_return stream;
}

net::Task<http::Upgraded> Upstream::open_tunnel(UpstreamProxy proxy, std::string host, std::uint16_t port,
                                                std::string via, std::chrono::milliseconds timeout)
{
    policy_.check_unresolved(host, port);
    http::ClientOptions options;
    options.dial = [this, proxy](const http::Url&, std::chrono::milliseconds patience) {
        return dial_proxy(proxy, patience);
    };
    http::Client client(std::move(options));
    http::Call call;
    call.method = "CONNECT";
    call.url = proxy.url;
    call.url.target = net::Endpoint{host, port}.text();
    call.headers.set("Host", call.url.target);
    call.headers.set("Via", with_name(via));
    if (!proxy.authorization.empty())
        call.headers.set("Proxy-Authorization", proxy.authorization);
    call.connect_timeout = timeout;
    call.head_timeout = timeout;
    const auto target = call.url.target;
    auto reply = co_await client.send(std::move(call));
    if (reply.status() / 100 != 2)
        throw proxy_refusal(proxy, reply.status(), target);
    co_return std::move(reply).upgrade();
}

net::Task<net::StreamPointer> Upstream::dial_url(http::Url url, std::optional<UpstreamProxy> proxy,
                                                 std::chrono::milliseconds timeout)
{
    policy_.check_port(url.host, url.port);
    if (proxy && url.scheme != "https") {
        policy_.check_unresolved(url.host, url.port);
        co_return co_await dial_proxy(*std::move(proxy), timeout);
    }
    net::StreamPointer stream;
    if (proxy) {
        auto tunnel = co_await open_tunnel(*std::move(proxy), url.host, url.port, {}, timeout);
        if (!tunnel.rest.empty())
            throw Error(ErrorKind::unavailable, "'{}' speaks before TLS begins", url.authority());
        stream = std::move(tunnel.stream);
    } else {
        stream = co_await dial(url.host, url.port, timeout);
    }
    if (url.scheme == "https")
        stream = co_await secure(std::move(stream), url.host, timeout);
    co_return stream;
}

net::Task<http::Upgraded> Upstream::connect(std::string host, std::uint16_t port, std::string via)
{
    constexpr std::chrono::seconds patience{10};
    policy_.check_tunnel(host, port);
    if (proxy_)
        co_return co_await open_tunnel(*proxy_, std::move(host), port, std::move(via), patience);
    http::Upgraded tunnel;
    tunnel.stream = co_await dial(std::move(host), port, patience);
    co_return tunnel;
}

std::string Upstream::with_name(std::string_view via) const
{
    return fmt::format("{}{}1.1 {}", via, via.empty() ? "" : ", ", name_);
}

/// One hop; the server's health takes note of how it went.
net::Task<http::Reply> Upstream::send_once(http::Call call)
{
    const auto url = call.url;
    // Credentials for the proxy are no server's business.
    if (proxy_ && url.scheme == "http" && !proxy_->authorization.empty())
        call.headers.set("Proxy-Authorization", proxy_->authorization);
    std::optional<Error> failure;
    std::optional<http::Reply> reply;
    try {
        reply.emplace(co_await client_.send(std::move(call)));
    } catch (const Error& error) {
        failure = error;
    }
    if (failure && failure->kind() == ErrorKind::unavailable)
        note(url,
             [&](const auto& origin) { health_.failed(origin, ServerHealth::Failure::silent, failure->message()); });
    if (failure)
        throw *failure;
    if (proxy_ && url.scheme == "http" && reply->status() == proxy_authentication_required)
        throw proxy_refusal(*proxy_, reply->status(), url.authority());
    if (is_transient(reply->status()))
        failed(url, fmt::format("answers {}", reply->status()));
    else
        note(url, [&](const auto& origin) { health_.answered(origin); });
    co_return *std::move(reply);
}

net::Task<http::Reply> Upstream::send(std::string method, http::Url url, http::Headers headers, Patience patience)
{
    headers.set("Via", with_name(headers.get("Via")));
    if (!url.user_info.empty()) {
        headers.set("Authorization", "Basic " + encode_base64(decode_percent(url.user_info).value_or(url.user_info)));
        url.user_info.clear();
    }
    std::set<std::string> seen;
    for (int hop = 0; hop <= most_hops; ++hop) {
        if (!seen.insert(url.text()).second)
            throw Error(ErrorKind::invalid, "'{}' redirects in a circle", url.text());
        http::Call call;
        call.method = method;
        call.url = url;
        call.headers = headers;
        call.connect_timeout = patience.connect;
        call.head_timeout = patience.head;
        call.idle_timeout = patience.idle;
        auto reply = co_await send_once(std::move(call));
        const auto location = reply.headers().find("Location");
        if (!http::is_redirect(reply.status()) || !location)
            co_return reply;
        url = next_hop(url, *location, headers);
    }
    throw Error(ErrorKind::invalid, "'{}' is more than {} redirects away", url.text(), most_hops);
}

bool is_transient(int status)
{
    return status == 408 || status == 429 || (status >= 500 && status != 508); // a loop does not end by itself
}

bool Upstream::is_down(const http::Url& url) const
{
    return health_.is_down(origin_of(url));
}

bool Upstream::are_down(const std::vector<http::Url>& urls) const
{
    return std::ranges::all_of(urls, [this](const auto& url) { return is_down(url); });
}

/// Tells of changes, and of nothing else: most servers are well before and after.
void Upstream::note(const http::Url& url, const std::function<void(const std::string& origin)>& change)
{
    const auto origin = origin_of(url);
    const auto before = health_.report(origin).failures;
    change(origin);
    if (on_health_change_ && health_.report(origin).failures != before)
        on_health_change_();
}

void Upstream::suspect(const http::Url& url)
{
    note(url,
         [&](const auto& origin) { health_.failed(origin, ServerHealth::Failure::silent, "does not answer in time"); });
}

void Upstream::completed(const http::Url& url)
{
    note(url, [&](const auto& origin) { health_.completed(origin); });
}

void Upstream::failed(const http::Url& url, std::string why)
{
    note(url, [&](const auto& origin) { health_.failed(origin, ServerHealth::Failure::faulty, std::move(why)); });
}

ServerHealth::Report Upstream::health(const http::Url& url) const
{
    return health_.report(origin_of(url));
}

std::vector<http::Url> Upstream::preferred(std::vector<http::Url> sources)
{
    if (sources.size() < 2)
        return sources;
    for (const auto& source : sources)
        if (health_.begin_probe(origin_of(source)))
            net::spawn(probe(source));
    std::vector<http::Url> ordered;
    for (const bool avoided : {false, true})
        for (const auto& source : sources)
            if (health_.is_avoided(origin_of(source)) == avoided)
                ordered.push_back(source);
    return ordered;
}

/// Asks for no more than a head; send_once() draws the conclusion.
net::Task<> Upstream::probe(http::Url url)
{
    const auto origin = origin_of(url);
    try {
        co_await send("HEAD", std::move(url), {}, {});
    } catch (const Error&) { // noted, or a matter of the policy
    }
    health_.end_probe(origin);
}

} // namespace dfriends::cache
