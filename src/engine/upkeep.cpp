// SPDX-License-Identifier: Apache-2.0
#include "engine/upkeep.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "engine/wire.hpp"

namespace dfriends::engine {

namespace {

std::string_view path_of(Prunable what)
{
    switch (what) {
    case Prunable::containers:
        return "/containers/prune";
    case Prunable::images:
        return "/images/prune";
    case Prunable::networks:
        return "/networks/prune";
    case Prunable::volumes:
        return "/volumes/prune";
    case Prunable::build_cache:
        return "/build/prune";
    }
    return {};
}

std::string path_of_named(std::string_view folder, const std::string& name, std::string_view rest)
{
    if (name.empty())
        throw Error(ErrorKind::invalid, "a name or id is empty");
    return std::string(folder) + encode_percent(name, folder == "/images/" ? "/:@" : "") + std::string(rest);
}

} // namespace

net::Task<std::vector<ImageStep>> fetch_history(Connection& connection, std::string image)
{
    co_return decode_history(co_await connection.fetch({.path = path_of_named("/images/", image, "/history")}));
}

net::Task<std::vector<FileChange>> fetch_changes(Connection& connection, std::string container)
{
    co_return decode_changes(
        co_await connection.fetch({.path = path_of_named("/containers/", container, "/changes"), .waits_long = true}));
}

net::Task<Pruned> prune(Connection& connection, Prunable what, Filters filters, bool all)
{
    const std::string query = Query().add("filters", filters).add("all", all).text();
    co_return decode_pruned(
        co_await connection.fetch({.method = "POST", .path = std::string(path_of(what)) + query, .waits_long = true}));
}

net::Task<DiskUsage> fetch_disk_usage(Connection& connection)
{
    co_return decode_disk_usage(co_await connection.fetch({.path = "/system/df", .waits_long = true}));
}

} // namespace dfriends::engine
