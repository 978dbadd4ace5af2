// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "debian/packages.hpp"

#include <string>
#include <vector>

namespace dfriends::debian {

/// A package that will be installed.
struct Chosen {
    const Package* package = nullptr;
    bool base = false; ///< Essential, required, or needed by one of these
};

/// What to install: essential and required packages, apt, `wanted`, and whatever these need by Pre-Depends and Depends
/// (not Recommends). What is needed stands before what needs it, cycles aside; equal inputs give equal orders. Of
/// alternatives one that is chosen already counts, else the first that exists; a virtual name means its first provider.
/// Version constraints are not looked at: a suite is consistent in itself. Throws Error(not_found) for what the suite
/// does not have, Error(invalid) for a suite without a base. The result points into `packages`.
std::vector<Chosen> resolve(const Packages& packages, const std::vector<std::string>& wanted,
                            std::string_view architecture);

struct Need {
    std::vector<const Package*> packages; ///< in the order of resolve()
    std::vector<std::string> missing;     ///< what is depended on and not in `packages`
};

/// What of `wanted` (each one's name or a virtual name; others are passed over) must be there beside a base that is
/// already installed, with Recommends on request. Unlike resolve() it does without a whole suite.
Need resolve_beside_base(const Packages& packages, const std::vector<std::string>& wanted,
                         std::string_view architecture, bool recommends);

} // namespace dfriends::debian
