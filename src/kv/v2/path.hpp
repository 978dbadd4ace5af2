// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dfriends::kv::v2 {

constexpr std::size_t longest_key = 8192;
constexpr std::size_t deepest_key = 128;

/// The key that an URL's decoded path names: one leading slash, none at the end, no empty, "." or ".." components.
std::string clean_path(std::string_view path);

std::vector<std::string_view> components(std::string_view path);

/// "/a/b" + "c"; the root is "/".
std::string join_path(std::string_view parent, std::string_view name);

std::string_view parent_path(std::string_view path);
std::string_view last_component(std::string_view path);

/// True where `path` lies below `directory` (not at it).
bool is_below(std::string_view path, std::string_view directory);

} // namespace dfriends::kv::v2
