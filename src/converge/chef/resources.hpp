// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/chef/declaration.hpp"

#include <string_view>

namespace dfriends::converge::chef {

bool is_resource(std::string_view type);
std::vector<std::string> resource_names();

/// The properties that a resource type may have; the common ones (action, notifies, only_if …) are the evaluator's.
std::vector<std::string> property_names(std::string_view type);
bool is_property(std::string_view type, std::string_view name);

/// The declarations of each recipe in the house's words, as one catalog. Throws Error(invalid) at the place of what has
/// no translation.
Catalog translate(const std::vector<std::vector<Declaration>>& recipes);

} // namespace dfriends::converge::chef
