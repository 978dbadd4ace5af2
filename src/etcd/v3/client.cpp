// SPDX-License-Identifier: Apache-2.0
#include "etcd/v3/client.hpp"

#include "base/text.hpp"
#include "net/loop.hpp"
#include "net/tcp.hpp"

#include <algorithm>
#include <array>

namespace dfriends::etcd::v3 {

namespace {

constexpr std::size_t largest_answer = 256U << 20U;

/// There was no connection, so that the request cannot have been carried out.
class NotConnected : public Error {
  public:
    explicit NotConnected(Error error) : Error(std::move(error)) {}
};

net::Task<net::StreamPointer> connect(http::Url url, std::optional<net::TlsContext> tls,
                                      std::chrono::milliseconds timeout)
{
    net::StreamPointer stream = co_await net::connect_tcp(url.host, url.port, timeout);
    if (url.scheme == "http")
        co_return stream;
    net::Stream* const raw = stream.get();
    net::Deadline deadline([raw] { raw->close(); });
    deadline.expire_after(timeout);
    co_return co_await net::connect_tls(std::move(stream), tls ? *tls : net::TlsContext::client({}), url.host);
}

net::Task<net::StreamPointer> dial(http::Url url, std::optional<net::TlsContext> tls, std::chrono::milliseconds timeout)
{
    std::optional<Error> failure;
    try {
        co_return co_await connect(url, std::move(tls), timeout);
    } catch (const Error& error) {
        failure = error;
    }
    throw NotConnected(*failure);
}

http::ClientOptions http_options(const ClientOptions& options)
{
    http::ClientOptions result;
    result.dial = [tls = options.tls](const http::Url& url, std::chrono::milliseconds timeout) {
        return dial(url, tls, timeout);
    };
    return result;
}

/// Refusals that a server gives before it does anything.
bool was_not_carried_out(const Status& status)
{
    return status.message() == "etcdserver: no leader" || status.message().starts_with("there is no ") ||
           status.message().find("connection error") != std::string::npos;
}

bool is_stale_token(const Status& status)
{
    return status.code() == Code::unauthenticated && status.message() == "etcdserver: invalid auth token";
}

/// The gateway's paths below its prefix; until 3.3 those of leases stood with the keys'.
std::string target_of(const std::string& prefix, const std::string& path)
{
    constexpr std::array<std::string_view, 3> moved{"lease/revoke", "lease/timetolive", "lease/leases"};
    const bool was_elsewhere = prefix != "/v3" && std::ranges::find(moved, path) != moved.end();
    return prefix + (was_elsewhere ? "/kv/" : "/") + path;
}

/// The prefix that the server of this /version has; empty where it has no gateway.
std::string prefix_of(std::string_view version)
{
    constexpr std::string_view member = R"("etcdserver":")";
    const std::size_t at = version.find(member);
    if (at == version.npos)
        return {};
    const auto parts = split(version.substr(at + member.size(), 10), '.');
    const auto major = parse_unsigned(parts[0]);
    const auto minor = parts.size() > 1 ? parse_unsigned(parts[1]) : std::nullopt;
    if (!major || !minor || *major < 3 || (*major == 3 && *minor == 0))
        return {};
    if (*major > 3 || *minor >= 4)
        return "/v3";
    return *minor == 3 ? "/v3beta" : "/v3alpha";
}

} // namespace

Client::Client(ClientOptions options) : options_(std::move(options)), client_(http_options(options_))
{
    const std::string scheme = options_.tls ? "https://" : "http://";
    for (const std::string& given : options_.endpoints)
        endpoints_.push_back(std::make_shared<Endpoint>(
            Endpoint{http::parse_url(given.find("://") == given.npos ? scheme + given : given)}));
    if (endpoints_.empty())
        throw Error(ErrorKind::usage, "no endpoint to ask").hint("give one with --endpoints URL");
}

