// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dfriends {

/// Bytes of "512", "10k", "10K", "1.5G", "64MiB", "10GB": all prefixes are powers of 1024, as docker reads them.
std::optional<std::uint64_t> parse_size(std::string_view text);

/// Three significant digits with a binary prefix: "0 B", "1.46 KiB", "87.2 MiB".
std::string render_size(std::uint64_t bytes);

} // namespace dfriends
