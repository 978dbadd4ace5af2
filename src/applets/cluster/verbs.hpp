// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/applet.hpp"

namespace dfriends::applets::cluster {

extern const Applet cluster_applet;

int supervise(Context& context);
int verify(Context& context);

} // namespace dfriends::applets::cluster
