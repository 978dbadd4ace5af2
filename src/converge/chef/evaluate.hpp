// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/chef/declaration.hpp"
#include "converge/chef/recipe.hpp"
#include "converge/facts.hpp"

#include <vector>

namespace dfriends::converge::chef {

struct Evaluation {
    std::vector<std::vector<Declaration>> recipes; ///< what each of them declares
    std::vector<Message> messages;
};

/// Runs the attribute files of the recipes' cookbooks, the recipes in their order, and then what they put off: lazy
/// values, guards' blocks and templates, which see the node's attributes as they are in the end. Returns what each
/// recipe declares, in order; an «include_recipe» of another cookbook is a declaration of that type. The number of
/// steps is bounded. Throws Error(invalid) at the place.
Evaluation evaluate(const std::vector<Recipe>& recipes, const Facts& facts);

} // namespace dfriends::converge::chef
