// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/source.hpp"

#include <string>

namespace dfriends::converge::chef {

/// A recipe with two blanks for each level of its blocks and brackets. Throws Error(invalid) at the place where it
/// does not parse.
std::string format(const Source& source);

/// Throws Error(invalid) at the first token of `before` that `after` does not have in the same way.
void expect_same(const Source& before, const Source& after);

} // namespace dfriends::converge::chef
