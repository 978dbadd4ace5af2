// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/facts.hpp"
#include "converge/puppet/declaration.hpp"
#include "converge/puppet/syntax.hpp"
#include "converge/source.hpp"

namespace dfriends::converge::puppet {

/// Evaluates a manifest and returns what it declares, in order. The work is bounded. Throws Error(invalid) at the
/// place.
Evaluation evaluate(const Source& source, const Node& program, const Facts& facts);

} // namespace dfriends::converge::puppet
