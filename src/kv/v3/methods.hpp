// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kv/v3/service.hpp"

namespace dfriends::kv::v3 {

/// Every method of the API, once for all front ends. `visit` has
///   unary(grpc, gateway, &Service::method)          Task<Answer> (Request, Call&)
///   server_stream(grpc, gateway, &Service::method)  Task<> (Request, Sink<Answer>&, Call&)
///   stream(grpc, gateway, &Service::method)         Task<> (Source<Request>&, Sink<Answer>&, Call&)
/// where `grpc` is the path without its leading slash and `gateway` the path below /v3/.
template <class Visit>
void visit_methods(Visit&& visit)
{
    visit.unary("etcdserverpb.KV/Range", "kv/range", &Service::range);
    visit.unary("etcdserverpb.KV/Put", "kv/put", &Service::put);
    visit.unary("etcdserverpb.KV/DeleteRange", "kv/deleterange", &Service::delete_range);
    visit.unary("etcdserverpb.KV/Txn", "kv/txn", &Service::txn);
    visit.unary("etcdserverpb.KV/Compact", "kv/compaction", &Service::compact);
    visit.stream("etcdserverpb.Watch/Watch", "watch", &Service::watch);
    visit.unary("etcdserverpb.Lease/LeaseGrant", "lease/grant", &Service::lease_grant);
    visit.unary("etcdserverpb.Lease/LeaseRevoke", "lease/revoke", &Service::lease_revoke);
    visit.stream("etcdserverpb.Lease/LeaseKeepAlive", "lease/keepalive", &Service::lease_keep_alive);
    visit.unary("etcdserverpb.Lease/LeaseTimeToLive", "lease/timetolive", &Service::lease_time_to_live);
    visit.unary("etcdserverpb.Lease/LeaseLeases", "lease/leases", &Service::lease_leases);
    visit.unary("etcdserverpb.Cluster/MemberAdd", "cluster/member/add", &Service::member_add);
    visit.unary("etcdserverpb.Cluster/MemberRemove", "cluster/member/remove", &Service::member_remove);
    visit.unary("etcdserverpb.Cluster/MemberUpdate", "cluster/member/update", &Service::member_update);
    visit.unary("etcdserverpb.Cluster/MemberList", "cluster/member/list", &Service::member_list);
    visit.unary("etcdserverpb.Cluster/MemberPromote", "cluster/member/promote", &Service::member_promote);
    visit.unary("etcdserverpb.Maintenance/Alarm", "maintenance/alarm", &Service::alarm);
    visit.unary("etcdserverpb.Maintenance/Status", "maintenance/status", &Service::status);
    visit.unary("etcdserverpb.Maintenance/Defragment", "maintenance/defragment", &Service::defragment);
    visit.unary("etcdserverpb.Maintenance/Hash", "maintenance/hash", &Service::hash);
    visit.unary("etcdserverpb.Maintenance/HashKV", "maintenance/hashkv", &Service::hash_kv);
    visit.server_stream("etcdserverpb.Maintenance/Snapshot", "maintenance/snapshot", &Service::snapshot);
    visit.unary("etcdserverpb.Maintenance/MoveLeader", "maintenance/transfer-leadership", &Service::move_leader);
    visit.unary("etcdserverpb.Auth/AuthEnable", "auth/enable", &Service::auth_enable);
    visit.unary("etcdserverpb.Auth/AuthDisable", "auth/disable", &Service::auth_disable);
    visit.unary("etcdserverpb.Auth/AuthStatus", "auth/status", &Service::auth_status);
    visit.unary("etcdserverpb.Auth/Authenticate", "auth/authenticate", &Service::authenticate);
    visit.unary("etcdserverpb.Auth/UserAdd", "auth/user/add", &Service::user_add);
    visit.unary("etcdserverpb.Auth/UserGet", "auth/user/get", &Service::user_get);
    visit.unary("etcdserverpb.Auth/UserList", "auth/user/list", &Service::user_list);
    visit.unary("etcdserverpb.Auth/UserDelete", "auth/user/delete", &Service::user_delete);
    visit.unary("etcdserverpb.Auth/UserChangePassword", "auth/user/changepw", &Service::user_change_password);
    visit.unary("etcdserverpb.Auth/UserGrantRole", "auth/user/grant", &Service::user_grant_role);
    visit.unary("etcdserverpb.Auth/UserRevokeRole", "auth/user/revoke", &Service::user_revoke_role);
    visit.unary("etcdserverpb.Auth/RoleAdd", "auth/role/add", &Service::role_add);
    visit.unary("etcdserverpb.Auth/RoleGet", "auth/role/get", &Service::role_get);
    visit.unary("etcdserverpb.Auth/RoleList", "auth/role/list", &Service::role_list);
    visit.unary("etcdserverpb.Auth/RoleDelete", "auth/role/delete", &Service::role_delete);
    visit.unary("etcdserverpb.Auth/RoleGrantPermission", "auth/role/grant", &Service::role_grant_permission);
    visit.unary("etcdserverpb.Auth/RoleRevokePermission", "auth/role/revoke", &Service::role_revoke_permission);
    visit.unary("v3lockpb.Lock/Lock", "lock/lock", &Service::lock);
    visit.unary("v3lockpb.Lock/Unlock", "lock/unlock", &Service::unlock);
    visit.unary("v3electionpb.Election/Campaign", "election/campaign", &Service::campaign);
    visit.unary("v3electionpb.Election/Proclaim", "election/proclaim", &Service::proclaim);
    visit.unary("v3electionpb.Election/Leader", "election/leader", &Service::leader);
    visit.server_stream("v3electionpb.Election/Observe", "election/observe", &Service::observe);
    visit.unary("v3electionpb.Election/Resign", "election/resign", &Service::resign);
}

} // namespace dfriends::kv::v3
