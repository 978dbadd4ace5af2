// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace dfriends::cache {

/// What the page for humans shows.
struct Report {
    std::string proxy; ///< "http://172.17.0.1:3142"
    std::int64_t bytes = 0;
    std::int64_t files = 0;
    std::size_t suites = 0;
    std::uint64_t hits = 0;
    std::uint64_t misses = 0;
    std::uint64_t sent = 0;
    std::uint64_t fetched = 0;
    bool offline = false;
};

/// The HTML page: the state, and the line to paste into a Dockerfile.
std::string render_report(const Report& report);

} // namespace dfriends::cache
