// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace dfriends::crypto {

/// A password as it may be stored: PBKDF2-HMAC-SHA-256 (RFC 8018) with a salt of its own, in the form
/// "pbkdf2-sha256$ROUNDS$SALT$KEY". Takes tens of milliseconds on purpose: not for an event loop's thread.
std::string hash_password(std::string_view password);

/// False also for a stored text that hash_password() did not make. As slow, and of the same duration for every
/// password.
bool is_password(std::string_view password, std::string_view stored);

} // namespace dfriends::crypto
