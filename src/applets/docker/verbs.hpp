// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/applet.hpp"

namespace dfriends::applets::docker {

/// The everyday words of the docker client.
extern const Applet docker_applet;

int attach(Context& context);
int build(Context& context);
int builder_prune(Context& context);
int commit(Context& context);
int container_inspect(Context& context);
int container_prune(Context& context);
int context_create(Context& context);
int context_inspect(Context& context);
int context_ls(Context& context);
int context_rm(Context& context);
int context_show(Context& context);
int context_update(Context& context);
int context_use(Context& context);
int cp(Context& context);
int create(Context& context);
int diff(Context& context);
int events(Context& context);
int exec(Context& context);
int export_container(Context& context);
int history(Context& context);
int image_inspect(Context& context);
int image_prune(Context& context);
int images(Context& context);
int import_image(Context& context);
int info(Context& context);
int inspect(Context& context);
int kill(Context& context);
int load(Context& context);
int login(Context& context);
int logout(Context& context);
int logs(Context& context);
int network_connect(Context& context);
int network_create(Context& context);
int network_disconnect(Context& context);
int network_inspect(Context& context);
int network_ls(Context& context);
int network_prune(Context& context);
int network_rm(Context& context);
int pause(Context& context);
int plugin_disable(Context& context);
int plugin_enable(Context& context);
int plugin_inspect(Context& context);
int plugin_install(Context& context);
int plugin_ls(Context& context);
int plugin_rm(Context& context);
int plugin_set(Context& context);
int plugin_upgrade(Context& context);
int port(Context& context);
int ps(Context& context);
int pull(Context& context);
int push(Context& context);
int rename(Context& context);
int restart(Context& context);
int rm(Context& context);
int rmi(Context& context);
int run(Context& context);
int save(Context& context);
int search(Context& context);
int start(Context& context);
int stats(Context& context);
int stop(Context& context);
int system_df(Context& context);
int system_dial_stdio(Context& context);
int system_prune(Context& context);
int tag(Context& context);
int top(Context& context);
int unpause(Context& context);
int update(Context& context);
int version(Context& context);
int volume_create(Context& context);
int volume_inspect(Context& context);
int volume_ls(Context& context);
int volume_prune(Context& context);
int volume_rm(Context& context);
int wait(Context& context);

} // namespace dfriends::applets::docker
