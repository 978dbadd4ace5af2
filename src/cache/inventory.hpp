// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "cache/cache_index.hpp"
#include "os/file.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace dfriends::cache {

/// What is wrong with the content of a cache directory.
struct Finding {
    enum class Kind {
        rotten,  ///< its bytes are not what its name says
        missing, ///< the index has it, the directory has not
    };
    Kind kind = Kind::rotten;
    std::string sha256;
    std::uint64_t size = 0; ///< as the index says; 0 where it does not know the content
};

/// "rotten", "missing".
std::string_view name_of(Finding::Kind kind);

/// Compares directory and index by reading every byte of the content. Blocks. Content that appears meanwhile, because
/// the cache is being served, may be left out.
std::vector<Finding> verify_content(const os::Path& directory, CacheIndex& index);

/// Removes files that no row of the index stands for: what a killed process stored but did not write down. Younger ones
/// than an hour stay, since a row may be on its way. Returns their bytes.
std::uint64_t remove_strays(const os::Path& directory, CacheIndex& index, TimePoint now);

} // namespace dfriends::cache
