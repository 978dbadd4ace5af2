// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The messages of etcd's v3 API (etcdserverpb, mvccpb, authpb, v3lockpb and v3electionpb of etcd 3.5; 3.4's are a part
/// of them). Each one describes its fields once, by number and name, and every codec reads that.
namespace dfriends::etcd::v3 {

/// A field of any bytes: base64 in JSON, where a std::string is UTF-8.
struct Bytes : std::string {
    using std::string::string;
    Bytes() = default;
    Bytes(std::string bytes) : std::string(std::move(bytes)) {} // NOLINT(google-explicit-constructor)
    Bytes(std::string_view bytes) : std::string(bytes) {}       // NOLINT(google-explicit-constructor)
};

/// How an enumeration and its values, from 0 on, are called on the wire.
struct EnumNames {
    std::string_view type;
    std::span<const std::string_view> values;
};

enum class EventType { put, remove };
inline constexpr std::array<std::string_view, 2> event_type_names{"PUT", "DELETE"};
constexpr EnumNames names_of(EventType)
{
    return {"mvccpb.Event_EventType", event_type_names};
}

enum class PermissionType { read, write, read_write };
inline constexpr std::array<std::string_view, 3> permission_type_names{"READ", "WRITE", "READWRITE"};
constexpr EnumNames names_of(PermissionType)
{
    return {"authpb.Permission_Type", permission_type_names};
}

enum class SortOrder { none, ascend, descend };
inline constexpr std::array<std::string_view, 3> sort_order_names{"NONE", "ASCEND", "DESCEND"};
constexpr EnumNames names_of(SortOrder)
{
    return {"etcdserverpb.RangeRequest_SortOrder", sort_order_names};
}

enum class SortTarget { key, version, create, mod, value };
inline constexpr std::array<std::string_view, 5> sort_target_names{"KEY", "VERSION", "CREATE", "MOD", "VALUE"};
constexpr EnumNames names_of(SortTarget)
{
    return {"etcdserverpb.RangeRequest_SortTarget", sort_target_names};
}

enum class CompareResult { equal, greater, less, not_equal };
inline constexpr std::array<std::string_view, 4> compare_result_names{"EQUAL", "GREATER", "LESS", "NOT_EQUAL"};
constexpr EnumNames names_of(CompareResult)
{
    return {"etcdserverpb.Compare_CompareResult", compare_result_names};
}

enum class CompareTarget { version, create, mod, value, lease };
inline constexpr std::array<std::string_view, 5> compare_target_names{"VERSION", "CREATE", "MOD", "VALUE", "LEASE"};
constexpr EnumNames names_of(CompareTarget)
{
    return {"etcdserverpb.Compare_CompareTarget", compare_target_names};
}

enum class FilterType { no_put, no_delete };
inline constexpr std::array<std::string_view, 2> filter_type_names{"NOPUT", "NODELETE"};
constexpr EnumNames names_of(FilterType)
{
    return {"etcdserverpb.WatchCreateRequest_FilterType", filter_type_names};
}

enum class AlarmType { none, no_space, corrupt };
inline constexpr std::array<std::string_view, 3> alarm_type_names{"NONE", "NOSPACE", "CORRUPT"};
constexpr EnumNames names_of(AlarmType)
{
    return {"etcdserverpb.AlarmType", alarm_type_names};
}

enum class AlarmAction { get, activate, deactivate };
inline constexpr std::array<std::string_view, 3> alarm_action_names{"GET", "ACTIVATE", "DEACTIVATE"};
constexpr EnumNames names_of(AlarmAction)
{
    return {"etcdserverpb.AlarmRequest_AlarmAction", alarm_action_names};
}

struct TxnRequest;
struct TxnResponse;

struct KeyValue {
    Bytes key;
    std::int64_t create_revision = 0;
    std::int64_t mod_revision = 0;
    std::int64_t version = 0;
    Bytes value;
    std::int64_t lease = 0;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "key", m.key);
        visit(2, "create_revision", m.create_revision);
        visit(3, "mod_revision", m.mod_revision);
        visit(4, "version", m.version);
        visit(5, "value", m.value);
        visit(6, "lease", m.lease);
    }
};

