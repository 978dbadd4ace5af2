// SPDX-License-Identifier: Apache-2.0
#include "engine/images.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "engine/reference.hpp"
#include "engine/registry_auth.hpp"
#include "engine/wire.hpp"
#include "json/lines.hpp"

#include <algorithm>
#include <array>

namespace dfriends::engine {

namespace {

bool holds_one_of(std::string_view text, std::initializer_list<std::string_view> parts)
{
    return std::ranges::any_of(parts, [&](std::string_view part) { return text.find(part) != std::string_view::npos; });
}

/// What a registry would not do, where `what` is "cannot pull 'image'". The engine reports a registry's trouble as
/// status 500 or inside the stream: only its words tell the kinds apart.
Error registry_error(const std::string& what, const std::string& sentence)
{
    if (holds_one_of(sentence, {"dial tcp", "no such host", "connection refused", "i/o timeout", "Client.Timeout",
                                "network is unreachable", "TLS handshake timeout", "context deadline exceeded", "EOF",
                                "no route to host", "proxyconnect"}))
        return Error(ErrorKind::unavailable, "{}: its registry cannot be reached: {}", what, sentence)
            .hint("check the network and the engine's proxy, or carry the image with 'docker save' and 'docker load'");
    if (holds_one_of(sentence, {"denied", "unauthorized", "authentication required", "no basic auth"}))
        return Error(ErrorKind::denied, "{}: {}", what, sentence)
            .hint("does it exist? a private one needs a login: 'dfriends docker login'");
    if (holds_one_of(sentence,
                     {"not found", "manifest unknown", "name unknown", "no matching manifest", "does not exist"}))
        return Error(ErrorKind::not_found, "{}: {}", what, sentence);
    return Error(ErrorKind::failed, "{}: {}", what, sentence);
}

using OnLine = std::function<void(const ProgressLine& line)>;

net::Task<> read_progress(http::Reply& reply, const OnLine& on_line)
{
    json::LineSplitter lines;
    const auto hand_over = [&](std::string_view line) { on_line(decode_progress(line)); };
    std::array<char, 16 * 1024> piece;
    while (const std::size_t count = co_await reply.read_some(piece))
        lines.feed({piece.data(), count}, hand_over);
    lines.finish(hand_over);
}

/// Hands the progress over; the sentence of a failure, or nothing.
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

std::string image_path(const std::string& image, std::string_view rest = {}, std::string_view folder = "/images/")
{
    // Slashes stay: the engine routes names with them. A name that would climb out of its folder is none.
    if (image.empty() || image.front() == '/' || holds_one_of("/" + image + "/", {"/../", "/./", "//"}))
        throw Error(ErrorKind::invalid, "invalid reference format: '{}'", printable(image));
    return std::string(folder) + encode_percent(image, "/:@") + std::string(rest);
}

std::string build_query(const BuildOptions& options)
{
    Query query;
    for (const std::string& tag : options.tags)
        query.add("t", tag);
    query.add("dockerfile", options.dockerfile).add("remote", options.remote).add("target", options.target);
    query.add("networkmode", options.network).add("platform", options.platform);
    query.add("nocache", options.no_cache)
        .add("pull", options.pull)
        .add("squash", options.squash)
        .add("q", options.quiet);
    query.add("rm", std::int64_t{options.remove_intermediate ? 1 : 0}).add("forcerm", options.force_remove);
    if (!options.arguments.empty())
        query.add("buildargs", std::string_view(encode_map(options.arguments)));
    if (!options.labels.empty())
        query.add("labels", std::string_view(encode_map(options.labels)));
    if (!options.cache_from.empty())
        query.add("cachefrom", std::string_view(encode_list(options.cache_from)));
    if (!options.extra_hosts.empty())
        query.add("extrahosts", std::string_view(join(options.extra_hosts, ",")));
    if (options.memory != 0)
        query.add("memory", options.memory);
    if (options.shm_size != 0)
        query.add("shmsize", options.shm_size);
    query.add("version", std::int64_t{1}); // the classic builder
    return query.text();
}

} // namespace

net::Task<ImageDetails> Images::inspect(std::string image)
{
    co_return decode_image(co_await connection_.fetch({.path = image_path(image, "/json")}));
}

net::Task<std::optional<ImageDetails>> Images::find(std::string image)
{
    try {
        co_return co_await inspect(image);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::not_found)
            throw;
    }
    co_return std::nullopt;
}

net::Task<std::vector<ImageSummary>> Images::list(bool all, Filters filters)
{
    co_return decode_image_list(
        co_await connection_.fetch({.path = "/images/json" + Query().add("all", all).add("filters", filters).text()}));
}

net::Task<std::string> Images::remote_digest(std::string image)
{
    const Reference reference = parse_reference(image);
    Connection::Ask ask{.path = image_path(reference.familiar(), "/json", "/distribution/")};
    if (const auto login = find_login(reference.registry, configuration_directory()))
        ask.headers.set("X-Registry-Auth", encode_login(*login));
    co_return decode_distribution(co_await connection_.fetch(std::move(ask)));
}

