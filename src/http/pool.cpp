// SPDX-License-Identifier: Apache-2.0
#include "http/pool.hpp"

#include "net/loop.hpp"
#include "net/tcp.hpp"

#include <algorithm>

namespace dfriends::http {

namespace {

std::string key_of(const Url& url)
{
    return url.scheme + "://" + url.authority();
}

} // namespace

Client::Pool::Pool(ClientOptions given) : options(std::move(given))
{
    if (options.user_agent.empty())
        options.user_agent = "dfriends/" DFRIENDS_VERSION;
}

std::optional<Kept> Client::Pool::take(const Url& url, bool repeatable)
{
    // Asking costs a system call: who may send twice finds out by sending, unless the connection has rested for long.
    constexpr std::chrono::milliseconds just_now{100};
    auto& list = idle_[key_of(url)];
    const auto now = std::chrono::steady_clock::now();
    while (!list.empty()) {
        Kept kept = std::move(list.back());
        list.pop_back();
        const bool trusted = repeatable && kept.expiry - options.idle + just_now > now;
        if (kept.expiry > now && (trusted || !kept.stream->has_peer_closed())) {
            kept.reused = true;
            return kept;
        }
    }
    return std::nullopt;
}

net::Task<Kept> Client::Pool::open(Url url, std::chrono::milliseconds timeout)
{
    Kept kept;
    kept.key = key_of(url);
    kept.stream = co_await dial(url, timeout);
    co_return kept;
}

void Client::Pool::give_back(Kept kept)
{
    if (!watches_loop_) { // a client may serve one loop after the other (net::run): connections die with theirs
        watches_loop_ = true;
        net::Loop::current().at_end([weak = weak_from_this()] {
            if (const auto pool = weak.lock()) {
                pool->idle_.clear();
                pool->watches_loop_ = false;
            }
        });
    }
    auto& list = idle_[kept.key];
    const auto now = std::chrono::steady_clock::now();
    const auto is_fresh = [now](const Kept& old) { return old.expiry > now; };
    list.erase(list.begin(), std::ranges::find_if(list, is_fresh)); // the oldest stand first
    kept.expiry = now + options.idle;
    if (list.size() < options.idle_connections)
        list.push_back(std::move(kept));
}

net::Task<net::StreamPointer> Client::Pool::dial(const Url& url, std::chrono::milliseconds timeout)
{
    if (options.dial)
        co_return co_await options.dial(url, timeout);
    const Url& peer = options.proxy && url.scheme == "http" ? *options.proxy : url;
    net::StreamPointer stream = co_await net::connect_tcp(peer.host, peer.port, timeout);
    if (url.scheme == "http")
        co_return stream;
    if (!options.tls)
        options.tls = net::TlsContext::client({});
    net::Stream* const raw = stream.get();
    net::Deadline deadline([raw] { raw->close(); });
    deadline.expire_after(timeout);
    co_return co_await net::connect_tls(std::move(stream), *options.tls, url.host);
}

} // namespace dfriends::http