struct Event {
    EventType type = EventType::put;
    std::optional<KeyValue> kv;
    std::optional<KeyValue> prev_kv;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "type", m.type);
        visit(2, "kv", m.kv);
        visit(3, "prev_kv", m.prev_kv);
    }
};

struct UserAddOptions {
    bool no_password = false;

    static void describe(auto& m, auto& visit) { visit(1, "no_password", m.no_password); }
};

struct Permission {
    PermissionType type = PermissionType::read;
    Bytes key;
    Bytes range_end;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "permType", m.type);
        visit(2, "key", m.key);
        visit(3, "range_end", m.range_end);
    }
};

struct ResponseHeader {
    std::uint64_t cluster_id = 0;
    std::uint64_t member_id = 0;
    std::int64_t revision = 0;
    std::uint64_t raft_term = 0;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "cluster_id", m.cluster_id);
        visit(2, "member_id", m.member_id);
        visit(3, "revision", m.revision);
        visit(4, "raft_term", m.raft_term);
    }
};

struct RangeRequest {
    Bytes key;
    Bytes range_end;
    std::int64_t limit = 0;
    std::int64_t revision = 0;
    SortOrder sort_order = SortOrder::none;
    SortTarget sort_target = SortTarget::key;
    bool serializable = false;
    bool keys_only = false;
    bool count_only = false;
    std::int64_t min_mod_revision = 0;
    std::int64_t max_mod_revision = 0;
    std::int64_t min_create_revision = 0;
    std::int64_t max_create_revision = 0;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "key", m.key);
        visit(2, "range_end", m.range_end);
        visit(3, "limit", m.limit);
        visit(4, "revision", m.revision);
        visit(5, "sort_order", m.sort_order);
        visit(6, "sort_target", m.sort_target);
        visit(7, "serializable", m.serializable);
        visit(8, "keys_only", m.keys_only);
        visit(9, "count_only", m.count_only);
        visit(10, "min_mod_revision", m.min_mod_revision);
        visit(11, "max_mod_revision", m.max_mod_revision);
        visit(12, "min_create_revision", m.min_create_revision);
        visit(13, "max_create_revision", m.max_create_revision);
    }
};

struct RangeResponse {
    std::optional<ResponseHeader> header;
    std::vector<KeyValue> kvs;
    bool more = false;
    std::int64_t count = 0;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "header", m.header);
        visit(2, "kvs", m.kvs);
        visit(3, "more", m.more);
        visit(4, "count", m.count);
    }
};

struct PutRequest {
    Bytes key;
    Bytes value;
    std::int64_t lease = 0;
    bool prev_kv = false;
    bool ignore_value = false;
    bool ignore_lease = false;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "key", m.key);
        visit(2, "value", m.value);
        visit(3, "lease", m.lease);
        visit(4, "prev_kv", m.prev_kv);
        visit(5, "ignore_value", m.ignore_value);
        visit(6, "ignore_lease", m.ignore_lease);
    }
};

struct PutResponse {
    std::optional<ResponseHeader> header;
    std::optional<KeyValue> prev_kv;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "header", m.header);
        visit(2, "prev_kv", m.prev_kv);
    }
};

struct DeleteRangeRequest {
    Bytes key;
    Bytes range_end;
    bool prev_kv = false;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "key", m.key);
        visit(2, "range_end", m.range_end);
        visit(3, "prev_kv", m.prev_kv);
    }
};

struct DeleteRangeResponse {
    std::optional<ResponseHeader> header;
    std::int64_t deleted = 0;
    std::vector<KeyValue> prev_kvs;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "header", m.header);
        visit(2, "deleted", m.deleted);
        visit(3, "prev_kvs", m.prev_kvs);
    }
};

