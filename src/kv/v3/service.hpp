// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "etcd/v3/messages.hpp"
#include "etcd/v3/status.hpp"
#include "kv/v3/call.hpp"

namespace dfriends::state {
class Store;
}

namespace dfriends::kv::v3 {

using namespace etcd::v3; // the messages are this room's words

class Auth;
class Draft;
class Keyspace;
class Leases;

/// The only member of the cluster, as it is shown.
struct Identity {
    std::uint64_t cluster_id = 0;
    std::uint64_t id = 0;
    std::uint64_t term = 2; ///< +1 with each start
    std::string name;
    std::vector<std::string> client_urls; ///< empty: as the client called us
    std::uint64_t quota = 0;              ///< bytes of the database above which no more is taken; 0: none
};

/// etcd's v3 API, whatever it is spoken over. A refusal is a thrown Status; a disk that fails is Status(unavailable).
class Service {
  public:
    Service(Keyspace& keyspace, Leases& leases, Auth& auth, Identity identity);

    net::Task<RangeResponse> range(RangeRequest request, Call& call);
    net::Task<PutResponse> put(PutRequest request, Call& call);
    net::Task<DeleteRangeResponse> delete_range(DeleteRangeRequest request, Call& call);
    net::Task<TxnResponse> txn(TxnRequest request, Call& call);
    net::Task<CompactionResponse> compact(CompactionRequest request, Call& call);

    net::Task<> watch(Source<WatchRequest>& requests, Sink<WatchResponse>& answers, Call& call);

    net::Task<LeaseGrantResponse> lease_grant(LeaseGrantRequest request, Call& call);
    net::Task<LeaseRevokeResponse> lease_revoke(LeaseRevokeRequest request, Call& call);
    net::Task<> lease_keep_alive(Source<LeaseKeepAliveRequest>& requests, Sink<LeaseKeepAliveResponse>& answers,
                                 Call& call);
    net::Task<LeaseTimeToLiveResponse> lease_time_to_live(LeaseTimeToLiveRequest request, Call& call);
    net::Task<LeaseLeasesResponse> lease_leases(LeaseLeasesRequest request, Call& call);

    net::Task<MemberAddResponse> member_add(MemberAddRequest request, Call& call);
    net::Task<MemberRemoveResponse> member_remove(MemberRemoveRequest request, Call& call);
    net::Task<MemberUpdateResponse> member_update(MemberUpdateRequest request, Call& call);
    net::Task<MemberListResponse> member_list(MemberListRequest request, Call& call);
    net::Task<MemberPromoteResponse> member_promote(MemberPromoteRequest request, Call& call);

    net::Task<AlarmResponse> alarm(AlarmRequest request, Call& call);
    net::Task<StatusResponse> status(StatusRequest request, Call& call);
    net::Task<DefragmentResponse> defragment(DefragmentRequest request, Call& call);
    net::Task<HashResponse> hash(HashRequest request, Call& call);
    net::Task<HashKVResponse> hash_kv(HashKVRequest request, Call& call);
    /// The state database as a consistent copy, and its SHA-256 in the last 32 bytes, as etcd's snapshots end.
    net::Task<> snapshot(SnapshotRequest request, Sink<SnapshotResponse>& answers, Call& call);
    net::Task<MoveLeaderResponse> move_leader(MoveLeaderRequest request, Call& call);

    net::Task<AuthEnableResponse> auth_enable(AuthEnableRequest request, Call& call);
    net::Task<AuthDisableResponse> auth_disable(AuthDisableRequest request, Call& call);
    net::Task<AuthStatusResponse> auth_status(AuthStatusRequest request, Call& call);
    net::Task<AuthenticateResponse> authenticate(AuthenticateRequest request, Call& call);
    net::Task<AuthUserAddResponse> user_add(AuthUserAddRequest request, Call& call);
    net::Task<AuthUserGetResponse> user_get(AuthUserGetRequest request, Call& call);
    net::Task<AuthUserListResponse> user_list(AuthUserListRequest request, Call& call);
    net::Task<AuthUserDeleteResponse> user_delete(AuthUserDeleteRequest request, Call& call);
    net::Task<AuthUserChangePasswordResponse> user_change_password(AuthUserChangePasswordRequest request, Call& call);
    net::Task<AuthUserGrantRoleResponse> user_grant_role(AuthUserGrantRoleRequest request, Call& call);
    net::Task<AuthUserRevokeRoleResponse> user_revoke_role(AuthUserRevokeRoleRequest request, Call& call);
    net::Task<AuthRoleAddResponse> role_add(AuthRoleAddRequest request, Call& call);
    net::Task<AuthRoleGetResponse> role_get(AuthRoleGetRequest request, Call& call);
    net::Task<AuthRoleListResponse> role_list(AuthRoleListRequest request, Call& call);
    net::Task<AuthRoleDeleteResponse> role_delete(AuthRoleDeleteRequest request, Call& call);
    net::Task<AuthRoleGrantPermissionResponse> role_grant_permission(AuthRoleGrantPermissionRequest request,
                                                                     Call& call);
    net::Task<AuthRoleRevokePermissionResponse> role_revoke_permission(AuthRoleRevokePermissionRequest request,
                                                                       Call& call);

    net::Task<LockResponse> lock(LockRequest request, Call& call);
    net::Task<UnlockResponse> unlock(UnlockRequest request, Call& call);
    net::Task<CampaignResponse> campaign(CampaignRequest request, Call& call);
    net::Task<ProclaimResponse> proclaim(ProclaimRequest request, Call& call);
    net::Task<LeaderResponse> leader(LeaderRequest request, Call& call);
    net::Task<> observe(LeaderRequest request, Sink<LeaderResponse>& answers, Call& call);
    net::Task<ResignResponse> resign(ResignRequest request, Call& call);

    /// Whether the alarm is raised that the quota is used up.
    bool is_out_of_space() const { return is_out_of_space_; }
    std::int64_t database_size() const;

  private:
    ResponseHeader header() const;
    /// Carries out a request and waits until it is on disk; its answer gets a whole header.
    template <class Request>
    auto change(Request request);
    /// For requests that need space: raises the alarm where it is used up, and refuses.
    net::Task<> check_space();
    net::Task<> set_alarm(bool raised);
    void check_access(const TxnRequest& request, Call& call);
    Member member(Call& call) const;
    net::Task<LeaderKey> become_first(std::string prefix, std::int64_t lease, std::optional<std::string> value,
                                      Call& call);
    net::Task<> delete_at(LeaderKey leader);

    Keyspace& keyspace_;
    Leases& leases_;
    Auth& auth_;
    Identity identity_;
    bool is_out_of_space_ = false;
};

} // namespace dfriends::kv::v3
