// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace dfriends::crypto {

/// Bytes from the kernel's generator, fit for secrets.
std::string random_bytes(std::size_t count);
/// 2 × `bytes` lower-case hexadecimal digits.
std::string random_hex(std::size_t bytes);

} // namespace dfriends::crypto