struct RequestOp {
    std::optional<RangeRequest> request_range;
    std::optional<PutRequest> request_put;
    std::optional<DeleteRangeRequest> request_delete_range;
    std::shared_ptr<TxnRequest> request_txn;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "request_range", m.request_range);
        visit(2, "request_put", m.request_put);
        visit(3, "request_delete_range", m.request_delete_range);
        visit(4, "request_txn", m.request_txn);
    }
};

struct ResponseOp {
    std::optional<RangeResponse> response_range;
    std::optional<PutResponse> response_put;
    std::optional<DeleteRangeResponse> response_delete_range;
    std::shared_ptr<TxnResponse> response_txn;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "response_range", m.response_range);
        visit(2, "response_put", m.response_put);
        visit(3, "response_delete_range", m.response_delete_range);
        visit(4, "response_txn", m.response_txn);
    }
};

struct Compare {
    CompareResult result = CompareResult::equal;
    CompareTarget target = CompareTarget::version;
    Bytes key;
    std::int64_t version = 0;
    std::int64_t create_revision = 0;
    std::int64_t mod_revision = 0;
    Bytes value;
    std::int64_t lease = 0;
    Bytes range_end;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "result", m.result);
        visit(2, "target", m.target);
        visit(3, "key", m.key);
        visit(4, "version", m.version);
        visit(5, "create_revision", m.create_revision);
        visit(6, "mod_revision", m.mod_revision);
        visit(7, "value", m.value);
        visit(8, "lease", m.lease);
        visit(64, "range_end", m.range_end);
    }
};

struct TxnRequest {
    std::vector<Compare> compare;
    std::vector<RequestOp> success;
    std::vector<RequestOp> failure;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "compare", m.compare);
        visit(2, "success", m.success);
        visit(3, "failure", m.failure);
    }
};

struct TxnResponse {
    std::optional<ResponseHeader> header;
    bool succeeded = false;
    std::vector<ResponseOp> responses;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "header", m.header);
        visit(2, "succeeded", m.succeeded);
        visit(3, "responses", m.responses);
    }
};

struct CompactionRequest {
    std::int64_t revision = 0;
    bool physical = false;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "revision", m.revision);
        visit(2, "physical", m.physical);
    }
};

struct CompactionResponse {
    std::optional<ResponseHeader> header;

    static void describe(auto& m, auto& visit) { visit(1, "header", m.header); }
};

struct HashRequest {
    static void describe(auto&, auto&) {}
};

struct HashKVRequest {
    std::int64_t revision = 0;

    static void describe(auto& m, auto& visit) { visit(1, "revision", m.revision); }
};

struct HashKVResponse {
    std::optional<ResponseHeader> header;
    std::uint32_t hash = 0;
    std::int64_t compact_revision = 0;
    std::int64_t hash_revision = 0;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "header", m.header);
        visit(2, "hash", m.hash);
        visit(3, "compact_revision", m.compact_revision);
        visit(4, "hash_revision", m.hash_revision);
    }
};

struct HashResponse {
    std::optional<ResponseHeader> header;
    std::uint32_t hash = 0;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "header", m.header);
        visit(2, "hash", m.hash);
    }
};

struct SnapshotRequest {
    static void describe(auto&, auto&) {}
};

struct SnapshotResponse {
    std::optional<ResponseHeader> header;
    std::uint64_t remaining_bytes = 0;
    Bytes blob;
    std::string version;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "header", m.header);
        visit(2, "remaining_bytes", m.remaining_bytes);
        visit(3, "blob", m.blob);
        visit(4, "version", m.version);
    }
};

struct WatchCreateRequest {
    Bytes key;
    Bytes range_end;
    std::int64_t start_revision = 0;
    bool progress_notify = false;
    std::vector<FilterType> filters;
    bool prev_kv = false;
    std::int64_t watch_id = 0;
    bool fragment = false;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "key", m.key);
        visit(2, "range_end", m.range_end);
        visit(3, "start_revision", m.start_revision);
        visit(4, "progress_notify", m.progress_notify);
        visit(5, "filters", m.filters);
        visit(6, "prev_kv", m.prev_kv);
        visit(7, "watch_id", m.watch_id);
        visit(8, "fragment", m.fragment);
    }
};

