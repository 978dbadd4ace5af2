// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/context.hpp"

namespace dfriends::applets {

/// Makes a context that of a verb: its settings, by flags, environment and configuration file, and what its row needs.
void prepare(Context& context, const Applet& applet, const Verb& verb, config::FlagValues flags);

} // namespace dfriends::applets
