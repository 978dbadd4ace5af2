// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/node.hpp"

#include <filesystem>
#include <string_view>
#include <vector>

namespace dfriends::config {

/// Parses one YAML document (1.2, without tags that construct objects); `file` names it in errors. Duplicate keys,
/// nesting beyond 64, aliases that expand to more than 100,000 nodes and documents above 8 MiB are Error(invalid).
Node parse_yaml(std::string_view text, std::string file);
Node read_yaml(const std::filesystem::path& path);

} // namespace dfriends::config