template <class Answer, class Request>
net::Task<Answer> Client::call(std::string path, Request request, Repeat repeat)
{
    const Exchange asked = exchange(std::move(path), encode_json(request), repeat);
    for (std::size_t tries = 1;; ++tries) {
        http::Reply reply = co_await send(asked);
        try {
            co_return decode_json<Answer>(co_await reply.read_all(largest_answer));
        } catch (const Error& error) { // the answer broke off
            if (error.kind() != ErrorKind::unavailable || repeat == Repeat::never || tries > endpoints_.size())
                throw;
        }
        pass_over_first();
    }
}

Client::Exchange Client::exchange(std::string path, std::string body, Repeat repeat) const
{
    return {std::move(path), std::move(body), repeat, options_.timeout, options_.timeout};
}

net::Task<http::Reply> Client::send(Exchange exchange)
{
    const bool has_name = !options_.user.empty();
    for (bool renewed = false;; renewed = true) {
        if (has_name && token_.empty() && !knows_no_users_)
            co_await authenticate();
        try {
            co_return co_await try_endpoints(exchange, true);
        } catch (const Status& status) {
            if (!has_name || renewed || !is_stale_token(status))
                throw;
        }
        token_.clear();
        knows_no_users_ = false;
    }
}

net::Task<> Client::authenticate()
{
    AuthenticateRequest request{options_.user, options_.password};
    std::optional<Status> refusal;
    try {
        http::Reply reply =
            co_await try_endpoints(exchange("auth/authenticate", encode_json(request), Repeat::always), false);
        token_ = decode_json<AuthenticateResponse>(co_await reply.read_all(largest_answer)).token;
    } catch (const Status& status) {
        refusal = status;
    }
    if (!refusal)
        co_return;
    if (refusal->message() != "etcdserver: authentication is not enabled")
        throw Status(*refusal);
    knows_no_users_ = true;
}

net::Task<http::Reply> Client::try_endpoints(const Exchange& exchange, bool authorized)
{
    std::string reasons;
    std::optional<Status> refusal;
    const std::vector<std::shared_ptr<Endpoint>> endpoints = endpoints_;
    for (const std::shared_ptr<Endpoint>& endpoint : endpoints) {
        const std::string name = endpoint->url.authority();
        try {
            http::Reply reply = co_await send_to(endpoint, exchange, authorized);
            put_first(endpoint);
            co_return reply;
        } catch (const NotConnected& error) {
            reasons += fmt::format("; {}: {}", name, error.message());
        } catch (const Status& status) {
            const bool may_go_on = exchange.repeat == Repeat::always || was_not_carried_out(status);
            if (status.code() != Code::unavailable || !may_go_on)
                throw;
            refusal = status;
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::unavailable)
                throw;
            if (exchange.repeat == Repeat::never)
                throw Error(ErrorKind::unavailable, "no answer from '{}': {}", name, error.message())
                    .hint("the change may have been made, or not: look before you repeat it");
            reasons += fmt::format("; {}: {}", name, error.message());
        }
    }
    if (refusal)
        throw Status(*refusal);
    throw Error(ErrorKind::unavailable, "no etcd answers{}", reasons);
}

net::Task<http::Reply> Client::send_to(std::shared_ptr<Endpoint> endpoint, const Exchange& exchange, bool authorized)
{
    for (;;) {
        http::Call call;
        call.method = "POST";
        call.url = endpoint->url;
        call.url.target = target_of(endpoint->prefix, exchange.path);
        call.headers.set("Content-Type", "application/json");
        if (authorized && !token_.empty())
            call.headers.set("Authorization", token_);
        call.body = exchange.body;
        call.connect_timeout = options_.connect_timeout;
        call.head_timeout = exchange.head_timeout;
        call.idle_timeout = exchange.idle_timeout;
        http::Reply reply = co_await client_.send(std::move(call));
        if (reply.status() == 200) {
            endpoint->is_prefix_known = true;
            co_return reply;
        }
        const Status refusal = decode_refusal(reply.status(), co_await reply.read_all(1U << 20U));
        if (refusal.code() != Code::unsupported || endpoint->is_prefix_known)
            throw Status(refusal);
        co_await find_prefix(*endpoint);
    }
}

