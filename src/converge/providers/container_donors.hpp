// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/provider.hpp"

#include <optional>

namespace dfriends::converge {

/// A container that links to others or shares their namespaces is bound to those very containers: where one of them
/// was made anew, it must be, too. Says which one; nothing where all are those that it was made with.
std::optional<Change> change_of_donors(const Resource& resource, const engine::ContainerSummary& seen, Scene& scene);

/// Of a plan: throws Error(not_found) where a container is to join a network, or to share what another container has,
/// that is neither there nor to be made before it.
void require_neighbours(const Resource& resource, Scene& scene);

} // namespace dfriends::converge
