// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/chef/declaration.hpp"
#include "converge/resource.hpp"

namespace dfriends::converge::chef {

/// Chef's own types, where more is to be done than to rename properties.
void translate_system_type(Resource& resource, const Declaration& from);

} // namespace dfriends::converge::chef
