// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/connection.hpp"
#include "engine/types.hpp"

#include <string>
#include <string_view>
#include <vector>

// What somebody who looks after an engine asks of it: where things come from, what they take, and what may go.
namespace dfriends::engine {

/// A step of an image's history.
struct ImageStep {
    std::string id; ///< "<missing>" where the engine did not build it
    std::int64_t created = 0;
    std::string created_by;
    std::int64_t size = 0;
    std::string comment;
};

/// What a container's file system has that its image has not, or the other way round.
struct FileChange {
    enum class Kind { changed = 0, added = 1, deleted = 2 };
    Kind kind = Kind::changed;
    std::string path;
};

/// What a prune has removed.
struct Pruned {
    std::vector<std::string> names;
    std::vector<std::string> untagged; ///< of images
    std::int64_t reclaimed = 0;        ///< bytes
};
enum class Prunable { containers, images, networks, volumes, build_cache };

/// A line of `docker system df`.
struct DiskUse {
    std::size_t total = 0;
    std::size_t active = 0;
    std::int64_t size = 0;
    std::int64_t reclaimable = 0;
};
struct DiskUsage {
    DiskUse images;
    DiskUse containers;
    DiskUse volumes;
    DiskUse build_cache;
};

/// The newest step first.
net::Task<std::vector<ImageStep>> fetch_history(Connection& connection, std::string image);
net::Task<std::vector<FileChange>> fetch_changes(Connection& connection, std::string container);
/// Removes what nobody uses. `all`: of a build's cache also what is in use.
net::Task<Pruned> prune(Connection& connection, Prunable what, Filters filters, bool all = false);
net::Task<DiskUsage> fetch_disk_usage(Connection& connection);

} // namespace dfriends::engine
