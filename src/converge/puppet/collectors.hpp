// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/puppet/declaration.hpp"

#include <string>
#include <vector>

namespace dfriends::converge::puppet {

/// What a collector asks of resources: parts that are all or any of them true, or a comparison.
struct Search {
    enum class Kind { all, any, is, is_not } kind = Kind::all;
    std::vector<Search> parts;
    std::string attribute; ///< title, tag or an attribute
    Datum value;
};

/// Whether a collector finds a declaration, of those that stand in `all`. It may be virtual.
bool finds(const Collected& collected, const Declaration& declaration, const std::vector<Declaration>& all);

} // namespace dfriends::converge::puppet