net::Task<> Client::find_prefix(Endpoint& endpoint)
{
    http::Call call;
    call.url = endpoint.url;
    call.url.target = "/version";
    call.connect_timeout = call.head_timeout = call.idle_timeout = options_.connect_timeout;
    http::Reply reply = co_await client_.send(std::move(call));
    const std::string version = co_await reply.read_all(1U << 16U);
    endpoint.prefix = prefix_of(version);
    if (endpoint.prefix.empty()) {
        endpoint.prefix = "/v3";
        throw Status(Code::unsupported, fmt::format("'{}' does not speak etcd's v3 API: its /version is '{}'",
                                                    endpoint.url.authority(), printable(trim(version.substr(0, 80)))));
    }
    endpoint.is_prefix_known = true;
}

void Client::put_first(const std::shared_ptr<Endpoint>& endpoint)
{
    const auto found = std::ranges::find(endpoints_, endpoint);
    std::rotate(endpoints_.begin(), found == endpoints_.end() ? endpoints_.begin() : found, endpoints_.end());
}

void Client::pass_over_first()
{
    std::rotate(endpoints_.begin(), endpoints_.begin() + 1, endpoints_.end());
}

Bytes prefix_end(std::string_view prefix)
{
    std::string end(prefix);
    while (!end.empty() && end.back() == '\xff')
        end.pop_back();
    if (end.empty()) // no key comes after: until the last one
        return std::string(1, '\0');
    end.back() = static_cast<char>(end.back() + 1);
    return end;
}

net::Task<std::optional<std::string>> Lines::next()
{
    for (;;) {
        const std::size_t end = buffer_.find('\n', searched_);
        if (end != buffer_.npos) {
            std::string line = buffer_.substr(0, end);
            buffer_.erase(0, end + 1);
            searched_ = 0;
            if (!trim(line).empty())
                co_return line;
            continue;
        }
        searched_ = buffer_.size();
        if (over_)
            break;
        if (buffer_.size() > largest_answer)
            throw Error(ErrorKind::invalid, "a line of the stream exceeds {} bytes", largest_answer);
        std::array<char, 16384> piece;
        const std::size_t count = co_await reply_.read_some(piece);
        over_ = count == 0;
        buffer_.append(piece.data(), count);
    }
    searched_ = 0;
    std::string rest = std::move(buffer_);
    buffer_.clear();
    if (trim(rest).empty())
        co_return std::nullopt;
    co_return rest;
}

net::Task<RangeResponse> Client::range(RangeRequest request)
{
    return call<RangeResponse>("kv/range", std::move(request), Repeat::always);
}

net::Task<PutResponse> Client::put(PutRequest request)
{
    return call<PutResponse>("kv/put", std::move(request), Repeat::never);
}

net::Task<DeleteRangeResponse> Client::delete_range(DeleteRangeRequest request)
{
    return call<DeleteRangeResponse>("kv/deleterange", std::move(request), Repeat::never);
}

net::Task<TxnResponse> Client::txn(TxnRequest request)
{
    const auto reads = [](const RequestOp& op) { return op.request_range.has_value(); };
    const bool only_reads = std::ranges::all_of(request.success, reads) && std::ranges::all_of(request.failure, reads);
    return call<TxnResponse>("kv/txn", std::move(request), only_reads ? Repeat::always : Repeat::never);
}

net::Task<CompactionResponse> Client::compact(CompactionRequest request)
{
    return call<CompactionResponse>("kv/compaction", std::move(request), Repeat::never);
}

net::Task<LeaseGrantResponse> Client::lease_grant(LeaseGrantRequest request)
{
    return call<LeaseGrantResponse>("lease/grant", std::move(request), Repeat::never);
}

net::Task<LeaseRevokeResponse> Client::lease_revoke(LeaseRevokeRequest request)
{
    return call<LeaseRevokeResponse>("lease/revoke", std::move(request), Repeat::never);
}

