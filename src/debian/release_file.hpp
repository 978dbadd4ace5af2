// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/timestamp.hpp"
#include "debian/expected.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace dfriends::debian {

/// A Release or InRelease file: the indices of a suite with their sizes and digests.
struct ReleaseFile {
    std::string suite;    ///< "stable"
    std::string codename; ///< "bookworm"
    std::optional<TimePoint> date;
    std::optional<TimePoint> valid_until;
    bool acquire_by_hash = false;
    std::map<std::string, Expected, std::less<>> files;     ///< by path relative to the file's own directory
    std::unordered_map<std::string, std::string> by_digest; ///< "sha256:<hex>" → path

    /// The file that a by-hash name stands for: algorithm as in the URL ("SHA256", "MD5Sum").
    const std::pair<const std::string, Expected>* find_digest(std::string_view algorithm, std::string_view hex) const;
};

constexpr std::size_t release_file_limit = 16U << 20U;

/// Reads one, clear-signed or not; of a clear-signed text only what is signed counts. Entries whose path leaves the
/// directory or whose digest is none are passed over. Throws Error(invalid) where no index is listed at all: a login
/// page, say.
ReleaseFile parse_release(std::string_view text);

/// Throws Error(invalid) where the file is of another suite, or its time has passed: an old one played back.
void check_release(const ReleaseFile& release, std::string_view suite, TimePoint now);

/// True for the names that a suite can have: "bookworm", "bookworm-backports", "stable/updates".
bool is_suite(std::string_view suite);

/// True for a relative path without "..", empty segments and control characters.
bool is_inner_path(std::string_view path);

} // namespace dfriends::debian
