// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/applet.hpp"

namespace dfriends::applets::docker {

/// The everyday words of the docker client.
extern const Applet docker_applet;

int attach(Context& context);
int build(Context& context);
int container_inspect(Context& context);
int cp(Context& context);
int create(Context& context);
int events(Context& context);
int exec(Context& context);
int image_inspect(Context& context);
int images(Context& context);
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
int network_rm(Context& context);
int pause(Context& context);
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
int start(Context& context);
int stats(Context& context);
int stop(Context& context);
int system_dial_stdio(Context& context);
int tag(Context& context);
int top(Context& context);
int unpause(Context& context);
int version(Context& context);
int volume_create(Context& context);
int volume_inspect(Context& context);
int volume_ls(Context& context);
int volume_rm(Context& context);
int wait(Context& context);

} // namespace dfriends::applets::docker
