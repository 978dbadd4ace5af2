// SPDX-License-Identifier: Apache-2.0
// The Lock and Election services (etcd's v3lock and v3election, over its recipe: who made the oldest key below a name
// holds it, and each waits only for the one before him).
#include "base/scope_exit.hpp"
#include "kv/v3/auth.hpp"
#include "kv/v3/leases.hpp"
#include "kv/v3/operations.hpp"
#include "kv/v3/service.hpp"
#include "net/loop.hpp"

namespace dfriends::kv::v3 {

namespace {

constexpr std::int64_t session_ttl = 60;          // etcd's concurrency.defaultSessionTTL
constexpr std::chrono::seconds lock_patience{10}; ///< how long a client that went away may stand in the queue

/// All keys that begin so.
std::string end_of_prefix(std::string prefix)
{
    while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xff)
        prefix.pop_back();
    if (prefix.empty())
        return std::string(1, '\0');
    prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
    return prefix;
}

/// Waits for the next change of a span.
class Waiter {
  public:
    Waiter(Keyspace& keyspace, Span span)
        : keyspace_(keyspace),
          watcher_{std::move(span), keyspace.revision() + 1, false, [this] { woken_.notify_all(); }}
    {
        keyspace_.history().add(watcher_);
    }
    ~Waiter() { keyspace_.history().remove(watcher_); }
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

    /// Throws Status where the caller is gone, or the server stops.
    net::Task<> wait(Call& call)
    {
        call.on_cancel([this] { woken_.notify_all(); });
        const ScopeExit leave([&call] { call.on_cancel({}); });
        while (!watcher_.is_behind) {
            if (call.is_cancelled())
                throw Status(Code::cancelled, "context canceled");
            if (keyspace_.is_stopped())
                throw Status(Code::unavailable, "etcdserver: server stopped");
            co_await woken_.wait(lock_patience);
        }
    }

  private:
    Keyspace& keyspace_;
    Watcher watcher_;
    net::Event woken_;
};

/// The key below a prefix that was made last before a revision; empty where none was.
std::string find_predecessor(const Keyspace& keyspace, const std::string& prefix, std::int64_t revision)
{
    std::string newest;
    std::int64_t made = 0;
    Span(prefix, end_of_prefix(prefix)).visit(keyspace.records(), [&](const std::string& key, const Record& record) {
        if (record.create_revision < revision && record.create_revision > made) {
            newest = key;
            made = record.create_revision;
        }
    });
    return newest;
}

std::optional<KeyValue> find_leader(const Keyspace& keyspace, const std::string& prefix)
{
    std::optional<KeyValue> leader;
    Span(prefix, end_of_prefix(prefix)).visit(keyspace.records(), [&](const std::string& key, const Record& record) {
        if (!leader || record.create_revision < leader->create_revision)
            leader = make_key_value(key, record);
    });
    return leader;
}

const LeaderKey& required(const std::optional<LeaderKey>& leader)
{
    if (!leader)
        throw Status(Code::unknown, "\"leader\" field must be provided");
    return *leader;
}

} // namespace

/// Deletes a key if it is still the one that was made then.
net::Task<> Service::delete_at(LeaderKey leader)
{
    co_await keyspace_.change([leader](Draft& draft) {
        const Record* const record = draft.find(leader.key);
        if (record != nullptr && record->create_revision == leader.rev)
            draft.remove(leader.key);
    });
}

