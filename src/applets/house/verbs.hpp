// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/applet.hpp"

namespace dfriends::applets::house {

/// The commands that belong to no applet.
extern const Applet house_applet;

int list_applets(Context& context);
int install_links(Context& context);
int help(Context& context);
int backup_state(Context& context);
int restore_state(Context& context);
int check_state(Context& context);
int doctor(Context& context);
int show_status(Context& context);
int up(Context& context);
int down(Context& context);
int start_detached(Context& context);
int complete(Context& context);
int print_table(Context& context);

} // namespace dfriends::applets::house
