// SPDX-License-Identifier: Apache-2.0
#include "paas/checks.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "http/client.hpp"
#include "net/tcp.hpp"

#include <algorithm>

namespace dfriends::paas {

namespace {

using std::chrono::milliseconds;

/// "//host/path" and "http://host/path" name a host; "/path" none. Nothing for anything else.
bool read_place(std::string_view place, Check& check)
{
    for (const std::string_view scheme : {"http:", "https:"})
        if (place.starts_with(scheme))
            place.remove_prefix(scheme.size());
    if (place.starts_with("//")) {
        place.remove_prefix(2);
        const auto slash = std::min(place.find('/'), place.size());
        check.host = place.substr(0, slash);
        place.remove_prefix(slash);
        if (place.empty())
            place = "/";
    }
    check.path = place;
    return place.starts_with('/');
}

} // namespace

Checks parse_checks_file(std::string_view text)
{
    Check shared{.attempts = 5};
    shared.timeout = milliseconds(30'000);
    Checks checks;
    unsigned number = 0;
    for (const std::string_view whole : lines(text)) {
        ++number;
        const std::string_view line = trim(whole);
        if (line.empty() || line.starts_with('#'))
            continue;
        const SourcePosition position{"CHECKS", number, 1, std::string(whole)};
        if (const auto [key, value] = split_once(line, '='); key == "WAIT" || key == "TIMEOUT" || key == "ATTEMPTS") {
            const auto amount = parse_unsigned(trim(value));
            if (!amount || *amount > 3600)
                throw Error(ErrorKind::invalid, position, "{} wants a number of up to 3600", key);
            if (key == "ATTEMPTS")
                shared.attempts = static_cast<unsigned>(std::max<std::uint64_t>(*amount, 1));
            else
                (key == "WAIT" ? shared.wait : shared.timeout) = milliseconds(*amount * 1000);
            continue;
        }
        Check check = shared;
        const auto blank = std::min(line.find_first_of(" \t"), line.size());
        if (!read_place(line.substr(0, blank), check))
            throw Error(ErrorKind::invalid, position, "this is neither a setting nor '/PATH EXPECTED TEXT'");
        check.content = trim(line.substr(blank));
        check.name = fmt::format("check-{}", checks.size() + 1);
        checks.push_back(std::move(check));
    }
    for (Check& check : checks) { // settings count wherever they stand
        check.wait = shared.wait;
        check.timeout = shared.timeout;
        check.attempts = shared.attempts;
    }
    return checks;
}

net::Task<std::optional<std::string>> attempt(Check check, std::string address, std::uint16_t port, std::string host)
{
    if (check.port != 0)
        port = check.port;
    try {
        if (check.path.empty()) {
            const auto stream = co_await net::connect_tcp(net::Endpoint{address, port}, milliseconds(500));
            co_return std::nullopt;
        }
        http::Client client;
        http::Call call{.method = "GET", .url = {.scheme = "http", .host = address, .port = port}};
        call.url.target = check.path;
        if (const std::string& name = check.host.empty() ? host : check.host; !name.empty())
            call.headers.set("Host", name);
        call.connect_timeout = call.head_timeout = call.idle_timeout = check.timeout;
        http::Reply reply = co_await client.send(std::move(call));
        if (reply.status() < 200 || reply.status() > 399)
            co_return fmt::format("{} answers with status {}", check.path, reply.status());
        if (check.content.empty())
            co_return std::nullopt;
        const std::string body = co_await reply.read_all(1U << 20U);
        if (body.find(check.content) == body.npos)
            co_return fmt::format("the body of {} does not contain '{}'", check.path, check.content);
        co_return std::nullopt;
    } catch (const Error& error) {
        co_return std::string(error.message());
    }
}

} // namespace dfriends::paas
