// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/resource.hpp"
#include "engine/types.hpp"

#include <string>
#include <vector>

namespace dfriends::converge {

/// What is left of a catalog when a machine has just started: containers that should run are started, in their order,
/// and nothing is made, pulled or changed.
Catalog only_starts(const Catalog& catalog);

/// Whether it is about containers, so that an engine is to answer before anything changes. Not where it may bring the
/// engine itself.
bool wants_engine(const Catalog& catalog);

/// Adds the removal of those containers and networks that an apply has made and the catalog no longer declares. Volumes
/// hold data: they are removed by nothing but their own declaration.
void remove_undeclared(Catalog& catalog, const std::vector<engine::ContainerSummary>& containers,
                       const std::vector<engine::NetworkDetails>& networks);

} // namespace dfriends::converge
