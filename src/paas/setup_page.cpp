// SPDX-License-Identifier: Apache-2.0
#include "paas/setup_page.hpp"

#include "assets/assets.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "http/status.hpp"
#include "http/url.hpp"
#include "paas/app_name.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <map>

namespace dfriends::paas {

namespace {

constexpr std::size_t largest_form = 64 * 1024;
constexpr unsigned tries = 10;
constexpr std::chrono::minutes lock_time{1};

std::string escaped(std::string_view text)
{
    std::string safe = replace_all(text, "&", "&amp;");
    safe = replace_all(safe, "<", "&lt;");
    safe = replace_all(safe, ">", "&gt;");
    return replace_all(safe, "\"", "&quot;");
}

/// Puts values in the places of {{name}}, in one pass: a value that looks like a place stays what it is.
std::string fill(std::string_view page, const std::map<std::string_view, std::string>& values)
{
    std::string filled;
    for (;;) {
        const auto begin = page.find("{{");
        const auto end = begin == page.npos ? begin : page.find("}}", begin);
        filled += page.substr(0, begin);
        if (end == page.npos)
            return filled;
        filled += escaped(values.at(page.substr(begin + 2, end - begin - 2)));
        page.remove_prefix(end + 2);
    }
}

bool is_address(const std::string& host)
{
    in6_addr bytes;
    return ::inet_pton(AF_INET, host.c_str(), &bytes) == 1 || ::inet_pton(AF_INET6, host.c_str(), &bytes) == 1;
}

/// A name whose last label is a number would be read as an address, and a wrong one (1.2.3.456).
bool looks_like_address(std::string_view host)
{
    const std::string_view last = host.substr(host.rfind('.') + 1);
    return host.find(':') != host.npos || std::ranges::all_of(last, [](char c) { return c >= '0' && c <= '9'; });
}

std::string parse_hostname(std::string_view text, bool virtual_hosts)
{
    if (text.starts_with('[') && text.ends_with(']')) // as in a URL
        text = text.substr(1, text.size() - 2);
    const std::string host = to_lower(text);
    if (host.empty())
        throw Error(ErrorKind::invalid, "your hostname cannot be blank");
    if (!looks_like_address(host))
        return parse_domain(host);
    if (!is_address(host))
        throw Error(ErrorKind::invalid, "'{}' is no host name and no IP address", printable(host));
    if (virtual_hosts)
        throw Error(ErrorKind::invalid, "to use virtualhost naming, the hostname must not be an IP");
    return host;
}

/// Browsers say from which page a form comes: another site's must not be taken. Others than browsers say nothing.
void check_origin(const http::Request& request)
{
    const auto origin = request.headers.find("Origin");
    if (!origin)
        return;
    const auto from = http::find_url(*origin);
    const auto here =
        from ? http::find_url(from->scheme + "://" + std::string(request.headers.get("Host"))) : std::nullopt;
    if (!here || from->authority() != here->authority())
        throw Error(ErrorKind::denied, "the form comes from another site");
}

void protect(http::Response& response)
{
    response.headers.set("X-Frame-Options", "DENY");
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.headers.set("Referrer-Policy", "no-referrer");
    response.headers.set("Cache-Control", "no-store");
    if (!response.headers.has("Content-Security-Policy"))
        response.headers.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
}

http::Response refusal(const Error& error)
{
    const std::string hint = error.hint().empty() ? "" : ": " + error.hint();
    return http::text_response(http::status_of(error.kind()), error.message() + hint + "\n");
}

} // namespace

SetupRequest parse_setup_form(std::string_view form)
{
    const auto field = [form](std::string_view name) { return http::find_query(form, name).value_or(""); };
    const std::string key = field("key"), hostname = field("hostname"), vhost = field("vhost");
    if (trim(key).empty())
        throw Error(ErrorKind::invalid, "your admin public key cannot be blank");
    if (vhost != "true" && vhost != "false")
        throw Error(ErrorKind::invalid, "'vhost' is either true or false");
    SetupRequest request{.key = parse_public_key(key), .virtual_hosts = vhost == "true"};
    request.hostname = parse_hostname(trim(hostname), request.virtual_hosts);
    return request;
}

SetupPage::SetupPage(SetupOptions options) : options_(std::move(options))
{
    if (options_.token.empty())
        throw Error(ErrorKind::internal, "the setup page has no token");
}

net::Task<http::Response> SetupPage::operator()(http::Request& request)
{
    http::Response response;
    try {
        response = co_await answer(request);
    } catch (const Error& error) {
        response = refusal(error);
    }
    protect(response);
    co_return response;
}

net::Task<http::Response> SetupPage::answer(http::Request& request)
{
    const bool reads = request.method == "GET" || request.method == "HEAD";
    if (request.path() == "/" && reads)
        co_return show(has_token(request.query()));
    if (is_finished())
        co_return http::text_response(410, "this host is set up already\n");
    if (request.path() == "/setup" && request.method == "POST")
        co_return co_await take(request);
    if (request.path() != "/" && request.path() != "/setup")
        co_return http::text_response(404, "not found\n");
    http::Response response = http::text_response(405, "method not allowed\n");
    response.headers.set("Allow", request.path() == "/" ? "GET, HEAD" : "POST");
    co_return response;
}

bool SetupPage::has_token(std::string_view query) const
{
    constexpr std::string_view name = "token=";
    return query.starts_with(name) && crypto::equal_secrets(query.substr(name.size()), options_.token);
}

http::Response SetupPage::show(bool with_key) const
{
    const auto page = assets::find("web/setup.html");
    if (!page)
        throw Error(ErrorKind::internal, "this build has no setup page");
    const std::string nonce = crypto::random_hex(16);
    http::Response response =
        http::text_response(200,
                            fill(*page, {{"nonce", nonce},
                                         {"version", options_.version},
                                         {"user", options_.user},
                                         {"port", std::to_string(options_.port)},
                                         {"key", finished_ || !with_key ? "" : options_.key},
                                         {"hostname", finished_ ? finished_->hostname : options_.hostname},
                                         {"vhost", finished_ && finished_->virtual_hosts ? "true" : "false"},
                                         {"state", finished_ ? "finished" : "open"}}),
                            "text/html; charset=utf-8");
    response.headers.set(
        "Content-Security-Policy",
        fmt::format("default-src 'none'; style-src 'nonce-{0}'; script-src 'nonce-{0}'; img-src data:; "
                    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
                    nonce));
    return response;
}

net::Task<http::Response> SetupPage::take(http::Request& request)
{
    if (options_.now() < locked_until_)
        co_return http::text_response(429, "too many wrong tokens: wait a minute\n");
    check_origin(request);
    const std::string form = co_await request.body->read_all(largest_form);
    if (is_finished()) // by another, while this one was read
        co_return http::text_response(410, "this host is set up already\n");
    check_token(http::find_query(form, "token").value_or(""));
    SetupRequest asked = parse_setup_form(form);
    options_.finish(asked); // nothing waits between the check above and here, so that it runs once
    finished_ = std::move(asked);
    co_return http::Response();
}

void SetupPage::check_token(std::string_view token)
{
    if (crypto::equal_secrets(token, options_.token))
        return;
    if (++wrong_tokens_ == tries) {
        wrong_tokens_ = 0;
        locked_until_ = options_.now() + lock_time;
    }
    throw Error(ErrorKind::denied, "the setup token is {}", token.empty() ? "missing" : "wrong");
}

} // namespace dfriends::paas