struct WatchCancelRequest {
    std::int64_t watch_id = 0;

    static void describe(auto& m, auto& visit) { visit(1, "watch_id", m.watch_id); }
};

struct WatchProgressRequest {
    static void describe(auto&, auto&) {}
};

struct WatchRequest {
    std::optional<WatchCreateRequest> create_request;
    std::optional<WatchCancelRequest> cancel_request;
    std::optional<WatchProgressRequest> progress_request;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "create_request", m.create_request);
        visit(2, "cancel_request", m.cancel_request);
        visit(3, "progress_request", m.progress_request);
    }
};

struct WatchResponse {
    std::optional<ResponseHeader> header;
    std::int64_t watch_id = 0;
    bool created = false;
    bool canceled = false;
    std::int64_t compact_revision = 0;
    std::string cancel_reason;
    bool fragment = false;
    std::vector<Event> events;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "header", m.header);
        visit(2, "watch_id", m.watch_id);
        visit(3, "created", m.created);
        visit(4, "canceled", m.canceled);
        visit(5, "compact_revision", m.compact_revision);
        visit(6, "cancel_reason", m.cancel_reason);
        visit(7, "fragment", m.fragment);
        visit(11, "events", m.events);
    }
};

struct LeaseGrantRequest {
    std::int64_t ttl = 0;
    std::int64_t id = 0;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "TTL", m.ttl);
        visit(2, "ID", m.id);
    }
};

struct LeaseGrantResponse {
    std::optional<ResponseHeader> header;
    std::int64_t id = 0;
    std::int64_t ttl = 0;
    std::string error;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "header", m.header);
        visit(2, "ID", m.id);
        visit(3, "TTL", m.ttl);
        visit(4, "error", m.error);
    }
};

struct LeaseRevokeRequest {
    std::int64_t id = 0;

    static void describe(auto& m, auto& visit) { visit(1, "ID", m.id); }
};

struct LeaseRevokeResponse {
    std::optional<ResponseHeader> header;

    static void describe(auto& m, auto& visit) { visit(1, "header", m.header); }
};

struct LeaseKeepAliveRequest {
    std::int64_t id = 0;

    static void describe(auto& m, auto& visit) { visit(1, "ID", m.id); }
};

struct LeaseKeepAliveResponse {
    std::optional<ResponseHeader> header;
    std::int64_t id = 0;
    std::int64_t ttl = 0;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "header", m.header);
        visit(2, "ID", m.id);
        visit(3, "TTL", m.ttl);
    }
};

struct LeaseTimeToLiveRequest {
    std::int64_t id = 0;
    bool keys = false;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "ID", m.id);
        visit(2, "keys", m.keys);
    }
};

struct LeaseTimeToLiveResponse {
    std::optional<ResponseHeader> header;
    std::int64_t id = 0;
    std::int64_t ttl = 0;
    std::int64_t granted_ttl = 0;
    std::vector<Bytes> keys;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "header", m.header);
        visit(2, "ID", m.id);
        visit(3, "TTL", m.ttl);
        visit(4, "grantedTTL", m.granted_ttl);
        visit(5, "keys", m.keys);
    }
};

struct LeaseLeasesRequest {
    static void describe(auto&, auto&) {}
};

struct LeaseStatus {
    std::int64_t id = 0;

    static void describe(auto& m, auto& visit) { visit(1, "ID", m.id); }
};

struct LeaseLeasesResponse {
    std::optional<ResponseHeader> header;
    std::vector<LeaseStatus> leases;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "header", m.header);
        visit(2, "leases", m.leases);
    }
};

struct Member {
    std::uint64_t id = 0;
    std::string name;
    std::vector<std::string> peer_urls;
    std::vector<std::string> client_urls;
    bool is_learner = false;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "ID", m.id);
        visit(2, "name", m.name);
        visit(3, "peerURLs", m.peer_urls);
        visit(4, "clientURLs", m.client_urls);
        visit(5, "isLearner", m.is_learner);
    }
};