net::Task<> Images::pull(std::string image, OnProgress on_progress, std::string platform)
{
    const Reference reference = parse_reference(image);
    const std::string tag = !reference.digest.empty() ? reference.digest
                            : reference.tag.empty()   ? "latest"
                                                      : reference.tag;
    const std::string query =
        Query().add("fromImage", reference.familiar_name()).add("tag", tag).add("platform", platform).text();
    Connection::Ask ask{.method = "POST", .path = "/images/create" + query, .waits_long = true};
    if (const auto login = find_login(reference.registry, configuration_directory()))
        ask.headers.set("X-Registry-Auth", encode_login(*login));
    co_await connection_.negotiate(); // its troubles are not the registry's
    std::string failure;
    try {
        http::Reply reply = co_await connection_.send(std::move(ask));
        failure = co_await pass_progress(reply, on_progress);
    } catch (const Error& error) {
        if (!error.hint().empty() || error.kind() == ErrorKind::unavailable)
            throw;
        failure = error.message();
    }
    if (!failure.empty())
        throw registry_error("cannot pull '" + reference.familiar() + "'", failure);
}

net::Task<> Images::push(std::string image, OnProgress on_progress)
{
    const Reference reference = parse_reference(image);
    if (!reference.digest.empty())
        throw Error(ErrorKind::invalid, "cannot push a digest reference: '{}'", image).hint("name it by its tag");
    const std::string tag = reference.tag.empty() ? "latest" : reference.tag;
    Connection::Ask ask{.method = "POST",
                        .path = image_path(reference.familiar_name(), "/push") + Query().add("tag", tag).text(),
                        .waits_long = true};
    const auto login = find_login(reference.registry, configuration_directory());
    ask.headers.set("X-Registry-Auth", encode_login(login.value_or(RegistryLogin()))); // the engine wants one always
    http::Reply reply = co_await connection_.send(std::move(ask));
    if (const std::string failure = co_await pass_progress(reply, on_progress); !failure.empty())
        throw registry_error("cannot push '" + reference.familiar() + "'", failure);
}

net::Task<std::string> Images::build(http::Producer context, BuildOptions options, OnProgress on_progress)
{
    Connection::Ask ask{
        .method = "POST", .path = "/build" + build_query(options), .producer = std::move(context), .waits_long = true};
    ask.headers.set("Content-Type", "application/x-tar");
    if (const std::string logins = encode_all_logins(configuration_directory()); !logins.empty())
        ask.headers.set("X-Registry-Config", logins);
    http::Reply reply = co_await connection_.send(std::move(ask));
    std::string id;
    std::string failure;
    int code = 0;
    co_await read_progress(reply, [&](const ProgressLine& line) {
        if (!line.progress.image.empty())
            id = line.progress.image;
        else if (options.quiet && line.progress.stream.starts_with("sha256:"))
            id = trim(line.progress.stream); // a quiet build says nothing else
        if (!line.failure.empty()) {
            failure = printable(trim(line.failure));
            code = line.code;
        } else if (on_progress)
            on_progress(line.progress);
    });
    if (!failure.empty())
        throw BuildError(failure, code);
    if (id.empty())
        throw Error(ErrorKind::unavailable, "the engine ended the build without saying what it built");
    co_return id;
}

net::Task<std::string> Images::import_files(http::Producer tar, ImageChanges changes)
{
    Query query;
    query.add("fromSrc", std::string_view("-")).add("message", changes.message).add(changes);
    Connection::Ask ask{
        .method = "POST", .path = "/images/create" + query.text(), .producer = std::move(tar), .waits_long = true};
    ask.headers.set("Content-Type", "application/x-tar");
    http::Reply reply = co_await connection_.send(std::move(ask));
    std::string id;
    std::string failure;
    co_await read_progress(reply, [&](const ProgressLine& line) {
        if (!line.failure.empty())
            failure = printable(line.failure);
        else if (line.progress.status.starts_with("sha256:"))
            id = line.progress.status;
    });
    if (!failure.empty())
        throw Error(ErrorKind::failed, "cannot import the file system: {}", failure);
    if (id.empty())
        throw Error(ErrorKind::unavailable, "the engine ended the import without saying what it made");
    co_return id;
}

net::Task<> Images::tag(std::string image, std::string reference)
{
    const Reference target = parse_reference(reference);
    if (!target.digest.empty())
        throw Error(ErrorKind::invalid, "refusing to create a tag with a digest reference");
    const std::string query = Query()
                                  .add("repo", target.familiar_name())
                                  .add("tag", target.tag.empty() ? std::string("latest") : target.tag)
                                  .text();
    co_await connection_.fetch({.method = "POST", .path = image_path(image, "/tag") + query});
}

net::Task<std::vector<Images::Removed>> Images::remove(std::string image, bool force, bool no_prune)
{
    const std::string query = Query().add("force", force).add("noprune", no_prune).text();
    co_return decode_removed(
        co_await connection_.fetch({.method = "DELETE", .path = image_path(image) + query, .waits_long = true}));
}

net::Task<> Images::save(std::vector<std::string> images, OnOutput on_bytes)
{
    Query query;
    for (const std::string& image : images)
        query.add("names", image);
    http::Reply reply = co_await connection_.send({.path = "/images/get" + query.text(), .waits_long = true});
    std::array<char, 64 * 1024> piece;
    while (const std::size_t count = co_await reply.read_some(piece))
        on_bytes(Channel::output, {piece.data(), count});
}

net::Task<> Images::load(http::Producer archive, OnProgress on_progress, bool quiet)
{
    Connection::Ask ask{.method = "POST",
                        .path = "/images/load" + Query().add("quiet", quiet).text(),
                        .producer = std::move(archive),
                        .waits_long = true};
    ask.headers.set("Content-Type", "application/x-tar");
    http::Reply reply = co_await connection_.send(std::move(ask));
    if (const std::string failure = co_await pass_progress(reply, on_progress); !failure.empty())
        throw Error(ErrorKind::failed, "cannot load the archive: {}", failure);
}

} // namespace dfriends::engine
