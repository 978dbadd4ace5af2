// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dfriends {

/// Whether a text has no other characters than lower-case hexadecimal digits.
bool is_hex(std::string_view text);
/// Lower-case hexadecimal digits, two a byte.
std::string encode_hex(std::string_view bytes);
/// Nothing where the text has an odd length or another character; both cases of letters are read.
std::optional<std::string> decode_hex(std::string_view text);

/// RFC 4648 section 4, with padding.
std::string encode_base64(std::string_view bytes);
/// Reads both alphabets of RFC 4648 (sections 4 and 5), padding optional; nothing where it is not that.
std::optional<std::string> decode_base64(std::string_view text);
/// RFC 4648 section 5 without padding, as registries and JOSE use it.
std::string encode_base64url(std::string_view bytes);

/// RFC 3986: everything but unreserved characters as %XX; characters of `keep` stay too ("/" for paths).
std::string encode_percent(std::string_view text, std::string_view keep = {});
/// Nothing where a % is not followed by two hexadecimal digits. '+' stays '+'.
std::optional<std::string> decode_percent(std::string_view text);

} // namespace dfriends
