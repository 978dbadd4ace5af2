// SPDX-License-Identifier: Apache-2.0
#include "engine/containers.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "engine/wire.hpp"
#include "json/lines.hpp"

#include <array>

namespace dfriends::engine {

namespace {

std::string container_path(const std::string& container, std::string_view rest = {})
{
    return "/containers/" + encode_percent(container) + std::string(rest);
}

/// Names the container where the engine's sentence does not.
Connection::Ask post(std::string path, bool waits_long = false)
{
    return {.method = "POST", .path = std::move(path), .waits_long = waits_long};
}

void refuse_empty(const std::string& container)
{
    if (container.empty() || container.find('/') != std::string::npos)
        throw Error(ErrorKind::invalid, "'{}' is not a container's name or id", container);
}

} // namespace

net::Task<Created> Containers::create(ContainerSpec spec)
{
    co_await connection_.negotiate();
    // Engines from API 1.44 on join all networks at creation; joining the others here works with every engine.
    const std::string query = Query()
                                  .add("name", spec.name)
                                  .add("platform", connection_.speaks("1.41") ? spec.platform : std::string())
                                  .text();
    Created created = decode_created(co_await connection_.fetch(
        {.method = "POST", .path = "/containers/create" + query, .body = encode_container(spec), .waits_long = true}));
    for (std::size_t i = 1; i < spec.networks.size(); ++i) {
        const std::string path = "/networks/" + encode_percent(spec.networks[i].network) + "/connect";
        std::exception_ptr failure;
        try {
            co_await connection_.fetch(
                {.method = "POST", .path = path, .body = encode_connect(created.id, spec.networks[i])});
        } catch (const Error&) {
            failure = std::current_exception();
        }
        if (failure) { // a container without all its networks must not be left behind
            co_await remove(created.id, true, true);
            std::rethrow_exception(failure);
        }
    }
    co_return created;
}

net::Task<bool> Containers::start(std::string container)
{
    refuse_empty(container);
    co_return co_await connection_.fetch_status(post(container_path(container, "/start"), true)) != 304;
}

net::Task<bool> Containers::stop(std::string container, std::optional<int> timeout, std::string signal)
{
    refuse_empty(container);
    Query query;
    if (timeout)
        query.add("t", static_cast<std::int64_t>(*timeout));
    query.add("signal", signal);
    co_return co_await connection_.fetch_status(post(container_path(container, "/stop") + query.text(), true)) != 304;
}

net::Task<> Containers::restart(std::string container, std::optional<int> timeout, std::string signal)
{
    refuse_empty(container);
    Query query;
    if (timeout)
        query.add("t", static_cast<std::int64_t>(*timeout));
    query.add("signal", signal);
    co_await connection_.fetch(post(container_path(container, "/restart") + query.text(), true));
}

net::Task<> Containers::kill(std::string container, std::string signal)
{
    refuse_empty(container);
    co_await connection_.fetch(post(container_path(container, "/kill") + Query().add("signal", signal).text()));
}

net::Task<> Containers::pause(std::string container)
{
    refuse_empty(container);
    co_await connection_.fetch(post(container_path(container, "/pause")));
}

net::Task<> Containers::unpause(std::string container)
{
    refuse_empty(container);
    co_await connection_.fetch(post(container_path(container, "/unpause")));
}

net::Task<> Containers::update(std::string container, ContainerUpdate change)
{
    refuse_empty(container);
    Connection::Ask ask = post(container_path(container, "/update"));
    ask.body = encode_update(change);
    co_await connection_.fetch(std::move(ask));
}

net::Task<> Containers::rename(std::string container, std::string name)
{
    refuse_empty(container);
    co_await connection_.fetch(post(container_path(container, "/rename") + Query().add("name", name).text()));
}

net::Task<> Containers::remove(std::string container, bool force, bool volumes, bool link)
{
    // A link is removed by its path: "/web/db".
    if (!link)
        refuse_empty(container);
    const std::string query = Query().add("force", force).add("v", volumes).add("link", link).text();
    co_await connection_.fetch(
        {.method = "DELETE", .path = "/containers/" + encode_percent(container, "/") + query, .waits_long = true});
}

net::Task<> Containers::resize(std::string container, unsigned columns, unsigned rows)
{
    const std::string query = Query().add("h", std::int64_t{rows}).add("w", std::int64_t{columns}).text();
    co_await connection_.fetch(post(container_path(container, "/resize") + query));
}

net::Task<ContainerDetails> Containers::inspect(std::string container, bool size)
{
    refuse_empty(container);
    co_return decode_container(
        co_await connection_.fetch({.path = container_path(container, "/json") + Query().add("size", size).text()}));
}

net::Task<std::optional<ContainerDetails>> Containers::find(std::string container)
{
    try {
        co_return co_await inspect(container);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::not_found)
            throw;
    }
    co_return std::nullopt;
}

net::Task<std::vector<ContainerSummary>> Containers::list(bool all, Filters filters, int limit, bool size)
{
    Query query;
    query.add("all", all).add("size", size).add("filters", filters);
    if (limit > 0)
        query.add("limit", std::int64_t{limit});
    co_return decode_container_list(
        co_await connection_.fetch({.path = "/containers/json" + query.text(), .may_be_first = true}));
}

