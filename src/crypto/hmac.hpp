// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace dfriends::crypto {

/// HMAC-SHA-256 (RFC 2104) in lower-case hexadecimal digits.
std::string hmac_hex(std::string_view key, std::string_view text);

} // namespace dfriends::crypto
