// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/url.hpp"

#include <string_view>

namespace dfriends::http {

/// Statuses whose Location says where to ask instead (RFC 9110, 15.4).
bool is_redirect(int status);

/// Where a redirect leads, without a fragment. Throws Error(invalid) where that is no http or https URL, and
/// Error(denied) where it would leave TLS.
Url redirect_target(const Url& url, std::string_view location);

} // namespace dfriends::http