struct MemberAddRequest {
    std::vector<std::string> peer_urls;
    bool is_learner = false;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "peerURLs", m.peer_urls);
        visit(2, "isLearner", m.is_learner);
    }
};

struct MemberAddResponse {
    std::optional<ResponseHeader> header;
    std::optional<Member> member;
    std::vector<Member> members;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "header", m.header);
        visit(2, "member", m.member);
        visit(3, "members", m.members);
    }
};

struct MemberRemoveRequest {
    std::uint64_t id = 0;

    static void describe(auto& m, auto& visit) { visit(1, "ID", m.id); }
};

struct MemberRemoveResponse {
    std::optional<ResponseHeader> header;
    std::vector<Member> members;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "header", m.header);
        visit(2, "members", m.members);
    }
};

struct MemberUpdateRequest {
    std::uint64_t id = 0;
    std::vector<std::string> peer_urls;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "ID", m.id);
        visit(2, "peerURLs", m.peer_urls);
    }
};

struct MemberUpdateResponse {
    std::optional<ResponseHeader> header;
    std::vector<Member> members;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "header", m.header);
        visit(2, "members", m.members);
    }
};

struct MemberListRequest {
    bool linearizable = false;

    static void describe(auto& m, auto& visit) { visit(1, "linearizable", m.linearizable); }
};

struct MemberListResponse {
    std::optional<ResponseHeader> header;
    std::vector<Member> members;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "header", m.header);
        visit(2, "members", m.members);
    }
};

struct MemberPromoteRequest {
    std::uint64_t id = 0;

    static void describe(auto& m, auto& visit) { visit(1, "ID", m.id); }
};

struct MemberPromoteResponse {
    std::optional<ResponseHeader> header;
    std::vector<Member> members;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "header", m.header);
        visit(2, "members", m.members);
    }
};

struct DefragmentRequest {
    static void describe(auto&, auto&) {}
};

struct DefragmentResponse {
    std::optional<ResponseHeader> header;

    static void describe(auto& m, auto& visit) { visit(1, "header", m.header); }
};

struct MoveLeaderRequest {
    std::uint64_t target_id = 0;

    static void describe(auto& m, auto& visit) { visit(1, "targetID", m.target_id); }
};

struct MoveLeaderResponse {
    std::optional<ResponseHeader> header;

    static void describe(auto& m, auto& visit) { visit(1, "header", m.header); }
};

struct AlarmRequest {
    AlarmAction action = AlarmAction::get;
    std::uint64_t member_id = 0;
    AlarmType alarm = AlarmType::none;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "action", m.action);
        visit(2, "memberID", m.member_id);
        visit(3, "alarm", m.alarm);
    }
};

struct AlarmMember {
    std::uint64_t member_id = 0;
    AlarmType alarm = AlarmType::none;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "memberID", m.member_id);
        visit(2, "alarm", m.alarm);
    }
};

struct AlarmResponse {
    std::optional<ResponseHeader> header;
    std::vector<AlarmMember> alarms;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "header", m.header);
        visit(2, "alarms", m.alarms);
    }
};

struct StatusRequest {
    static void describe(auto&, auto&) {}
};

struct StatusResponse {
    std::optional<ResponseHeader> header;
    std::string version;
    std::int64_t db_size = 0;
    std::uint64_t leader = 0;
    std::uint64_t raft_index = 0;
    std::uint64_t raft_term = 0;
    std::uint64_t raft_applied_index = 0;
    std::vector<std::string> errors;
    std::int64_t db_size_in_use = 0;
    bool is_learner = false;
    std::string storage_version;
    std::int64_t db_size_quota = 0;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "header", m.header);
        visit(2, "version", m.version);
        visit(3, "dbSize", m.db_size);
        visit(4, "leader", m.leader);
        visit(5, "raftIndex", m.raft_index);
        visit(6, "raftTerm", m.raft_term);
        visit(7, "raftAppliedIndex", m.raft_applied_index);
        visit(8, "errors", m.errors);
        visit(9, "dbSizeInUse", m.db_size_in_use);
        visit(10, "isLearner", m.is_learner);
        visit(11, "storageVersion", m.storage_version);
        visit(12, "dbSizeQuota", m.db_size_quota);
    }
};

