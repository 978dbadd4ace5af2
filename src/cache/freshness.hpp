// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/timestamp.hpp"
#include "http/headers.hpp"

#include <cstdint>
#include <string_view>

namespace dfriends::cache {

/// True where upstream lets a shared cache keep its answer.
bool is_storable(const http::Headers& head);

/// For how many seconds content that no index vouches for may be served without asking again: what Cache-Control says,
/// up to a day; an hour for the names of files that do not change; else not at all.
std::int64_t fresh_seconds(std::string_view key, const http::Headers& head);

/// True where a Last-Modified is old enough at the time of its answer to tell two versions apart: dates count whole
/// seconds, and a file may have changed twice within one (RFC 9110 section 8.8.2.2).
bool is_strong_date(std::string_view last_modified, TimePoint answered);

/// False where content does not fit its name: a login page for a package, or a package whose archive ends elsewhere
/// than the file does. For content that no index vouches for.
bool is_plausible(std::string_view key, const http::Headers& head, int descriptor, std::uint64_t size);

} // namespace dfriends::cache
