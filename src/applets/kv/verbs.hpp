// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/applet.hpp"

namespace dfriends::applets::kv {

/// kv: the server and etcdctl's words.
extern const Applet kv_applet;
/// kv ctl, or etcdctl: etcdctl's words alone.
extern const Applet ctl_applet;
/// kv ctl3, or either of those with ETCDCTL_API=3: etcdctl's words for API 3.
extern const Applet ctl3_applet;

/// kv etcd, or etcd: kv serve with etcd's own options.
extern const Applet etcd_applet;

int serve(Context& context);

int copy(Context& context);
int export_keys(Context& context);
int import_keys(Context& context);
int migrate(Context& context);

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
int member_add(Context& context);
int member_list(Context& context);
int member_remove(Context& context);
int member_update(Context& context);

int auth_disable(Context& context);
int auth_enable(Context& context);
int role_add(Context& context);
int role_get(Context& context);
int role_grant(Context& context);
int role_list(Context& context);
int role_remove(Context& context);
int role_revoke(Context& context);
int user_add(Context& context);
int user_get(Context& context);
int user_grant(Context& context);
int user_list(Context& context);
int user_passwd(Context& context);
int user_remove(Context& context);
int user_revoke(Context& context);

int backup(Context& context);

/// Errors as etcdctl prints them, and its exit codes.
int report(const Error& error, const Context& context);
int report3(const Error& error, const Context& context);

} // namespace dfriends::applets::kv
