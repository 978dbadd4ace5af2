// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "archive/reader.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::archive {

struct Unpacked {
    std::vector<std::string> left_out; ///< devices and pipes, by name; the first of them
};

/// Writes an archive's entries below an existing folder, each under the name that `rename` gives it. Files are ours,
/// with modes and times as stored but never set-user-id or set-group-id. The archive is hostile: "..", and names that
/// lead through a link, are Error(invalid), so nothing outside the folder is touched. A folder is not replaced by
/// another thing, nor another thing by a folder: Error(conflict).
Unpacked unpack(Reader& reader, const std::filesystem::path& directory,
                const std::function<std::string(std::string_view name)>& rename);

} // namespace dfriends::archive
