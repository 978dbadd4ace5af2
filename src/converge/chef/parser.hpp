// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/chef/syntax.hpp"
#include "converge/source.hpp"

namespace dfriends::converge::chef {

/// The statements of a recipe as a block node. Throws Error(invalid) at the place, also for Ruby outside the subset.
Node parse(const Source& source);

} // namespace dfriends::converge::chef
