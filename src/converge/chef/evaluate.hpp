// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/chef/cookbook.hpp"
#include "converge/chef/declaration.hpp"
#include "converge/chef/syntax.hpp"
#include "converge/facts.hpp"
#include "converge/source.hpp"

namespace dfriends::converge::chef {

/// Runs a cookbook's attribute files and a recipe, and returns what it declares, in order; an
/// «include_recipe» of another cookbook is a declaration of that type. The number of steps is bounded.
/// Throws Error(invalid) at the place.
std::vector<Declaration> evaluate(const Source& source, const Node& program, const Facts& facts,
                                  const Cookbook& cookbook);

} // namespace dfriends::converge::chef
