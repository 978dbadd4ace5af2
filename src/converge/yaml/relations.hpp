// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/yaml/declared.hpp"

namespace dfriends::converge::yaml {

/// Makes requirements and notifications of what items say of each other, and of what containers and files have to do
/// with the other items without saying it. Throws Error(invalid) for what is not declared.
void relate(Declared& declared);

} // namespace dfriends::converge::yaml
