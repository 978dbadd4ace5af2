// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/facts.hpp"
#include "converge/resource.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dfriends::converge {

/// The resources of a Chef recipe, in its order. Facts are what node['…'] finds. Where the file stands in the
/// recipes/ of a cookbook, its attribute files are run before, and its other recipes can be included. Throws
/// Error(invalid) at the place of what is wrong, and of Ruby outside the supported subset.
Catalog read_chef(std::string_view text, const std::string& file, const Facts& facts);

struct Recipe {
    std::string file;
    std::string text;
};

/// Several recipes, one after the other, whose notifications find each other's resources.
Catalog read_chef(const std::vector<Recipe>& recipes, const Facts& facts);

} // namespace dfriends::converge
