// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/resource.hpp"

#include <cstddef>
#include <vector>

namespace dfriends::converge {

/// Who comes after whom. A resource comes after those that it requires and after those that refresh it (notifications
/// without an action); where that leaves a choice, the order of declaration decides. A notification with an action of
/// its own may point backwards: it does not order.
struct ResourceGraph {
    std::vector<std::size_t> order;                     ///< indices into the catalog
    std::vector<std::vector<std::size_t>> dependencies; ///< what each resource requires, by index
};

/// Throws Error(invalid) at the place of a reference to what is not declared, and for a cycle, which it names.
ResourceGraph order_resources(const Catalog& catalog);

} // namespace dfriends::converge
