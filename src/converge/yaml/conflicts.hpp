// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/resource.hpp"

namespace dfriends::converge::yaml {

/// Throws Error(invalid) at the second of two containers that cannot both be: they have one name in the engine, or run
/// and publish the same port of the host. Guards may keep them apart: what has some is not looked at.
void refuse_conflicts(const Catalog& catalog);

} // namespace dfriends::converge::yaml
