// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

// The rules of docker cp for where a copy goes and what it is called there.
namespace dfriends::applets::docker {

/// CONTAINER:PATH, or a local path with an empty container. A local path with a ':' begins with '/' or '.'.
struct CopyPlace {
    std::string container;
    std::string path;
};
CopyPlace parse_copy_place(std::string_view argument);

/// A path's folder and its last name; a path that ends with "." has "." as its name: the content of a folder.
struct SplitPath {
    std::string folder;
    std::string name;
};
SplitPath split_path(std::string_view path);

/// What `path`, a link to `target`, is copied as where the link is followed.
struct FollowedPath {
    std::string path;
    std::string name; ///< the copy's; empty: that of `path`
};
FollowedPath follow_path(std::string_view path, std::string_view target);

struct CopySource {
    std::string path;
    bool is_folder = false;
    std::string name = {}; ///< the copy's; empty: that of `path`
};

struct CopyTarget {
    std::string path;
    bool exists = false;
    bool is_folder = false;
};

/// Where the archive of a source is unpacked, and how its entries are called there.
struct CopyPlan {
    std::string folder;
    std::string old_name; ///< the archive's name for the source
    std::string new_name; ///< equal to `old_name` where it keeps its name
    std::string rename(std::string_view entry) const;
};
/// Throws Error(invalid) for a folder that would replace a file, and Error(not_found) for a target that ends with '/'
/// and is not there.
CopyPlan plan_copy(const CopySource& source, const CopyTarget& target);

} // namespace dfriends::applets::docker
