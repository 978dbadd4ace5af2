// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace dfriends::assets {

/// A file that the executable carries.
struct Asset {
    std::string_view path;
    std::string_view bytes;
};

/// All of them, by path.
std::span<const Asset> all();

/// The bytes of one; nothing where this build does not carry it.
std::optional<std::string_view> find(std::string_view path);

} // namespace dfriends::assets
