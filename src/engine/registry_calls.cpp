// SPDX-License-Identifier: Apache-2.0
#include "engine/registry_calls.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "engine/registry_auth.hpp"
#include "json/lines.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace dfriends::engine {

namespace {

bool holds_one_of(std::string_view text, std::initializer_list<std::string_view> parts)
{
    return std::ranges::any_of(parts, [&](std::string_view part) { return text.find(part) != std::string_view::npos; });
}

} // namespace

std::string path_of_reference(std::string_view folder, const std::string& reference, std::string_view rest)
{
    // Slashes stay: the engine routes names with them.
    if (reference.empty() || reference.front() == '/' || holds_one_of("/" + reference + "/", {"/../", "/./", "//"}))
        throw Error(ErrorKind::invalid, "invalid reference format: '{}'", printable(reference));
    return std::string(folder) + encode_percent(reference, "/:@") + std::string(rest);
}

net::Task<> read_progress(http::Reply& reply, const OnLine& on_line)
{
    json::LineSplitter lines;
    const auto hand_over = [&](std::string_view line) { on_line(decode_progress(line)); };
    std::array<char, 16 * 1024> piece;
    while (const std::size_t count = co_await reply.read_some(piece))
        lines.feed({piece.data(), count}, hand_over);
    lines.finish(hand_over);
}

net::Task<std::string> pass_progress(http::Reply& reply, const OnProgress& on_progress)
{
    std::string failure;
    co_await read_progress(reply, [&](const ProgressLine& line) {
        if (!line.failure.empty())
            failure = printable(line.failure);
        else if (on_progress)
            on_progress(line.progress);
    });
    co_return failure;
}

Error registry_error(const std::string& what, const std::string& sentence)
{
    if (holds_one_of(sentence, {"dial tcp", "no such host", "connection refused", "i/o timeout", "Client.Timeout",
                                "network is unreachable", "TLS handshake timeout", "context deadline exceeded", "EOF",
                                "no route to host", "proxyconnect"}))
        return Error(ErrorKind::unavailable, "{}: its registry cannot be reached: {}", what, sentence)
            .hint("check the network and the engine's proxy; an image can be carried with 'docker save' and 'docker "
                  "load', too");
    if (holds_one_of(sentence, {"denied", "unauthorized", "authentication required", "no basic auth"}))
        return Error(ErrorKind::denied, "{}: {}", what, sentence)
            .hint("does it exist? a private one needs a login: 'dfriends docker login'");
    if (holds_one_of(sentence,
                     {"not found", "manifest unknown", "name unknown", "no matching manifest", "does not exist"}))
        return Error(ErrorKind::not_found, "{}: {}", what, sentence);
    return Error(ErrorKind::failed, "{}: {}", what, sentence);
}

void add_login(Connection::Ask& ask, const std::string& registry)
{
    if (const auto login = find_login(registry, configuration_directory()))
        ask.headers.set("X-Registry-Auth", encode_login(*login));
}

net::Task<> transfer(Connection& connection, Connection::Ask ask, std::string what, OnProgress on_progress)
{
    co_await connection.negotiate(); // its troubles are not the registry's
    std::string failure;
    try {
        http::Reply reply = co_await connection.send(std::move(ask));
        failure = co_await pass_progress(reply, on_progress);
    } catch (const Error& error) {
        if (!error.hint().empty() || error.kind() == ErrorKind::unavailable)
            throw;
        failure = error.message();
    }
    if (!failure.empty())
        throw registry_error(what, failure);
}

} // namespace dfriends::engine
