// SPDX-License-Identifier: Apache-2.0
#include "cache/proxy_request.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "net/endpoint.hpp"

#include <algorithm>

namespace dfriends::cache {

namespace {

constexpr std::size_t longest_target = 16 * 1024;

bool is_control(char c)
{
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool is_host(std::string_view host)
{
    if (host.empty() || host.size() > 253)
        return false;
    if (host.find(':') != std::string_view::npos)
        return net::is_address(host);
    if (host.front() == '.' || host.back() == '.' || host.find("..") != std::string_view::npos)
        return false;
    return std::ranges::all_of(
        host, [](unsigned char c) { return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_'; });
}

[[noreturn]] void refuse(std::string_view target, std::string_view why)
{
    throw Error(ErrorKind::invalid, "cannot use the request target '{}': {}", printable(target.substr(0, 200)), why);
}

http::Url read_url(std::string_view text, std::string_view target)
{
    auto url = http::find_url(text.substr(0, text.find('#')));
    if (!url)
        refuse(target, "it is not an http or https URL");
    if (url->host.ends_with('.'))
        url->host.pop_back();
    if (!is_host(url->host) || url->port == 0)
        refuse(target, "it names no host");
    return *std::move(url);
}

ProxyRequest file(http::Url url, const Remap& remap)
{
    ProxyRequest asked;
    asked.kind = ProxyRequest::Kind::file;
    if (const auto match = remap.match(url); match && url.user_info.empty()) {
        for (const auto& mirror : *match->mirrors)
            asked.sources.push_back(under(mirror, match->rest));
        asked.url = asked.sources.front();
    } else {
        asked.sources = {url};
        asked.url = std::move(url);
    }
    asked.key = canonical_key(asked.url);
    return asked;
}

/// What follows "HTTPS" in "/HTTPS///host/path", with the slashes that an intermediary may have folded.
http::Url read_https(std::string_view rest, std::string_view target)
{
    rest.remove_prefix(std::min(rest.find_first_not_of('/'), rest.size()));
    auto url = read_url("https://" + std::string(rest), target);
    if (url.host == "https")
        refuse(target, "it names no host");
    return url;
}

ProxyRequest read_absolute(std::string_view text, std::string_view target, const Remap& remap)
{
    auto url = read_url(text, target);
    if (url.host == "https")
        return file(read_https(url.target, target), remap);
    return file(std::move(url), remap);
}

ProxyRequest read_origin(std::string_view target, const Remap& remap)
{
    const auto path = target.substr(0, target.find_first_of("?#"));
    if (path.find_first_not_of('/') == std::string_view::npos)
        return {};
    if (path == "/acng-report.html") {
        ProxyRequest asked;
        asked.kind = ProxyRequest::Kind::report;
        return asked;
    }
    auto rest = target;
    rest.remove_prefix(rest.find_first_not_of('/'));
    const auto first = rest.substr(0, rest.find_first_of("/?#"));
    if (equal_ignoring_case(first, "https"))
        return file(read_https(rest.substr(first.size()), target), remap);
    if (const auto* mirrors = remap.find(first)) {
        auto tail = rest.substr(first.size());
        tail.remove_prefix(std::min(tail.find_first_not_of('/'), tail.size()));
        return file(under(mirrors->front(), tail.substr(0, tail.find('#'))), remap);
    }
    if (first.find_first_of(".:[") == std::string_view::npos && first != "localhost")
        throw Error(ErrorKind::not_found, "'{}' is neither a host nor a remapped name", printable(first.substr(0, 100)))
            .hint("use http://THIS:3142/HOST/path, or start the cache with --remap NAME=URL");
    return read_absolute("http://" + std::string(rest), target, remap);
}

ProxyRequest read_connect(std::string_view target)
{
    if (target.find_first_of("/?#@") != std::string_view::npos || target.find(':') == std::string_view::npos)
        refuse(target, "CONNECT takes HOST:PORT");
    ProxyRequest asked;
    asked.kind = ProxyRequest::Kind::tunnel;
    asked.url = read_url("https://" + std::string(target) + "/", target);
    asked.key = asked.url.authority();
    return asked;
}

} // namespace

std::string canonical_key(const http::Url& url)
{
    const auto cut = url.target.find('?');
    const auto decoded = decode_percent(url.target.substr(0, cut));
    if (!decoded)
        refuse(url.target, "a '%' is not followed by two hexadecimal digits");
    if (std::ranges::any_of(*decoded, is_control))
        refuse(url.target, "it holds control characters");
    std::string path;
    for (const auto segment : split(*decoded, '/')) {
        if (segment == "..")
            refuse(url.target, "it holds '..'");
        if (!segment.empty() && segment != ".")
            path.append("/").append(segment);
    }
    if (path.empty() || decoded->ends_with('/'))
        path += '/';
    if (!is_host(url.host))
        refuse(url.host, "it names no host");
    std::string key = url.scheme + "://" + url.authority() + encode_percent(path, "/+:@!$&'()*,;=");
    if (cut != std::string::npos)
        key += url.target.substr(cut);
    return key;
}

ProxyRequest map_request(std::string_view method, std::string_view target, const Remap& remap)
{
    if (target.size() > longest_target)
        refuse(target, "it is too long");
    if (std::ranges::any_of(target, [](char c) { return is_control(c) || c == ' '; }))
        refuse(target, "it holds blanks or control characters");
    if (method == "CONNECT")
        return read_connect(target);
    if (target.starts_with('/'))
        return read_origin(target, remap);
    return read_absolute(target, target, remap);
}

} // namespace dfriends::cache
