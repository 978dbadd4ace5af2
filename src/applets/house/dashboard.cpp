// SPDX-License-Identifier: Apache-2.0
#include "applets/house/dashboard.hpp"

#include "applets/house/status.hpp"
#include "applets/house/wire.hpp"
#include "assets/assets.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "net/endpoint.hpp"
#include "os/user.hpp"

#include <algorithm>

namespace dfriends::applets::house {

namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

/// A page of another site that has its name resolved to us (DNS rebinding) says that name here.
bool is_own_host(std::string_view host, const std::string& name)
{
    if (host.ends_with(']') || host.find("]:") != host.npos) // an IPv6 address
        return host.starts_with('[');
    host = split_once(host, ':').first;
    const bool is_address = !host.empty() && host.find_first_not_of("0123456789.") == host.npos;
    return is_address || equal_ignoring_case(host, "localhost") || equal_ignoring_case(host, name);
}

http::Response page()
{
    http::Response response = http::text_response(200, std::string(assets::find("web/dashboard.html").value_or("")),
                                                  "text/html; charset=utf-8");
    response.headers.set("Content-Security-Policy",
                         "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; "
                         "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    return response;
}

void secure(http::Response& response)
{
    response.headers.set("Cache-Control", "no-store");
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.headers.set("Referrer-Policy", "no-referrer");
    response.headers.set("Cross-Origin-Resource-Policy", "same-origin");
}

} // namespace

Link parse_link(const std::string& text)
{
    const auto [title, url] = split_once(text, '=');
    const bool leads_to_web = url.starts_with("http://") || url.starts_with("https://");
    if (trim(title).empty() || !leads_to_web)
        throw Error(ErrorKind::usage, "'{}' is no link", printable(text)).hint("write it as TITLE=http://HOST/");
    return {std::string(trim(title)), std::string(url)};
}

Dashboard::Dashboard(const GlobalOptions& global, std::vector<std::string> services)
    : context_(std::make_shared<Context>(global, "dfriends")), services_(std::move(services)), host_(os::host_name())
{
}

net::Task<http::Response> Dashboard::operator()(http::Request& request)
{
    http::Response response;
    if (!is_own_host(request.headers.get("Host"), host_))
        response = http::text_response(421, "this host is not called so\n");
    else if (request.method != "GET" && request.method != "HEAD")
        response = http::text_response(405, "only GET\n");
    else if (request.path() == "/")
        response = page();
    else if (request.path() == "/api/status")
        response = co_await show_status();
    else
        response = http::text_response(404, "not found\n");
    if (response.status == 405)
        response.headers.set("Allow", "GET, HEAD");
    secure(response);
    co_return response;
}

/// However many look, the engine is asked once a second at most, and by one of them.
net::Task<http::Response> Dashboard::show_status()
{
    const net::Mutex::Held turn = co_await asking_.take();
    if (status_.empty() || steady_clock::now() - asked_ > 900ms) {
        status_ = co_await worker_.call([context = context_, services = services_, links = links_, host = host_] {
            return encode_dashboard(find_status(*context), host, services, links);
        });
        asked_ = steady_clock::now();
    }
    co_return http::text_response(200, status_, "application/json");
}

} // namespace dfriends::applets::house
