// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/timestamp.hpp"
#include "kv/v2/tree.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dfriends::kv::v2 {

/// What of a directory is shown.
struct Listing {
    bool recursive = false;
    bool children = true; ///< false: the directory alone, as in events
};

/// {"key":…,"value":…,"dir":…,"expiration":…,"ttl":…,"nodes":…,"modifiedIndex":…,"createdIndex":…}, empty members left
/// out.
std::string encode_node(std::string_view path, const Node& node, TimePoint now, const Listing& listing);

/// {"action":…,"node":…,"prevNode":…} without a line end.
std::string encode_event(std::string_view action, std::string_view node, std::string_view prev_node);

} // namespace dfriends::kv::v2
