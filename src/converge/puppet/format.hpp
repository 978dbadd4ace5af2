// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/source.hpp"

#include <string>

namespace dfriends::converge::puppet {

/// A manifest with two blanks for each level of its brackets, one behind each comma, and the arrows of a resource or
/// hash below each other. Throws Error(invalid) at the place where it does not parse.
std::string format(const Source& source);

/// Throws Error(invalid) at the first token of `before` that `after` does not have, or at what is read in another way.
void expect_same(const Source& before, const Source& after);

} // namespace dfriends::converge::puppet
