// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/chef/source.hpp"
#include "converge/facts.hpp"
#include "converge/puppet/declaration.hpp"
#include "converge/puppet/syntax.hpp"

namespace dfriends::converge::puppet {

/// Evaluates a manifest and returns what it declares, in order. The work is bounded. Throws Error(invalid) at the place.
Evaluation evaluate(const chef::Source& source, const Node& program, const Facts& facts);

} // namespace dfriends::converge::puppet
