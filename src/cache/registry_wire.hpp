// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace dfriends::cache {

/// What registries and their token servers say in JSON.
struct TokenAnswer {
    std::string token;
    std::chrono::seconds lifetime{60};
};
/// Throws Error(invalid) where there is no token in it, or one that cannot stand in a header.
TokenAnswer decode_token(std::string_view text);

/// {"errors":[{"code":…,"message":…}]}
std::string encode_registry_error(std::string_view code, std::string_view message);

/// The media type that a manifest has by what it says itself; empty where it is none.
std::string manifest_type_of(std::string_view text);

} // namespace dfriends::cache
