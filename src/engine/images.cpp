// SPDX-License-Identifier: Apache-2.0
#include "engine/images.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "engine/reference.hpp"
#include "engine/registry_auth.hpp"
#include "engine/registry_calls.hpp"
#include "engine/wire.hpp"

#include <array>

namespace dfriends::engine {

namespace {

std::string path_of_image(const std::string& image, std::string_view rest = {})
{
    return path_of_reference("/images/", image, rest);
}

/// Of the containers that RUN makes.
void add_limits(Query& query, const BuildOptions& options)
{
    const ContainerLimits& limits = options.limits;
    for (const auto& [name, value] :
         {std::pair("memory", limits.memory), std::pair("memswap", limits.memory_swap),
          std::pair("cpushares", limits.cpu_shares), std::pair("cpuperiod", limits.cpu_period),
          std::pair("cpuquota", limits.cpu_quota), std::pair("shmsize", options.shm_size)})
        if (value != 0)
            query.add(name, value);
    query.add("cpusetcpus", limits.cpuset_cpus).add("cpusetmems", limits.cpuset_mems);
    query.add("cgroupparent", options.cgroup_parent);
    if (!options.ulimits.empty())
        query.add("ulimits", std::string_view(encode_ulimits(options.ulimits)));
    if (!options.security_options.empty())
        query.add("securityopt", std::string_view(encode_list(options.security_options)));
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
    add_limits(query, options);
    query.add("version", std::int64_t{1}); // the classic builder
    return query.text();
}

} // namespace

net::Task<ImageDetails> Images::inspect(std::string image)
{
    co_return decode_image(co_await connection_.fetch({.path = path_of_image(image, "/json")}));
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
    Connection::Ask ask{.path = path_of_reference("/distribution/", reference.familiar(), "/json")};
    add_login(ask, reference.registry);
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
    add_login(ask, reference.registry);
    co_await transfer(connection_, std::move(ask), "cannot pull '" + reference.familiar() + "'", on_progress);
}

net::Task<> Images::push(std::string image, OnProgress on_progress)
{
    const Reference reference = parse_reference(image);
    if (!reference.digest.empty())
        throw Error(ErrorKind::invalid, "cannot push a digest reference: '{}'", image).hint("name it by its tag");
    const std::string tag = reference.tag.empty() ? "latest" : reference.tag;
    Connection::Ask ask{.method = "POST",
                        .path = path_of_image(reference.familiar_name(), "/push") + Query().add("tag", tag).text(),
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

namespace {

Connection::Ask ask_for_import(std::string_view source, const ImageChanges& changes)
{
    const std::string query = Query().add("fromSrc", source).add("message", changes.message).add(changes).text();
    return {.method = "POST", .path = "/images/create" + query, .waits_long = true};
}

net::Task<std::string> import(Connection& connection, Connection::Ask ask, OnProgress on_progress)
{
    http::Reply reply = co_await connection.send(std::move(ask));
    std::string id;
    std::string failure;
    co_await read_progress(reply, [&](const ProgressLine& line) {
        if (!line.failure.empty())
            failure = printable(line.failure);
        else if (line.progress.status.starts_with("sha256:"))
            id = line.progress.status;
        else if (on_progress)
            on_progress(line.progress);
    });
    if (!failure.empty())
        throw Error(ErrorKind::failed, "cannot import the file system: {}", failure);
    if (id.empty())
        throw Error(ErrorKind::unavailable, "the engine ended the import without saying what it made");
    co_return id;
}

} // namespace

net::Task<std::string> Images::import_files(http::Producer tar, ImageChanges changes)
{
    Connection::Ask ask = ask_for_import("-", changes);
    ask.producer = std::move(tar);
    ask.headers.set("Content-Type", "application/x-tar");
    co_return co_await import(connection_, std::move(ask), {});
}

net::Task<std::string> Images::import_url(std::string url, ImageChanges changes, OnProgress on_progress)
{
    co_return co_await import(connection_, ask_for_import(url, changes), std::move(on_progress));
}

namespace {

/// As the docker client reads "registry.example/word": what stands before a slash is a registry where it looks like
/// one.
std::string registry_of_term(const std::string& term)
{
    const auto [first, rest] = split_once(term, '/');
    const bool is_registry =
        first.size() < term.size() && (first.find_first_of(".:") != first.npos || first == "localhost");
    return is_registry ? std::string(first) : "docker.io";
}

} // namespace

net::Task<std::vector<FoundImage>> Images::search(std::string term, std::int64_t limit, Filters filters)
{
    const std::string query = Query().add("term", term).add("limit", limit).add("filters", filters).text();
    Connection::Ask ask{.path = "/images/search" + query, .waits_long = true};
    add_login(ask, registry_of_term(term));
    co_return decode_found_images(co_await connection_.fetch(std::move(ask)));
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
    co_await connection_.fetch({.method = "POST", .path = path_of_image(image, "/tag") + query});
}

net::Task<std::vector<Images::Removed>> Images::remove(std::string image, bool force, bool no_prune)
{
    const std::string query = Query().add("force", force).add("noprune", no_prune).text();
    co_return decode_removed(
        co_await connection_.fetch({.method = "DELETE", .path = path_of_image(image) + query, .waits_long = true}));
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