net::Task<LeaseKeepAliveResponse> Client::lease_keep_alive(LeaseKeepAliveRequest request)
{
    Lines lines(co_await send(exchange("lease/keepalive", encode_json(request), Repeat::always)));
    const auto line = co_await lines.next();
    if (!line)
        throw Error(ErrorKind::unavailable, "the server ended the stream of the lease without an answer");
    co_return decode_line<LeaseKeepAliveResponse>(*line);
}

net::Task<LeaseTimeToLiveResponse> Client::lease_time_to_live(LeaseTimeToLiveRequest request)
{
    return call<LeaseTimeToLiveResponse>("lease/timetolive", request, Repeat::always);
}

net::Task<LeaseLeasesResponse> Client::lease_leases()
{
    return call<LeaseLeasesResponse>("lease/leases", LeaseLeasesRequest{}, Repeat::always);
}

net::Task<MemberAddResponse> Client::member_add(MemberAddRequest request)
{
    return call<MemberAddResponse>("cluster/member/add", std::move(request), Repeat::never);
}

net::Task<MemberRemoveResponse> Client::member_remove(MemberRemoveRequest request)
{
    return call<MemberRemoveResponse>("cluster/member/remove", request, Repeat::never);
}

net::Task<MemberUpdateResponse> Client::member_update(MemberUpdateRequest request)
{
    return call<MemberUpdateResponse>("cluster/member/update", std::move(request), Repeat::never);
}

net::Task<MemberListResponse> Client::member_list()
{
    return call<MemberListResponse>("cluster/member/list", MemberListRequest{}, Repeat::always);
}

net::Task<MemberPromoteResponse> Client::member_promote(MemberPromoteRequest request)
{
    return call<MemberPromoteResponse>("cluster/member/promote", request, Repeat::never);
}

net::Task<AlarmResponse> Client::alarm(AlarmRequest request)
{
    const Repeat repeat = request.action == AlarmAction::get ? Repeat::always : Repeat::never;
    return call<AlarmResponse>("maintenance/alarm", request, repeat);
}

net::Task<StatusResponse> Client::status()
{
    return call<StatusResponse>("maintenance/status", StatusRequest{}, Repeat::always);
}

net::Task<DefragmentResponse> Client::defragment()
{
    return call<DefragmentResponse>("maintenance/defragment", DefragmentRequest{}, Repeat::always);
}

net::Task<HashKVResponse> Client::hash_kv(HashKVRequest request)
{
    return call<HashKVResponse>("maintenance/hashkv", request, Repeat::always);
}

net::Task<Answers<SnapshotResponse>> Client::snapshot()
{
    co_return Answers<SnapshotResponse>(Lines(co_await send(exchange("maintenance/snapshot", "{}", Repeat::always))));
}

net::Task<MoveLeaderResponse> Client::move_leader(MoveLeaderRequest request)
{
    return call<MoveLeaderResponse>("maintenance/transfer-leadership", request, Repeat::never);
}

net::Task<AuthEnableResponse> Client::auth_enable()
{
    return call<AuthEnableResponse>("auth/enable", AuthEnableRequest{}, Repeat::never);
}

net::Task<AuthDisableResponse> Client::auth_disable()
{
    return call<AuthDisableResponse>("auth/disable", AuthDisableRequest{}, Repeat::never);
}

net::Task<AuthStatusResponse> Client::auth_status()
{
    return call<AuthStatusResponse>("auth/status", AuthStatusRequest{}, Repeat::always);
}

net::Task<AuthUserAddResponse> Client::user_add(AuthUserAddRequest request)
{
    return call<AuthUserAddResponse>("auth/user/add", std::move(request), Repeat::never);
}

net::Task<AuthUserGetResponse> Client::user_get(AuthUserGetRequest request)
{
    return call<AuthUserGetResponse>("auth/user/get", std::move(request), Repeat::always);
}

net::Task<AuthUserListResponse> Client::user_list()
{
    return call<AuthUserListResponse>("auth/user/list", AuthUserListRequest{}, Repeat::always);
}

