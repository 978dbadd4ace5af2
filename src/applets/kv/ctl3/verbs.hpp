// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/applet.hpp"

/// etcdctl's words for API 3.
namespace dfriends::applets::kv::ctl3 {

int compaction(Context& context);
int del(Context& context);
int get(Context& context);
int put(Context& context);
int txn(Context& context);
int watch(Context& context);

int lease_grant(Context& context);
int lease_keep_alive(Context& context);
int lease_list(Context& context);
int lease_revoke(Context& context);
int lease_timetolive(Context& context);

int elect(Context& context);
int lock(Context& context);

int endpoint_hashkv(Context& context);
int endpoint_health(Context& context);
int endpoint_status(Context& context);

int member_add(Context& context);
int member_list(Context& context);
int member_promote(Context& context);
int member_remove(Context& context);
int member_update(Context& context);

int alarm_disarm(Context& context);
int alarm_list(Context& context);
int defrag(Context& context);
int make_mirror(Context& context);
int move_leader(Context& context);
int snapshot_restore(Context& context);
int snapshot_save(Context& context);
int snapshot_status(Context& context);
int version(Context& context);

int auth_disable(Context& context);
int auth_enable(Context& context);
int role_add(Context& context);
int role_delete(Context& context);
int role_get(Context& context);
int role_grant_permission(Context& context);
int role_list(Context& context);
int role_revoke_permission(Context& context);
int user_add(Context& context);
int user_delete(Context& context);
int user_get(Context& context);
int user_grant_role(Context& context);
int user_list(Context& context);
int user_passwd(Context& context);
int user_revoke_role(Context& context);

} // namespace dfriends::applets::kv::ctl3
