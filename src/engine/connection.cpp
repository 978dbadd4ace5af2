// SPDX-License-Identifier: Apache-2.0
#include "engine/connection.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "engine/dial.hpp"
#include "engine/reference.hpp"
#include "engine/wire.hpp"
#include "http/status.hpp"

#include <fmt/format.h>

namespace dfriends::engine {

namespace {

/// An answer in one piece: an inspect or a list of thousands of containers stays far below.
constexpr std::size_t answer_limit = 64U << 20U;
constexpr std::size_t error_limit = 1U << 20U;

http::ClientOptions client_options(const Host& host, http::Dial dial)
{
    http::ClientOptions options;
    options.dial = dial ? std::move(dial) : make_dial(host);
    options.idle_connections = 0; // a kept connection belongs to one loop; see the class
    options.user_agent = "Docker-Client/dfriends";
    return options;
}

[[noreturn]] void throw_too_old(const std::string& theirs)
{
    throw Error(ErrorKind::conflict,
                "the Docker Engine is too old: it speaks API {}, and {} is the oldest that works here",
                printable(theirs), Connection::oldest_api)
        .hint("install Docker Engine 1.12 or newer");
}

bool is_api_version(std::string_view text)
{
    const auto [major, minor] = split_once(text, '.');
    return parse_unsigned(major).value_or(1000) < 1000 && parse_unsigned(minor).value_or(1000) < 1000;
}

} // namespace

int compare_api_versions(std::string_view a, std::string_view b)
{
    const auto number = [](std::string_view text) {
        const auto [major, minor] = split_once(text, '.');
        return parse_unsigned(major).value_or(0) * 1000 + parse_unsigned(minor).value_or(0);
    };
    return number(a) < number(b) ? -1 : number(a) > number(b) ? 1 : 0;
}

Query& Query::add(std::string_view name, std::string_view value)
{
    if (!value.empty())
        text_ += fmt::format("{}{}={}", text_.empty() ? '?' : '&', name, encode_percent(value));
    return *this;
}

Query& Query::add(std::string_view name, bool value)
{
    return value ? add(name, std::string_view("1")) : *this;
}

Query& Query::add(std::string_view name, std::int64_t value)
{
    return add(name, std::string_view(fmt::format("{}", value)));
}

Query& Query::add(std::string_view name, const Filters& filters)
{
    return filters.empty() ? *this : add(name, std::string_view(encode_filters(filters)));
}

Query& Query::add(const ImageChanges& changes)
{
    if (!changes.reference.empty()) {
        const Reference reference = parse_reference(changes.reference);
        if (!reference.digest.empty())
            throw Error(ErrorKind::invalid, "an image is named by a tag, not by a digest as '{}'", changes.reference);
        add("repo", std::string_view(reference.familiar_name()));
        add("tag", std::string_view(reference.tag.empty() ? std::string("latest") : reference.tag));
    }
    for (const std::string& line : changes.lines)
        add("changes", std::string_view(line));
    return *this;
}

std::string Query::text() const
{
    return text_;
}

Connection::Connection(Host host, http::Dial dial, std::chrono::milliseconds longest_silence)
    : host_(std::move(host)), longest_silence_(longest_silence), client_(client_options(host_, std::move(dial)))
{
}

bool Connection::speaks(std::string_view version) const
{
    return !version_.empty() && compare_api_versions(version_, version) >= 0;
}

http::Url Connection::url(std::string_view path, bool with_version) const
{
    http::Url url;
    url.scheme = host_.transport == Host::Transport::tls ? "https" : "http";
    url.host = host_.is_on_network() ? host_.address : "docker";
    url.port = host_.is_on_network() ? host_.port : 80;
    url.target = host_.base_path + (with_version ? "/v" + version_ : "") + std::string(path);
    return url;
}

net::Task<http::Reply> Connection::send_raw(http::Call call)
{
    try {
        co_return co_await client_.send(std::move(call));
    } catch (Error& error) {
        if (host_.transport != Host::Transport::ssh || error.kind() != ErrorKind::unavailable)
            throw;
        throw Error(ErrorKind::unavailable, "no Docker Engine answers at '{}': {}", host_.text(), error.message())
            .hint("does 'ssh HOST docker system dial-stdio' work there? it needs a docker client, or dfriends by that "
                  "name");
    }
}

net::Task<net::StreamPointer> Connection::dial()
{
    return make_dial(host_)({}, std::chrono::seconds(30));
}

net::Task<std::string> Connection::negotiate()
{
    if (!version_.empty())
        co_return version_;
    http::Call call;
    call.url = url("/_ping", false);
    call.head_timeout = std::chrono::seconds(30);
    call.idle_timeout = longest_silence_;
    http::Reply reply = co_await send_raw(std::move(call));
    const std::string body = co_await reply.read_all(error_limit);
    if (!reply.ok())
        throw Error(http::kind_of(reply.status()), "the Docker Engine at '{}' answers {} to a ping: {}", host_.text(),
                    reply.status(), decode_error(body));
    // Engines before 1.25 do not name their version here; those are too old or say so in /version.
    std::string theirs(reply.headers().get("API-Version"));
    if (theirs.empty() && !reply.headers().has("Ostype") && !reply.headers().get("Server").starts_with("Docker/"))
        throw Error(ErrorKind::unavailable, "'{}' answers, but not as a Docker Engine does", host_.text())
            .hint("check DOCKER_HOST");
    if (theirs.empty())
        theirs = std::string(oldest_api);
    if (!is_api_version(theirs))
        throw Error(ErrorKind::unavailable, "the Docker Engine names an API version that is none: '{}'",
                    printable(theirs));
    if (compare_api_versions(theirs, oldest_api) < 0)
        throw_too_old(theirs);
    if (!host_.api_version.empty())
        version_ = host_.api_version;
    else
        version_ = compare_api_versions(theirs, newest_api) < 0 ? theirs : std::string(newest_api);
    co_return version_;
}

net::Task<http::Reply> Connection::send(Ask ask)
{
    return send_within(std::move(ask), std::chrono::milliseconds(0));
}

/// Engines name their newest version in the head of every answer (from 1.25 on). A newer one than ours is asked again,
/// in a version that is known here.
net::Task<std::optional<http::Reply>> Connection::send_first(const Ask& ask, std::chrono::milliseconds longest_silence)
{
    http::Call call;
    call.url = url(ask.path, false);
    call.head_timeout = std::chrono::seconds(30);
    call.idle_timeout = longest_silence;
    http::Reply reply = co_await send_raw(std::move(call));
    const std::string theirs(reply.headers().get("API-Version"));
    if (!reply.ok() || !is_api_version(theirs) || compare_api_versions(theirs, oldest_api) < 0 ||
        compare_api_versions(theirs, newest_api) > 0)
        co_return std::nullopt;
    version_ = theirs;
    co_return reply;
}

net::Task<http::Reply> Connection::send_within(Ask ask, std::chrono::milliseconds longest_silence)
{
    if (ask.may_be_first && version_.empty() && host_.api_version.empty())
        if (auto reply = co_await send_first(ask, longest_silence))
            co_return std::move(*reply);
    if (!ask.without_version)
        co_await negotiate();
    http::Call call;
    call.method = std::move(ask.method);
    call.url = url(ask.path, !ask.without_version);
    call.headers = std::move(ask.headers);
    call.body = std::move(ask.body);
    call.producer = std::move(ask.producer);
    if (!call.body.empty() && !call.headers.has("Content-Type"))
        call.headers.set("Content-Type", "application/json");
    // Stopping a container or building an image may be silent for minutes before it answers.
    call.head_timeout = ask.waits_long ? std::chrono::milliseconds(0) : std::chrono::milliseconds(120'000);
    call.idle_timeout = longest_silence;
    http::Reply reply = co_await send_raw(std::move(call));
    if (reply.status() < 400)
        co_return reply;
    const std::string body = co_await reply.read_all(error_limit);
    const std::string sentence = decode_error(body);
    Error error(http::kind_of(reply.status()), "{}", sentence);
    // The engine's floor rises: one newer than us refuses what we speak, and says so.
    if (sentence.find("is too old. Minimum supported API version") != std::string::npos)
        throw Error(ErrorKind::conflict, "the Docker Engine is too new: {}", sentence).hint("install a newer dfriends");
    throw error;
}

net::Task<std::string> Connection::fetch(Ask ask)
{
    http::Reply reply = co_await send_within(std::move(ask), longest_silence_);
    co_return co_await reply.read_all(answer_limit);
}

net::Task<int> Connection::fetch_status(Ask ask)
{
    http::Reply reply = co_await send_within(std::move(ask), longest_silence_);
    const int status = reply.status();
    co_await reply.read_all(answer_limit); // so that the engine is never cut off in the middle of a call
    co_return status;
}

net::Task<http::Upgraded> Connection::hijack(Ask ask)
{
    ask.headers.set("Connection", "Upgrade");
    ask.headers.set("Upgrade", "tcp");
    ask.waits_long = true;
    http::Reply reply = co_await send(std::move(ask));
    co_return std::move(reply).upgrade();
}

} // namespace dfriends::engine
