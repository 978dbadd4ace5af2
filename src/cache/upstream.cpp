// SPDX-License-Identifier: Apache-2.0
#include "cache/upstream.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "crypto/random.hpp"
#include "net/tcp.hpp"

#include <exception>
#include <set>

namespace dfriends::cache {

namespace {

constexpr int most_hops = 10;
constexpr std::chrono::seconds down_time{20};

bool is_redirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

std::string origin_of(const http::Url& url)
{
    return url.scheme + "://" + url.authority();
}

/// Where a redirect leads. Credentials stay behind when the server changes.
http::Url next_hop(const http::Url& url, std::string_view location, http::Headers& headers)
{
    auto next = http::resolve_reference(url, location);
    if (!next)
        throw Error(ErrorKind::invalid, "'{}' redirects to something that is not an http or https URL", url.text());
    if (url.scheme == "https" && next->scheme == "http")
        throw Error(ErrorKind::denied, "'{}' redirects from https to http", url.text());
    next->target = next->target.substr(0, next->target.find('#'));
    if (origin_of(*next) != origin_of(url))
        headers.remove("Authorization");
    return *std::move(next);
}

} // namespace

Upstream::Upstream(AddressPolicy policy)
    : policy_(std::move(policy)), name_("dfriends-" + crypto::random_hex(6)), client_([this] {
          http::ClientOptions options;
          options.dial = [this](const http::Url& url, std::chrono::milliseconds timeout) {
              return dial_url(url, timeout);
          };
          return options;
      }())
{
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

net::Task<net::StreamPointer> Upstream::dial_url(http::Url url, std::chrono::milliseconds timeout)
{
    policy_.check_port(url.host, url.port);
    auto stream = co_await dial(url.host, url.port, timeout);
    if (url.scheme != "https")
        co_return stream;
    if (!tls_)
        tls_ = net::TlsContext::client({});
    co_return co_await net::connect_tls(std::move(stream), *tls_, url.host);
}

net::Task<net::StreamPointer> Upstream::connect(std::string host, std::uint16_t port)
{
    policy_.check_tunnel(host, port);
    co_return co_await dial(std::move(host), port, std::chrono::seconds(10));
}

net::Task<http::Reply> Upstream::send(std::string method, http::Url url, http::Headers headers, Patience patience)
{
    headers.set("Via", "1.1 " + name_);
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
        const auto origin = origin_of(url);
        std::exception_ptr failure;
        std::optional<http::Reply> reply;
        try {
            reply.emplace(co_await client_.send(std::move(call)));
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::unavailable)
                down_until_[origin] = std::chrono::steady_clock::now() + down_time;
            failure = std::current_exception();
        }
        if (failure)
            std::rethrow_exception(failure);
        down_until_.erase(origin);
        const auto location = reply->headers().find("Location");
        if (!is_redirect(reply->status()) || !location)
            co_return *std::move(reply);
        url = next_hop(url, *location, headers);
    }
    throw Error(ErrorKind::invalid, "'{}' is more than {} redirects away", url.text(), most_hops);
}

bool Upstream::is_down(const http::Url& url) const
{
    const auto found = down_until_.find(origin_of(url));
    return found != down_until_.end() && std::chrono::steady_clock::now() < found->second;
}

void Upstream::suspect(const http::Url& url)
{
    down_until_[origin_of(url)] = std::chrono::steady_clock::now() + down_time;
}

bool Upstream::is_own(const http::Headers& headers) const
{
    for (const auto& [field, value] : headers)
        if (value.find(name_) != std::string::npos)
            return true;
    return false;
}

} // namespace dfriends::cache
