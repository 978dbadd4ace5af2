// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "os/file.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::cache {

/// A remapped mirror as the running service sees it.
struct MirrorState {
    std::string name; ///< of its group
    std::string url;
    std::size_t failures = 0; ///< while the service avoids it; 0: it is well
    std::string why;          ///< the last one's reason

    bool is_well() const { return failures == 0; }
};

/// The service writes this file whenever something changes, `stats` reads it.
os::Path mirrors_path(const os::Path& directory);
std::string encode_mirrors(const std::vector<MirrorState>& mirrors);
/// Replaces the file as a whole; after a crash nothing of it matters, so nothing is made durable.
void write_mirrors(const os::Path& directory, std::string_view text);
/// What the service on this content directory wrote; nothing where none runs.
std::vector<MirrorState> find_mirrors(const os::Path& directory);

} // namespace dfriends::cache
