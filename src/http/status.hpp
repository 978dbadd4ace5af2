// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <string_view>

namespace dfriends::http {

/// RFC 9110 section 15; "Unknown" for what is not there.
std::string_view reason_of(int status);
/// The one table from error kinds to statuses.
int status_of(ErrorKind kind);
/// The kind that a failing status of a peer stands for.
ErrorKind kind_of(int status);

} // namespace dfriends::http
