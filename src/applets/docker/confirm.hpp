// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/context.hpp"

#include <string>

namespace dfriends::applets::docker {

/// Asks "QUESTION [y/N] " and reads a line of stdin: whether it says yes.
bool confirms(Context& context, const std::string& question);

} // namespace dfriends::applets::docker
