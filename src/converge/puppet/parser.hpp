// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/puppet/syntax.hpp"
#include "converge/source.hpp"

namespace dfriends::converge::puppet {

/// The statements of a manifest as a block node. Throws Error(invalid) at the place, also for what is outside the
/// subset.
Node parse(const Source& source);

} // namespace dfriends::converge::puppet
