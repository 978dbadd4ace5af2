// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/timestamp.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace dfriends::paas::debian {

/// What a Release file says of a suite, as far as it is needed here.
struct Release {
    struct Index {
        std::uint64_t size = 0;
        std::string sha256;
    };
    std::string suite;    ///< "stable"
    std::string codename; ///< "bookworm"
    std::optional<TimePoint> valid_until;
    bool acquire_by_hash = false;
    std::map<std::string, Index, std::less<>> indices; ///< of component main, by path below the suite's folder
};

constexpr std::size_t release_limit = 16U << 20U;

/// Reads a Release or InRelease file; of a clear-signed one only what is signed counts. Throws Error(invalid) where
/// component main has no index: a login page, say.
Release parse_release(std::string_view text);

/// Throws Error(invalid) where the file is of another suite, or its time has passed: an old one played back.
void check_release(const Release& release, std::string_view suite, TimePoint now);

/// True for the names that a suite can have: "bookworm", "bookworm-backports", "stable/updates".
bool is_suite(std::string_view suite);

} // namespace dfriends::paas::debian
