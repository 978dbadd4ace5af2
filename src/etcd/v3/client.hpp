// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "etcd/v3/gateway.hpp"
#include "http/client.hpp"
#include "net/tls.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dfriends::etcd::v3 {

struct ClientOptions {
    std::vector<std::string>
        endpoints;    ///< "http://host:port"; without a scheme it is http, or https where `tls` is given
    std::string user; ///< empty: nobody
    std::string password;
    std::optional<net::TlsContext> tls; ///< for https; without it the system's trust
    std::chrono::milliseconds connect_timeout{2000};
    std::chrono::milliseconds timeout{5000}; ///< of one request; 0 waits for ever
};

/// The end of the range of all keys that begin so.
Bytes prefix_end(std::string_view prefix);

/// The lines of a stream that a server sends.
class Lines {
  public:
    explicit Lines(http::Reply reply) : reply_(std::move(reply)) {}
    /// Nothing at the end; a stream that breaks is Error(unavailable).
    net::Task<std::optional<std::string>> next();

  private:
    http::Reply reply_;
    std::string buffer_;
    std::size_t searched_ = 0; ///< no line ends before it
    bool over_ = false;
};

/// The messages that a server streams.
template <class M>
class Answers {
  public:
    explicit Answers(Lines lines) : lines_(std::move(lines)) {}
    net::Task<std::optional<M>> next()
    {
        const auto line = co_await lines_.next();
        if (!line)
            co_return std::nullopt;
        co_return decode_line<M>(*line);
    }

  private:
    Lines lines_;
};

/// A client of etcd's v3 API over its JSON gateway, of a real etcd as well as of ours.
///
/// Endpoints are tried in turn; the one that answered last comes first. What only reads goes on to the next one where
/// one refuses the connection, breaks it, or says that it is unavailable. What writes goes on only while it cannot have
/// been carried out. A refusal is a thrown Status, no answer from anywhere Error(unavailable).
class Client {
  public:
    explicit Client(ClientOptions options);

    net::Task<RangeResponse> range(RangeRequest request);
    net::Task<PutResponse> put(PutRequest request);
    net::Task<DeleteRangeResponse> delete_range(DeleteRangeRequest request);
    net::Task<TxnResponse> txn(TxnRequest request);
    net::Task<CompactionResponse> compact(CompactionRequest request);

    net::Task<LeaseGrantResponse> lease_grant(LeaseGrantRequest request);
    net::Task<LeaseRevokeResponse> lease_revoke(LeaseRevokeRequest request);
    /// A TTL of 0: there is no such lease any more.
    net::Task<LeaseKeepAliveResponse> lease_keep_alive(LeaseKeepAliveRequest request);
    net::Task<LeaseTimeToLiveResponse> lease_time_to_live(LeaseTimeToLiveRequest request);
    net::Task<LeaseLeasesResponse> lease_leases();

    net::Task<MemberAddResponse> member_add(MemberAddRequest request);
    net::Task<MemberRemoveResponse> member_remove(MemberRemoveRequest request);
    net::Task<MemberUpdateResponse> member_update(MemberUpdateRequest request);
    net::Task<MemberListResponse> member_list();
    net::Task<MemberPromoteResponse> member_promote(MemberPromoteRequest request);

    net::Task<AlarmResponse> alarm(AlarmRequest request);
    net::Task<StatusResponse> status();
    net::Task<DefragmentResponse> defragment();
    /// The gateway of etcd 3.4 has no such call.
    net::Task<HashKVResponse> hash_kv(HashKVRequest request);
    net::Task<Answers<SnapshotResponse>> snapshot();
    net::Task<MoveLeaderResponse> move_leader(MoveLeaderRequest request);

    net::Task<AuthEnableResponse> auth_enable();
    net::Task<AuthDisableResponse> auth_disable();
    net::Task<AuthStatusResponse> auth_status();
    net::Task<AuthUserAddResponse> user_add(AuthUserAddRequest request);
    net::Task<AuthUserGetResponse> user_get(AuthUserGetRequest request);
    net::Task<AuthUserListResponse> user_list();
    net::Task<AuthUserDeleteResponse> user_delete(AuthUserDeleteRequest request);
    net::Task<AuthUserChangePasswordResponse> user_change_password(AuthUserChangePasswordRequest request);
    net::Task<AuthUserGrantRoleResponse> user_grant_role(AuthUserGrantRoleRequest request);
    net::Task<AuthUserRevokeRoleResponse> user_revoke_role(AuthUserRevokeRoleRequest request);
    net::Task<AuthRoleAddResponse> role_add(AuthRoleAddRequest request);
    net::Task<AuthRoleGetResponse> role_get(AuthRoleGetRequest request);
    net::Task<AuthRoleListResponse> role_list();
    net::Task<AuthRoleDeleteResponse> role_delete(AuthRoleDeleteRequest request);
    net::Task<AuthRoleGrantPermissionResponse> role_grant_permission(AuthRoleGrantPermissionRequest request);
    net::Task<AuthRoleRevokePermissionResponse> role_revoke_permission(AuthRoleRevokePermissionRequest request);

    /// lock() and campaign() wait for as long as it takes.
    net::Task<LockResponse> lock(LockRequest request);
    net::Task<UnlockResponse> unlock(UnlockRequest request);
    net::Task<CampaignResponse> campaign(CampaignRequest request);
    net::Task<ProclaimResponse> proclaim(ProclaimRequest request);
    net::Task<LeaderResponse> leader(LeaderRequest request);
    net::Task<ResignResponse> resign(ResignRequest request);

    /// The lines of a watch, without care for breaks: Watch has it.
    net::Task<Lines> open_watch(WatchRequest request);
    /// The endpoint that comes first gave up: another one is asked next.
    void pass_over_first();

  private:
    /// Whether a request may be sent again after it may have been carried out.
    enum class Repeat { never, always };
    struct Endpoint {
        http::Url url;
        std::string prefix = "/v3";
        bool is_prefix_known = false;
    };
    struct Exchange {
        std::string path;
        std::string body;
        Repeat repeat;
        std::chrono::milliseconds head_timeout;
        std::chrono::milliseconds idle_timeout;
    };

    template <class Answer, class Request>
    net::Task<Answer> call(std::string path, Request request, Repeat repeat);
    Exchange exchange(std::string path, std::string body, Repeat repeat) const;
    /// The reply with status 200, from whichever endpoint gave it.
    net::Task<http::Reply> send(Exchange exchange);
    net::Task<http::Reply> try_endpoints(const Exchange& exchange, bool authorized);
    net::Task<http::Reply> send_to(std::shared_ptr<Endpoint> endpoint, const Exchange& exchange, bool authorized);
    net::Task<> find_prefix(Endpoint& endpoint);
    net::Task<> authenticate();
    void put_first(const std::shared_ptr<Endpoint>& endpoint);

    ClientOptions options_;
    std::vector<std::shared_ptr<Endpoint>> endpoints_; ///< calls at the same time reorder them under each other
    http::Client client_;
    std::string token_;
    bool knows_no_users_ = false; ///< the server has no authentication, so that a name and a password are no use
};

} // namespace dfriends::etcd::v3
