// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace dfriends::archive {

/// Unpacks gzip, xz, zstd, bzip2 or plain bytes that `read` yields (0 at the end) into `sink`, piece by piece.
/// Damage, and more than `limit` bytes of output, are Error(invalid).
void decompress(const std::function<std::size_t(std::span<char>)>& read,
                const std::function<void(std::string_view)>& sink, std::uint64_t limit);
std::string decompress(std::string_view bytes, std::uint64_t limit);

} // namespace dfriends::archive
