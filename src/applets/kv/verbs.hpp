// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/applet.hpp"

namespace dfriends::applets::kv {

/// kv: the server and etcdctl's words.
extern const Applet kv_applet;
/// kv ctl, or etcdctl: etcdctl's words alone.
extern const Applet ctl_applet;

int serve(Context& context);

int get(Context& context);
int ls(Context& context);
int mk(Context& context);
int mkdir(Context& context);
int rm(Context& context);
int rmdir(Context& context);
int set(Context& context);
int setdir(Context& context);
int update(Context& context);
int updatedir(Context& context);

int watch(Context& context);
int exec_watch(Context& context);

int cluster_health(Context& context);
int member_list(Context& context);

/// Errors as etcdctl prints them, and its exit codes.
int report(const Error& error, const Context& context);

} // namespace dfriends::applets::kv
