// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/chef/declaration.hpp"
#include "converge/resource.hpp"

namespace dfriends::converge::chef {

/// docker_plugin: its privileges are hashes as the engine's API has them, or true for all that the plugin asks for.
void translate_plugin(Resource& resource, const Declaration& from);

} // namespace dfriends::converge::chef
