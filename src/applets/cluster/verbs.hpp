// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/applet.hpp"

namespace dfriends::applets::cluster {

extern const Applet cluster_applet;

int agent(Context& context);
int cat(Context& context);
int destroy(Context& context);
int down(Context& context);
int halt(Context& context);
int host(Context& context);
int image_load(Context& context);
int journal(Context& context);
int lb(Context& context);
int list_machines(Context& context);
int list_unit_files(Context& context);
int list_units(Context& context);
int load(Context& context);
int machine(Context& context);
int machines_status(Context& context);
int ssh(Context& context);
int start(Context& context);
int status(Context& context);
int stop(Context& context);
int submit(Context& context);
int supervise(Context& context);
int unload(Context& context);
int up(Context& context);
int verify(Context& context);

/// Errors of fleetctl's words end with 1.
int report(const Error& error, const Context& context);

} // namespace dfriends::applets::cluster
