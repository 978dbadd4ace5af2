// SPDX-License-Identifier: Apache-2.0
// What goes through the proxy without being kept: requests with credentials, HEAD of unknown files, tunnels.
#include "cache/proxy.hpp"

#include <array>

namespace dfriends::cache {

namespace {

net::Task<> copy_reply(std::shared_ptr<http::Reply> reply, http::BodyWriter& out)
{
    std::vector<char> piece(64 * 1024);
    while (const auto count = co_await reply->read_some(piece))
        co_await out.write({piece.data(), count});
}

net::Task<> run_tunnel(std::shared_ptr<http::Upgraded> upstream, net::Stream& client, std::string rest)
{
    if (!upstream->rest.empty())
        co_await client.write_all(upstream->rest);
    if (!rest.empty())
        co_await upstream->stream->write_all(rest);
    co_await net::relay(client, *upstream->stream);
}

} // namespace

net::Task<http::Response> Proxy::pass(http::Request& request, ProxyRequest asked, Sender sender)
{
    if (options_.offline)
        co_return failure(request,
                          Error(ErrorKind::unavailable, "'{}' is not in the cache, which is offline", asked.key));
    http::Headers headers;
    for (const auto* field : {"Authorization", "Cookie", "Range", "If-Range", "If-Modified-Since", "If-None-Match",
                              "Accept", "User-Agent", "Cache-Control"})
        if (const auto value = request.headers.find(field))
            headers.set(field, std::string(*value));
    if (!asked.via.empty())
        headers.set("Via", asked.via);
    const auto source = upstream_.preferred(asked.sources).front();
    auto sent = sender ? sender(request.method, source, std::move(headers))
                       : upstream_.send(request.method, source, std::move(headers), {});
    auto reply = std::make_shared<http::Reply>(co_await std::move(sent));
    http::Response response;
    response.status = reply->status();
    for (const auto* field : {"Content-Type", "Content-Length", "Content-Range", "Content-Encoding", "Accept-Ranges",
                              "ETag", "Cache-Control", "Set-Cookie", "WWW-Authenticate", "Location", "Vary", "Link",
                              "Docker-Content-Digest", "OCI-Filters-Applied"})
        if (const auto value = reply->headers().find(field))
            response.headers.set(field, std::string(*value));
    if (const auto date = reply->headers().find("Last-Modified"); date && parse_http_date(*date))
        response.headers.set("Last-Modified", std::string(*date));
    if (!response.headers.has("Content-Type"))
        response.headers.set("Content-Type", content_type_of(asked.key));
    const bool has_body = request.method != "HEAD" && response.status != 304 && response.status != 204;
    if (has_body)
        response.body = http::Producer([reply](http::BodyWriter& out) { return copy_reply(reply, out); });
    co_return said(request, Verdict::pass, std::move(response));
}

net::Task<http::Response> Proxy::tunnel(http::Request& request, ProxyRequest asked)
{
    if (options_.offline)
        co_return failure(request, Error(ErrorKind::unavailable, "no tunnel to '{}': the cache is offline", asked.key));
    auto upstream = std::make_shared<http::Upgraded>(
        co_await upstream_.connect(asked.url.host, asked.url.port, std::move(asked.via)));
    http::Response response;
    response.reason = "Connection established";
    response.body = http::Upgrade(
        [upstream](net::Stream& client, std::string rest) { return run_tunnel(upstream, client, std::move(rest)); });
    co_return said(request, Verdict::tunnel, std::move(response));
}

} // namespace dfriends::cache
