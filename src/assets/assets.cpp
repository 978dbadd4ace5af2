// SPDX-License-Identifier: Apache-2.0
#include "assets/assets.hpp"

namespace dfriends::assets {

std::optional<std::string_view> find(std::string_view path)
{
    for (const Asset& asset : all())
        if (asset.path == path)
            return asset.bytes;
    return std::nullopt;
}

} // namespace dfriends::assets
