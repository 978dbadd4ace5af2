// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/provider.hpp"

#include <optional>
#include <string>

namespace dfriends::converge {

/// What is made of a container that is there, or done beside its starts and stops: commit, copy, export, wait. Nothing
/// for another action.
std::optional<Step> act_on_container(const Resource& resource, const std::string& action,
                                     const engine::ContainerDetails& actual, Host& host);

} // namespace dfriends::converge
