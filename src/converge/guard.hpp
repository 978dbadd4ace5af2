// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/host.hpp"
#include "converge/resource.hpp"

#include <optional>
#include <string>

namespace dfriends::converge {

/// The guard that keeps a resource from being looked at, in words ("only_if 'test -f /x'"); nothing where none does.
std::optional<std::string> find_refusal(const Resource& resource, Host& host);

} // namespace dfriends::converge
