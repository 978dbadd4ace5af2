// SPDX-License-Identifier: Apache-2.0
#include "kv/v3/service.hpp"

#include "kv/v3/auth.hpp"
#include "kv/v3/leases.hpp"
#include "kv/v3/operations.hpp"
#include "kv/v3/rows.hpp"
#include "kv/v3/watch.hpp"
#include "net/loop.hpp"
#include "state/store.hpp"

namespace dfriends::kv::v3 {

Service::Service(Keyspace& keyspace, Leases& leases, Auth& auth, Identity identity)
    : keyspace_(keyspace), leases_(leases), auth_(auth), identity_(std::move(identity))
{
    const auto database = keyspace_.store().reader();
    is_out_of_space_ = Rows(*database).number("v3_alarm_no_space", 0) != 0;
}

ResponseHeader Service::header() const
{
    ResponseHeader header;
    header.cluster_id = identity_.cluster_id;
    header.member_id = identity_.id;
    header.revision = keyspace_.revision();
    header.raft_term = identity_.term;
    return header;
}

net::Task<RangeResponse> Service::range(RangeRequest request, Call& call)
{
    check(request);
    auth_.check_read(call.token, request.key, request.range_end);
    const Span span(request.key, request.range_end);
    keyspace_.check_readable(std::max<std::int64_t>(request.revision, 0));
    RangeResponse answer;
    if (request.revision > 0 && request.revision != keyspace_.revision()) {
        const Records past = co_await keyspace_.read_past(span, request.revision);
        answer = select(request, [&](const RecordVisitor& visit) { span.visit(past, visit); });
    } else {
        answer = select(request, [&](const RecordVisitor& visit) { span.visit(keyspace_.records(), visit); });
    }
    answer.header = header();
    co_return answer;
}

template <class Request>
auto Service::change(Request request)
{
    using Answer = decltype(apply(std::declval<const Context&>(), std::declval<Draft&>(), request));
    return [](Service& self, Request asked) -> net::Task<Answer> {
        // Shared, since the commit may outlive who waits for it.
        const auto shared = std::make_shared<const Request>(std::move(asked));
        const auto answer = std::make_shared<Answer>();
        co_await self.keyspace_.change([&self, shared, answer](Draft& draft) {
            *answer = apply(Context{self.keyspace_, self.leases_}, draft, *shared);
        });
        const std::int64_t revision = answer->header->revision;
        answer->header = self.header();
        answer->header->revision = revision;
        co_return std::move(*answer);
    }(*this, std::move(request));
}

net::Task<PutResponse> Service::put(PutRequest request, Call& call)
{
    check(request);
    auth_.check_write(call.token, request.key, {});
    if (request.prev_kv)
        auth_.check_read(call.token, request.key, {});
    co_await check_space();
    co_return co_await change(std::move(request));
}

net::Task<DeleteRangeResponse> Service::delete_range(DeleteRangeRequest request, Call& call)
{
    check(request);
    auth_.check_write(call.token, request.key, request.range_end);
    if (request.prev_kv)
        auth_.check_read(call.token, request.key, request.range_end);
    return change(std::move(request));
}

void Service::check_access(const TxnRequest& request, Call& call)
{
    for (const Compare& compare : request.compare)
        auth_.check_read(call.token, compare.key, compare.range_end);
    for (const auto* const operations : {&request.success, &request.failure})
        for (const RequestOp& operation : *operations) {
            if (const auto& range = operation.request_range)
                auth_.check_read(call.token, range->key, range->range_end);
            if (const auto& put = operation.request_put) {
                auth_.check_write(call.token, put->key, {});
                if (put->prev_kv)
                    auth_.check_read(call.token, put->key, {});
            }
            if (const auto& deletion = operation.request_delete_range) {
                auth_.check_write(call.token, deletion->key, deletion->range_end);
                if (deletion->prev_kv)
                    auth_.check_read(call.token, deletion->key, deletion->range_end);
            }
            if (operation.request_txn)
                check_access(*operation.request_txn, call);
        }
}

namespace {

bool puts_something(const std::vector<RequestOp>& operations)
{
    for (const RequestOp& operation : operations)
        if (operation.request_put || (operation.request_txn && (puts_something(operation.request_txn->success) ||
                                                                puts_something(operation.request_txn->failure))))
            return true;
    return false;
}

} // namespace

net::Task<TxnResponse> Service::txn(TxnRequest request, Call& call)
{
    check(request);
    auth_.check_user(call.token);
    check_access(request, call);
    if (puts_something(request.success) || puts_something(request.failure))
        co_await check_space();
    if (!is_read_only(request))
        co_return co_await change(std::move(request));
    Draft draft(keyspace_.records(), keyspace_.revision());
    TxnResponse answer = apply(Context{keyspace_, leases_}, draft, request);
    answer.header = header();
    co_return answer;
}

net::Task<CompactionResponse> Service::compact(CompactionRequest request, Call& call)
{
    auth_.check_user(call.token);
    co_await keyspace_.compact(request.revision, request.physical);
    CompactionResponse answer;
    answer.header = header();
    co_return answer;
}

namespace {

/// What the reading half of a stream and the sending half have in common; the reading half may outlive the other by the
/// time that it takes to learn of it.
struct WatchHalves {
    WatchStream* stream = nullptr;
};

net::Task<> take_requests(Source<WatchRequest>& requests, std::shared_ptr<WatchHalves> halves, net::Event& ended)
{
    try {
        while (auto request = co_await requests.next()) {
            if (halves->stream == nullptr)
                break;
            halves->stream->take(std::move(*request));
        }
    } catch (...) { // the sending half ends with it
        if (halves->stream != nullptr)
            halves->stream->fail(std::current_exception());
    }
    ended.notify_all();
}

} // namespace

net::Task<> Service::watch(Source<WatchRequest>& requests, Sink<WatchResponse>& answers, Call& call)
{
    const auto halves = std::make_shared<WatchHalves>();
    ResponseHeader common = header();
    common.revision = 0;
    net::Event ended;
    bool has_ended = false;
    std::exception_ptr failure;
    {
        WatchStream stream(keyspace_, auth_, common, answers, call);
        halves->stream = &stream;
        net::spawn([](Source<WatchRequest>& source, std::shared_ptr<WatchHalves> shared, net::Event& event,
                      bool& flag) -> net::Task<> {
            co_await take_requests(source, shared, event);
            flag = true;
            event.notify_all();
        }(requests, halves, ended, has_ended));
        try {
            co_await stream.run();
        } catch (...) { // told when the other half has ended too, which uses what the caller owns
            failure = std::current_exception();
        }
        halves->stream = nullptr;
    }
    requests.stop();
    while (!has_ended)
        co_await ended.wait(std::chrono::seconds(1));
    if (failure)
        std::rethrow_exception(failure);
}

net::Task<LeaseGrantResponse> Service::lease_grant(LeaseGrantRequest request, Call& call)
{
    auth_.check_user(call.token);
    co_await check_space();
    const Leases::Granted granted = co_await leases_.grant(request.id, request.ttl);
    LeaseGrantResponse answer;
    answer.header = header();
    answer.id = granted.id;
    answer.ttl = granted.ttl;
    co_return answer;
}

net::Task<LeaseRevokeResponse> Service::lease_revoke(LeaseRevokeRequest request, Call& call)
{
    auth_.check_user(call.token);
    if (const auto lease = leases_.find(request.id))
        for (const std::string& key : lease->keys)
            auth_.check_write(call.token, key, {});
    co_await leases_.revoke(request.id);
    LeaseRevokeResponse answer;
    answer.header = header();
    co_return answer;
}

net::Task<> Service::lease_keep_alive(Source<LeaseKeepAliveRequest>& requests, Sink<LeaseKeepAliveResponse>& answers,
                                      Call& call)
{
    while (const auto request = co_await requests.next()) {
        auth_.check_user(call.token);
        LeaseKeepAliveResponse answer;
        answer.header = header();
        answer.id = request->id;
        answer.ttl = leases_.keep_alive(request->id).value_or(0);
        co_await answers.send(answer);
    }
}

net::Task<LeaseTimeToLiveResponse> Service::lease_time_to_live(LeaseTimeToLiveRequest request, Call& call)
{
    auth_.check_user(call.token);
    LeaseTimeToLiveResponse answer;
    answer.header = header();
    answer.id = request.id;
    answer.ttl = -1;
    if (const auto lease = leases_.find(request.id)) {
        answer.ttl = lease->remaining;
        answer.granted_ttl = lease->granted;
        if (request.keys)
            for (const std::string& key : lease->keys) {
                auth_.check_read(call.token, key, {});
                answer.keys.emplace_back(key);
            }
    }
    co_return answer;
}

net::Task<LeaseLeasesResponse> Service::lease_leases(LeaseLeasesRequest, Call& call)
{
    auth_.check_user(call.token);
    LeaseLeasesResponse answer;
    answer.header = header();
    for (const std::int64_t id : leases_.list())
        answer.leases.emplace_back().id = id;
    co_return answer;
}

} // namespace dfriends::kv::v3
