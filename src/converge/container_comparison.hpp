// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/declared_state.hpp"
#include "converge/provider.hpp"
#include "engine/types.hpp"

#include <functional>
#include <string>
#include <vector>

namespace dfriends::converge {

/// What is declared and is not so in a container, judged by what the engine says of it; its networks are looked at by
/// container_networks. `image_id` is the id that the declared image has now, empty where it is not there; `image` what
/// the container's own image gives, which a strict comparison leaves out.
std::vector<Change> compare_container(const Resource& resource, const engine::ContainerDetails& actual,
                                      const std::string& image_id, const engine::ContainerSpec& image);

/// What has changed of a declaration since a container was made by it: `before` was declared then, `now` is. What the
/// container has anyway, and what it would have without a word of ours, is no change. `image` asks what its image
/// gives.
std::vector<Change> compare_declarations(const Resource& resource, const DeclaredState& before,
                                         const DeclaredState& now, const engine::ContainerSpec& actual,
                                         const std::function<engine::ContainerSpec()>& image);

} // namespace dfriends::converge
