// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/knowledge.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace dfriends::cache {

struct ImportReport {
    std::size_t imported = 0;
    std::uint64_t bytes = 0; ///< of these
    std::size_t present = 0; ///< the store had them already
    std::size_t skipped = 0; ///< links, indices, what is no package; those in `dropped` too
    struct Dropped {
        std::string file;
        std::string url; ///< what an index lists with other bytes
    };
    std::vector<Dropped> dropped;
};

/// Takes over the packages below a directory: one that apt-cacher-ng filled, or any with files such as
/// /var/cache/apt/archives. Every file is named by its own SHA-256 and by nothing that stands beside it. Where the URL
/// is known (from apt-cacher-ng's .head files or folders) and an index vouches for it, it is entered under the URL if
/// the digest agrees, and dropped if not. Other packages are entered under "file://" and their place: no request can
/// name that, so such content is served only where an index asks for its digest. Links are not followed. Blocks.
ImportReport import_directory(const os::Path& source, bool dry_run, Knowledge& knowledge, TimePoint now);

/// The canonical URL that apt-cacher-ng's .head file gives; empty where it gives none.
std::string original_key(std::string_view head);

} // namespace dfriends::cache