struct AuthEnableRequest {
    static void describe(auto&, auto&) {}
};

struct AuthDisableRequest {
    static void describe(auto&, auto&) {}
};

struct AuthStatusRequest {
    static void describe(auto&, auto&) {}
};

struct AuthenticateRequest {
    std::string name;
    std::string password;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "name", m.name);
        visit(2, "password", m.password);
    }
};

struct AuthUserAddRequest {
    std::string name;
    std::string password;
    std::optional<UserAddOptions> options;
    std::string hashed_password;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "name", m.name);
        visit(2, "password", m.password);
        visit(3, "options", m.options);
        visit(4, "hashedPassword", m.hashed_password);
    }
};

struct AuthUserGetRequest {
    std::string name;

    static void describe(auto& m, auto& visit) { visit(1, "name", m.name); }
};

struct AuthUserDeleteRequest {
    std::string name;

    static void describe(auto& m, auto& visit) { visit(1, "name", m.name); }
};

struct AuthUserChangePasswordRequest {
    std::string name;
    std::string password;
    std::string hashed_password;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "name", m.name);
        visit(2, "password", m.password);
        visit(3, "hashedPassword", m.hashed_password);
    }
};

struct AuthUserGrantRoleRequest {
    std::string user;
    std::string role;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "user", m.user);
        visit(2, "role", m.role);
    }
};

struct AuthUserRevokeRoleRequest {
    std::string name;
    std::string role;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "name", m.name);
        visit(2, "role", m.role);
    }
};

struct AuthRoleAddRequest {
    std::string name;

    static void describe(auto& m, auto& visit) { visit(1, "name", m.name); }
};

struct AuthRoleGetRequest {
    std::string role;

    static void describe(auto& m, auto& visit) { visit(1, "role", m.role); }
};

struct AuthUserListRequest {
    static void describe(auto&, auto&) {}
};

struct AuthRoleListRequest {
    static void describe(auto&, auto&) {}
};

struct AuthRoleDeleteRequest {
    std::string role;

    static void describe(auto& m, auto& visit) { visit(1, "role", m.role); }
};

struct AuthRoleGrantPermissionRequest {
    std::string name;
    std::optional<Permission> perm;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "name", m.name);
        visit(2, "perm", m.perm);
    }
};

struct AuthRoleRevokePermissionRequest {
    std::string role;
    Bytes key;
    Bytes range_end;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "role", m.role);
        visit(2, "key", m.key);
        visit(3, "range_end", m.range_end);
    }
};

struct AuthEnableResponse {
    std::optional<ResponseHeader> header;

    static void describe(auto& m, auto& visit) { visit(1, "header", m.header); }
};

struct AuthDisableResponse {
    std::optional<ResponseHeader> header;

    static void describe(auto& m, auto& visit) { visit(1, "header", m.header); }
};

struct AuthStatusResponse {
    std::optional<ResponseHeader> header;
    bool enabled = false;
    std::uint64_t auth_revision = 0;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "header", m.header);
        visit(2, "enabled", m.enabled);
        visit(3, "authRevision", m.auth_revision);
    }
};

struct AuthenticateResponse {
    std::optional<ResponseHeader> header;
    std::string token;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "header", m.header);
        visit(2, "token", m.token);
    }
};

struct AuthUserAddResponse {
    std::optional<ResponseHeader> header;

    static void describe(auto& m, auto& visit) { visit(1, "header", m.header); }
};

struct AuthUserGetResponse {
    std::optional<ResponseHeader> header;
    std::vector<std::string> roles;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "header", m.header);
        visit(2, "roles", m.roles);
    }
};

struct AuthUserDeleteResponse {
    std::optional<ResponseHeader> header;

    static void describe(auto& m, auto& visit) { visit(1, "header", m.header); }
};