net::Task<AuthUserDeleteResponse> Client::user_delete(AuthUserDeleteRequest request)
{
    return call<AuthUserDeleteResponse>("auth/user/delete", std::move(request), Repeat::never);
}

net::Task<AuthUserChangePasswordResponse> Client::user_change_password(AuthUserChangePasswordRequest request)
{
    return call<AuthUserChangePasswordResponse>("auth/user/changepw", std::move(request), Repeat::never);
}

net::Task<AuthUserGrantRoleResponse> Client::user_grant_role(AuthUserGrantRoleRequest request)
{
    return call<AuthUserGrantRoleResponse>("auth/user/grant", std::move(request), Repeat::never);
}

net::Task<AuthUserRevokeRoleResponse> Client::user_revoke_role(AuthUserRevokeRoleRequest request)
{
    return call<AuthUserRevokeRoleResponse>("auth/user/revoke", std::move(request), Repeat::never);
}

net::Task<AuthRoleAddResponse> Client::role_add(AuthRoleAddRequest request)
{
    return call<AuthRoleAddResponse>("auth/role/add", std::move(request), Repeat::never);
}

net::Task<AuthRoleGetResponse> Client::role_get(AuthRoleGetRequest request)
{
    return call<AuthRoleGetResponse>("auth/role/get", std::move(request), Repeat::always);
}

net::Task<AuthRoleListResponse> Client::role_list()
{
    return call<AuthRoleListResponse>("auth/role/list", AuthRoleListRequest{}, Repeat::always);
}

net::Task<AuthRoleDeleteResponse> Client::role_delete(AuthRoleDeleteRequest request)
{
    return call<AuthRoleDeleteResponse>("auth/role/delete", std::move(request), Repeat::never);
}

net::Task<AuthRoleGrantPermissionResponse> Client::role_grant_permission(AuthRoleGrantPermissionRequest request)
{
    return call<AuthRoleGrantPermissionResponse>("auth/role/grant", std::move(request), Repeat::never);
}

net::Task<AuthRoleRevokePermissionResponse> Client::role_revoke_permission(AuthRoleRevokePermissionRequest request)
{
    return call<AuthRoleRevokePermissionResponse>("auth/role/revoke", std::move(request), Repeat::never);
}

net::Task<LockResponse> Client::lock(LockRequest request)
{
    Exchange waiting = exchange("lock/lock", encode_json(request), Repeat::never);
    waiting.head_timeout = std::chrono::milliseconds(0);
    http::Reply reply = co_await send(std::move(waiting));
    co_return decode_json<LockResponse>(co_await reply.read_all(largest_answer));
}

net::Task<UnlockResponse> Client::unlock(UnlockRequest request)
{
    return call<UnlockResponse>("lock/unlock", std::move(request), Repeat::always);
}

net::Task<CampaignResponse> Client::campaign(CampaignRequest request)
{
    Exchange waiting = exchange("election/campaign", encode_json(request), Repeat::never);
    waiting.head_timeout = std::chrono::milliseconds(0);
    http::Reply reply = co_await send(std::move(waiting));
    co_return decode_json<CampaignResponse>(co_await reply.read_all(largest_answer));
}

net::Task<ProclaimResponse> Client::proclaim(ProclaimRequest request)
{
    return call<ProclaimResponse>("election/proclaim", std::move(request), Repeat::never);
}

net::Task<LeaderResponse> Client::leader(LeaderRequest request)
{
    return call<LeaderResponse>("election/leader", std::move(request), Repeat::always);
}

net::Task<ResignResponse> Client::resign(ResignRequest request)
{
    return call<ResignResponse>("election/resign", std::move(request), Repeat::always);
}

net::Task<Lines> Client::open_watch(WatchRequest request)
{
    // Servers tell progress every ten minutes; who is silent for longer is gone without a word.
    Exchange waiting = exchange("watch", encode_json(request), Repeat::always);
    waiting.idle_timeout = std::chrono::minutes(11);
    co_return Lines(co_await send(std::move(waiting)));
}

} // namespace dfriends::etcd::v3