net::Task<int> Containers::wait(std::string container, std::string condition)
{
    refuse_empty(container);
    co_await connection_.negotiate();
    if (!connection_.speaks("1.30"))
        condition.clear(); // those engines know only "not-running"
    // Its head may be there at once, and its body at the container's end.
    Waiting waiting(co_await connection_.send(
        post(container_path(container, "/wait") + Query().add("condition", condition).text(), true)));
    co_return co_await waiting.exit_code();
}

net::Task<std::optional<Containers::Waiting>> Containers::begin_wait(std::string container, std::string condition)
{
    refuse_empty(container);
    co_await connection_.negotiate();
    if (!connection_.speaks("1.30"))
        co_return std::nullopt;
    co_return Waiting(co_await connection_.send(
        post(container_path(container, "/wait") + Query().add("condition", condition).text(), true)));
}

net::Task<int> Containers::Waiting::exit_code()
{
    constexpr std::size_t largest_answer = 64U * 1024;
    co_return decode_wait(co_await reply_.read_all(largest_answer));
}

net::Task<> Containers::logs(std::string container, LogOptions options, OnOutput on_output)
{
    refuse_empty(container);
    const ContainerDetails details = co_await inspect(container);
    Query query;
    query.add("follow", options.follow)
        .add("timestamps", options.timestamps)
        .add("stdout", options.output)
        .add("stderr", options.error);
    query.add("tail", options.tail).add("since", options.since).add("until", options.until);
    http::Reply reply =
        co_await connection_.send({.path = container_path(container, "/logs") + query.text(), .waits_long = true});
    FrameReader frames;
    std::array<char, 32 * 1024> piece;
    while (const std::size_t count = co_await reply.read_some(piece)) {
        if (details.spec.tty)
            on_output(Channel::output, {piece.data(), count});
        else
            frames.feed({piece.data(), count}, on_output);
    }
}

net::Task<Attachment> Containers::attach(std::string container, AttachOptions options, bool tty)
{
    refuse_empty(container);
    Query query;
    query.add("stream", true).add("stdin", options.input).add("stdout", options.output).add("stderr", options.error);
    query.add("logs", options.logs).add("detachKeys", options.detach_keys);
    co_return Attachment(co_await connection_.hijack(post(container_path(container, "/attach") + query.text())), tty);
}

net::Task<std::vector<std::vector<std::string>>> Containers::top(std::string container, std::string ps_arguments)
{
    refuse_empty(container);
    co_return decode_top(co_await connection_.fetch(
        {.path = container_path(container, "/top") + Query().add("ps_args", ps_arguments).text()}));
}

net::Task<> Containers::stats(std::string container, bool stream, OnStats on_stats)
{
    refuse_empty(container);
    const std::string query =
        Query().add("stream", std::int64_t{stream ? 1 : 0}).text(); // it streams unless told not to
    http::Reply reply =
        co_await connection_.send({.path = container_path(container, "/stats") + query, .waits_long = true});
    json::LineSplitter lines;
    const auto hand_over = [&](std::string_view line) { on_stats(decode_stats(line)); };
    std::array<char, 16 * 1024> piece;
    while (const std::size_t count = co_await reply.read_some(piece))
        lines.feed({piece.data(), count}, hand_over);
    lines.finish(hand_over);
}

net::Task<> Containers::copy_from(std::string container, std::string path, OnOutput on_bytes)
{
    refuse_empty(container);
    http::Reply reply = co_await connection_.send(
        {.path = container_path(container, "/archive") + Query().add("path", path).text(), .waits_long = true});
    std::array<char, 64 * 1024> piece;
    while (const std::size_t count = co_await reply.read_some(piece))
        on_bytes(Channel::output, {piece.data(), count});
}

net::Task<http::Reply> Containers::export_files(std::string container)
{
    refuse_empty(container);
    co_return co_await connection_.send({.path = container_path(container, "/export"), .waits_long = true});
}

net::Task<std::string> Containers::commit(std::string container, ImageChanges changes)
{
    refuse_empty(container);
    Query query;
    query.add("container", container).add("comment", changes.message).add("author", changes.author).add(changes);
    query.add("pause", std::int64_t{changes.pauses ? 1 : 0});
    co_return decode_created(co_await connection_.fetch(post("/commit" + query.text(), true))).id;
}

net::Task<> Containers::copy_to(std::string container, std::string folder, http::Producer tar, bool as_user)
{
    refuse_empty(container);
    const std::string query =
        Query().add("path", folder).add("noOverwriteDirNonDir", true).add("copyUIDGID", as_user).text();
    Connection::Ask ask{.method = "PUT",
                        .path = container_path(container, "/archive") + query,
                        .producer = std::move(tar),
                        .waits_long = true};
    ask.headers.set("Content-Type", "application/x-tar");
    co_await connection_.fetch(std::move(ask));
}

net::Task<std::optional<Containers::PathStat>> Containers::stat(std::string container, std::string path)
{
    refuse_empty(container);
    co_await inspect(container); // so that a missing container is not taken for a missing path
    try {
        const http::Reply reply = co_await connection_.send(
            {.method = "HEAD", .path = container_path(container, "/archive") + Query().add("path", path).text()});
        co_return decode_path_stat(reply.headers().get("X-Docker-Container-Path-Stat"));
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::not_found)
            throw;
    }
    co_return std::nullopt;
}

} // namespace dfriends::engine
