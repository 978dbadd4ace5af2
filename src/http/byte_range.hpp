// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace dfriends::http {

/// What a Range header asks of content of a known size (RFC 9110 section 14).
struct ByteRange {
    enum class Kind {
        whole,         ///< no range, several ranges, or another unit: answer 200
        part,          ///< answer 206
        unsatisfiable, ///< answer 416
    };
    Kind kind = Kind::whole;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

ByteRange parse_byte_range(std::string_view header, std::uint64_t size);

} // namespace dfriends::http
