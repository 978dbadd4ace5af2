// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/headers.hpp"

#include <cstdint>
#include <string_view>

namespace dfriends::cache {

/// True where upstream lets a shared cache keep its answer.
bool is_storable(const http::Headers& head);

/// For how many seconds content that no index vouches for may be served without asking again: what Cache-Control says,
/// up to a day; an hour for the names of files that do not change; else not at all.
std::int64_t fresh_seconds(std::string_view key, const http::Headers& head);

/// True where a file's first bytes fit its name: a login page is no .deb.
bool is_plausible(std::string_view key, std::string_view first_bytes);

} // namespace dfriends::cache