struct AuthUserChangePasswordResponse {
    std::optional<ResponseHeader> header;

    static void describe(auto& m, auto& visit) { visit(1, "header", m.header); }
};

struct AuthUserGrantRoleResponse {
    std::optional<ResponseHeader> header;

    static void describe(auto& m, auto& visit) { visit(1, "header", m.header); }
};

struct AuthUserRevokeRoleResponse {
    std::optional<ResponseHeader> header;

    static void describe(auto& m, auto& visit) { visit(1, "header", m.header); }
};

struct AuthRoleAddResponse {
    std::optional<ResponseHeader> header;

    static void describe(auto& m, auto& visit) { visit(1, "header", m.header); }
};

struct AuthRoleGetResponse {
    std::optional<ResponseHeader> header;
    std::vector<Permission> perm;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "header", m.header);
        visit(2, "perm", m.perm);
    }
};

struct AuthRoleListResponse {
    std::optional<ResponseHeader> header;
    std::vector<std::string> roles;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "header", m.header);
        visit(2, "roles", m.roles);
    }
};

struct AuthUserListResponse {
    std::optional<ResponseHeader> header;
    std::vector<std::string> users;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "header", m.header);
        visit(2, "users", m.users);
    }
};

struct AuthRoleDeleteResponse {
    std::optional<ResponseHeader> header;

    static void describe(auto& m, auto& visit) { visit(1, "header", m.header); }
};

struct AuthRoleGrantPermissionResponse {
    std::optional<ResponseHeader> header;

    static void describe(auto& m, auto& visit) { visit(1, "header", m.header); }
};

struct AuthRoleRevokePermissionResponse {
    std::optional<ResponseHeader> header;

    static void describe(auto& m, auto& visit) { visit(1, "header", m.header); }
};

struct LockRequest {
    Bytes name;
    std::int64_t lease = 0;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "name", m.name);
        visit(2, "lease", m.lease);
    }
};

struct LockResponse {
    std::optional<ResponseHeader> header;
    Bytes key;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "header", m.header);
        visit(2, "key", m.key);
    }
};

struct UnlockRequest {
    Bytes key;

    static void describe(auto& m, auto& visit) { visit(1, "key", m.key); }
};

struct UnlockResponse {
    std::optional<ResponseHeader> header;

    static void describe(auto& m, auto& visit) { visit(1, "header", m.header); }
};

struct CampaignRequest {
    Bytes name;
    std::int64_t lease = 0;
    Bytes value;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "name", m.name);
        visit(2, "lease", m.lease);
        visit(3, "value", m.value);
    }
};

struct LeaderKey {
    Bytes name;
    Bytes key;
    std::int64_t rev = 0;
    std::int64_t lease = 0;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "name", m.name);
        visit(2, "key", m.key);
        visit(3, "rev", m.rev);
        visit(4, "lease", m.lease);
    }
};

struct CampaignResponse {
    std::optional<ResponseHeader> header;
    std::optional<LeaderKey> leader;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "header", m.header);
        visit(2, "leader", m.leader);
    }
};

struct LeaderRequest {
    Bytes name;

    static void describe(auto& m, auto& visit) { visit(1, "name", m.name); }
};

struct LeaderResponse {
    std::optional<ResponseHeader> header;
    std::optional<KeyValue> kv;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "header", m.header);
        visit(2, "kv", m.kv);
    }
};

struct ResignRequest {
    std::optional<LeaderKey> leader;

    static void describe(auto& m, auto& visit) { visit(1, "leader", m.leader); }
};

struct ResignResponse {
    std::optional<ResponseHeader> header;

    static void describe(auto& m, auto& visit) { visit(1, "header", m.header); }
};

struct ProclaimRequest {
    std::optional<LeaderKey> leader;
    Bytes value;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "leader", m.leader);
        visit(2, "value", m.value);
    }
};

struct ProclaimResponse {
    std::optional<ResponseHeader> header;

    static void describe(auto& m, auto& visit) { visit(1, "header", m.header); }
};

} // namespace dfriends::etcd::v3
