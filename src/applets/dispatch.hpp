// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace dfriends::applets {

/// Runs what the words say (words[0] is the executable's name) and returns the exit code. Throws nothing.
int dispatch(const std::vector<std::string>& words);

} // namespace dfriends::applets
