// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/node.hpp"

namespace dfriends::converge::yaml {

/// What the engine of this machine says of itself: its version and that of its API, as a map. An empty one where none
/// answers. Blocks.
config::Node engine_facts();

} // namespace dfriends::converge::yaml