/// Makes a key of the lease below the prefix, and waits until it is the oldest there. Without a value, one that is
/// there keeps its own.
net::Task<LeaderKey> Service::become_first(std::string prefix, std::int64_t lease, std::optional<std::string> value,
                                           Call& call)
{
    auth_.check_write(call.token, prefix, end_of_prefix(prefix));
    auth_.check_read(call.token, prefix, end_of_prefix(prefix));
    if (lease == 0)
        lease = (co_await leases_.grant(0, session_ttl)).id;
    else
        leases_.keep_alive(lease);
    const auto mine = std::make_shared<LeaderKey>();
    mine->key = prefix + fmt::format("{:x}", lease);
    mine->lease = lease;
    co_await keyspace_.change([this, mine, value](Draft& draft) {
        if (!leases_.is_usable(mine->lease))
            throw Status(Code::not_found, "etcdserver: requested lease not found");
        const Record* const record = draft.find(mine->key);
        mine->rev = record != nullptr ? record->create_revision : draft.next_revision();
        if (record == nullptr || (value && record->value != *value))
            draft.put(mine->key, value.value_or(""), mine->lease);
    });
    std::exception_ptr failure;
    try {
        for (std::string before; !(before = find_predecessor(keyspace_, prefix, mine->rev)).empty();) {
            Waiter waiter(keyspace_, Span(before, {}));
            co_await waiter.wait(call);
        }
    } catch (const Status&) { // a place in the queue that nobody waits for would hold up the others
        failure = std::current_exception();
    }
    if (failure) {
        co_await delete_at(*mine);
        std::rethrow_exception(failure);
    }
    const auto found = keyspace_.records().find(mine->key);
    if (found == keyspace_.records().end() || found->second.create_revision != mine->rev)
        throw Status(Code::unknown, "mutex: session is expired");
    co_return *mine;
}

net::Task<LockResponse> Service::lock(LockRequest request, Call& call)
{
    LeaderKey mine = co_await become_first(request.name + "/", request.lease, std::nullopt, call);
    LockResponse answer;
    answer.header = header();
    answer.key = std::move(mine.key);
    co_return answer;
}

net::Task<UnlockResponse> Service::unlock(UnlockRequest request, Call& call)
{
    DeleteRangeRequest deletion;
    deletion.key = std::move(request.key);
    UnlockResponse answer;
    answer.header = (co_await delete_range(std::move(deletion), call)).header;
    co_return answer;
}

net::Task<CampaignResponse> Service::campaign(CampaignRequest request, Call& call)
{
    CampaignResponse answer;
    answer.leader = co_await become_first(request.name + "/", request.lease, std::string(request.value), call);
    answer.leader->name = request.name;
    answer.header = header();
    co_return answer;
}

net::Task<ProclaimResponse> Service::proclaim(ProclaimRequest request, Call& call)
{
    const LeaderKey leader = required(request.leader);
    auth_.check_write(call.token, leader.key, {});
    co_await keyspace_.change([this, leader, value = std::string(request.value)](Draft& draft) {
        const Record* const record = draft.find(leader.key);
        if (record == nullptr || record->create_revision != leader.rev)
            throw Status(Code::unknown, "election: not leader");
        if (!leases_.is_usable(leader.lease))
            throw Status(Code::not_found, "etcdserver: requested lease not found");
        draft.put(leader.key, value, leader.lease);
    });
    ProclaimResponse answer;
    answer.header = header();
    co_return answer;
}

net::Task<ResignResponse> Service::resign(ResignRequest request, Call& call)
{
    const LeaderKey leader = required(request.leader);
    auth_.check_write(call.token, leader.key, {});
    co_await delete_at(leader);
    ResignResponse answer;
    answer.header = header();
    co_return answer;
}

net::Task<LeaderResponse> Service::leader(LeaderRequest request, Call& call)
{
    const std::string prefix = request.name + "/";
    auth_.check_read(call.token, prefix, end_of_prefix(prefix));
    LeaderResponse answer;
    answer.kv = find_leader(keyspace_, prefix);
    if (!answer.kv)
        throw Status(Code::unknown, "election: no leader");
    answer.header = header();
    co_return answer;
}

net::Task<> Service::observe(LeaderRequest request, Sink<LeaderResponse>& answers, Call& call)
{
    const std::string prefix = request.name + "/";
    auth_.check_read(call.token, prefix, end_of_prefix(prefix));
    std::int64_t told = 0;
    for (;;) {
        Waiter waiter(keyspace_, Span(prefix, end_of_prefix(prefix)));
        LeaderResponse answer;
        answer.kv = find_leader(keyspace_, prefix);
        if (answer.kv && answer.kv->mod_revision != told) {
            told = answer.kv->mod_revision;
            answer.header = header();
            co_await answers.send(answer);
        }
        co_await waiter.wait(call);
    }
}

} // namespace dfriends::kv::v3
