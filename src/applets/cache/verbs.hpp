// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/applet.hpp"

namespace dfriends::applets::cache {

extern const Applet cache_applet;

int client_config(Context& context);
int gc(Context& context);
int import(Context& context);
int list(Context& context);
int purge(Context& context);
int serve(Context& context);
int stats(Context& context);
int verify(Context& context);
int warm(Context& context);
int why(Context& context);

} // namespace dfriends::applets::cache
