// SPDX-License-Identifier: Apache-2.0
#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "base/timestamp.hpp"
#include "converge/real_host.hpp"
#include "converge/web.hpp"
#include "http/client.hpp"
#include "http/redirect.hpp"
#include "net/loop.hpp"

#include <array>
#include <chrono>

namespace dfriends::converge {

namespace {

constexpr int most_hops = 10;
constexpr std::uint64_t largest_download = 16ULL << 30U;
constexpr auto longest_download = std::chrono::hours(2);

using OnBytes = std::function<void(std::string_view)>;

/// Where a redirect leads. What was for one server only stays behind when another one is asked.
http::Url next_hop(const http::Url& url, std::string_view location, http::Headers& headers)
{
    http::Url next = http::redirect_target(url, location);
    next.user_info.clear();
    if (next.scheme != url.scheme || next.authority() != url.authority())
        headers = {};
    return next;
}

Error refusal(const http::Url& url, const http::Reply& reply)
{
    const int status = reply.status();
    const ErrorKind kind = status == 404 || status == 410   ? ErrorKind::not_found
                           : status == 401 || status == 403 ? ErrorKind::denied
                                                            : ErrorKind::unavailable;
    return {kind, "'{}' cannot be had: the server answers {} {}", url.text(), status, printable(reply.reason())};
}

WebFacts facts_of(const http::Reply& reply)
{
    WebFacts facts{.size = reply.content_length(), .etag = std::string(reply.headers().get("ETag")), .modified = {}};
    if (const auto moment = parse_http_date(reply.headers().get("Last-Modified")))
        facts.modified = std::chrono::floor<std::chrono::seconds>(*moment).time_since_epoch().count();
    return facts;
}

net::Task<> hand_over(http::Reply& reply, const http::Url& url, const OnBytes& on_bytes)
{
    const auto end = std::chrono::steady_clock::now() + longest_download;
    std::uint64_t total = 0;
    std::array<char, 64UL * 1024> piece{};
    while (const std::size_t count = co_await reply.read_some(piece)) {
        total += count;
        if (total > largest_download)
            throw Error(ErrorKind::invalid, "'{}' is larger than {} bytes", url.text(), largest_download);
        if (std::chrono::steady_clock::now() > end)
            throw Error(ErrorKind::unavailable, "'{}' did not arrive within two hours", url.text());
        on_bytes({piece.data(), count});
    }
}

http::Headers headers_of(const WebFile& file, http::Url& url)
{
    http::Headers headers;
    for (const auto& [name, value] : file.headers) {
        if (printable(name) != name || printable(value) != value || name.find_first_of(": ") != std::string::npos)
            throw Error(ErrorKind::invalid, "'{}' is no header field of a request", printable(name));
        headers.set(name, value);
    }
    if (!url.user_info.empty()) {
        headers.set("Authorization", "Basic " + encode_base64(decode_percent(url.user_info).value_or(url.user_info)));
        url.user_info.clear();
    }
    return headers;
}

/// A null `on_bytes` asks for the head alone.
net::Task<WebFacts> exchange(WebFile file, const OnBytes* on_bytes)
{
    http::Url url = http::parse_url(file.url);
    http::Headers headers = headers_of(file, url);
    http::Client client;
    for (int hop = 0; hop <= most_hops; ++hop) {
        http::Call call{.method = on_bytes == nullptr ? "HEAD" : "GET", .url = url, .headers = headers};
        http::Reply reply = co_await client.send(std::move(call));
        const auto location = reply.headers().find("Location");
        if (http::is_redirect(reply.status()) && location) {
            url = next_hop(url, *location, headers);
            continue;
        }
        const bool knows_no_head = reply.status() == 403 || reply.status() == 405 || reply.status() == 501;
        if (on_bytes == nullptr && knows_no_head)
            co_return WebFacts{};
        if (reply.status() != 200)
            throw refusal(url, reply);
        if (on_bytes != nullptr)
            co_await hand_over(reply, url, *on_bytes);
        co_return facts_of(reply);
    }
    throw Error(ErrorKind::invalid, "'{}' is more than {} redirects away", shown_url(file.url), most_hops);
}

class RealWeb final : public Web {
  public:
    WebFacts ask(const WebFile& file) override { return net::run(exchange(file, nullptr)); }
    WebFacts fetch(const WebFile& file, const OnBytes& on_bytes) override
    {
        return net::run(exchange(file, &on_bytes));
    }
};

} // namespace

void check_web_url(const std::string& url)
{
    if (!http::find_url(url))
        throw Error(ErrorKind::invalid, "'{}' is no http or https URL", printable(url));
}

std::string shown_url(const std::string& url)
{
    const auto parsed = http::find_url(url);
    return parsed ? parsed->text() : printable(url);
}

std::unique_ptr<Web> make_real_web()
{
    return std::make_unique<RealWeb>();
}

} // namespace dfriends::converge
