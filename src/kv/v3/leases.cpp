// SPDX-License-Identifier: Apache-2.0
#include "kv/v3/leases.hpp"

#include "crypto/random.hpp"
#include "etcd/v3/status.hpp"
#include "state/store.hpp"

#include <algorithm>
#include <cstring>

namespace dfriends::kv::v3 {

using etcd::v3::Code;
using etcd::v3::Status;

namespace {

constexpr std::int64_t shortest_ttl = 2; ///< what etcd makes of less, with its usual election time-out
constexpr std::int64_t longest_lease_ttl = 9'000'000'000;

std::int64_t random_lease()
{
    std::int64_t id = 0;
    const std::string bytes = crypto::random_bytes(sizeof id);
    std::memcpy(&id, bytes.data(), sizeof id);
    return id & INT64_MAX;
}

Status lease_not_found()
{
    return {Code::not_found, "etcdserver: requested lease not found"};
}

} // namespace

Leases::Leases(Keyspace& keyspace, Monotonic now) : keyspace_(keyspace), now_(std::move(now))
{
    keyspace_.on_revision([this](const Revision& revision) { attach(revision); });
}

void Leases::load()
{
    const auto database = keyspace_.store().reader();
    auto query = database->prepare("select id, ttl from kv3_lease");
    while (query.next()) {
        Lease& lease = leases_[query.integer(0)];
        lease.ttl = query.integer(1);
        set_deadline(query.integer(0), lease);
    }
    for (const auto& [key, record] : keyspace_.records())
        if (const auto found = leases_.find(record.lease); found != leases_.end())
            found->second.keys.insert(key);
}

void Leases::set_deadline(std::int64_t id, Lease& lease)
{
    deadlines_.erase({lease.deadline, id});
    lease.deadline = now_() + std::chrono::seconds(lease.ttl);
    deadlines_.emplace(lease.deadline, id);
    if (deadlines_.begin()->second == id)
        deadlines_changed_.notify_all();
}

void Leases::attach(const Revision& revision)
{
    const auto keys_of = [this](std::int64_t id) -> std::set<std::string>* {
        const auto found = id == 0 ? leases_.end() : leases_.find(id);
        return found == leases_.end() ? nullptr : &found->second.keys;
    };
    for (const Change& change : revision.changes) {
        if (change.previous)
            if (auto* const keys = keys_of(change.previous->lease))
                keys->erase(change.key);
        if (auto* const keys = keys_of(change.record.lease))
            keys->insert(change.key);
    }
}

net::Task<Leases::Granted> Leases::grant(std::int64_t id, std::int64_t ttl)
{
    if (ttl > longest_lease_ttl)
        throw Status(Code::out_of_range, "etcdserver: too large lease TTL");
    const Granted granted{id != 0 ? id : random_lease(), std::max(ttl, shortest_ttl)};
    co_await keyspace_.change([this, granted](Draft& draft) {
        if (!leases_.try_emplace(granted.id, Lease{granted.ttl, {}, {}, true}).second)
            throw Status(Code::failed_precondition, "etcdserver: lease already exists");
        draft.also_write([granted](state::Database& database) {
            database.prepare("insert into kv3_lease (id, ttl) values (?, ?)").bind(granted.id).bind(granted.ttl).run();
        });
        draft.on_undo([this, id = granted.id] { leases_.erase(id); });
        draft.on_commit([this, id = granted.id] {
            Lease& lease = leases_.at(id);
            lease.is_ending = false;
            set_deadline(id, lease);
        });
    });
    co_return granted;
}

net::Task<> Leases::revoke(std::int64_t id)
{
    co_await keyspace_.change([this, id](Draft& draft) {
        const auto found = leases_.find(id);
        if (found == leases_.end() || found->second.is_ending)
            throw lease_not_found();
        std::set<std::string> keys = found->second.keys;
        for (std::string& key : draft.keys_of_lease(id))
            keys.insert(std::move(key));
        for (const std::string& key : keys)
            if (const Record* const record = draft.find(key); record != nullptr && record->lease == id)
                draft.remove(key);
        found->second.is_ending = true;
        draft.also_write(
            [id](state::Database& database) { database.prepare("delete from kv3_lease where id = ?").bind(id).run(); });
        draft.on_undo([this, id] { leases_.at(id).is_ending = false; });
        draft.on_commit([this, id] {
            deadlines_.erase({leases_.at(id).deadline, id});
            leases_.erase(id);
        });
    });
}

bool Leases::is_usable(std::int64_t id) const
{
    const auto found = leases_.find(id);
    return found != leases_.end() && !found->second.is_ending;
}

std::optional<std::int64_t> Leases::keep_alive(std::int64_t id)
{
    if (!is_usable(id))
        return std::nullopt;
    Lease& lease = leases_.at(id);
    set_deadline(id, lease);
    return lease.ttl;
}

std::optional<Leases::State> Leases::find(std::int64_t id) const
{
    if (!is_usable(id))
        return std::nullopt;
    const Lease& lease = leases_.at(id);
    const auto remaining = std::chrono::duration_cast<std::chrono::seconds>(lease.deadline - now_()).count();
    return State{lease.ttl, std::max<std::int64_t>(remaining, 0), lease.keys};
}

std::vector<std::int64_t> Leases::list() const
{
    std::vector<std::int64_t> ids;
    for (const auto& [deadline, id] : deadlines_)
        ids.push_back(id);
    return ids;
}

net::Task<> Leases::expire()
{
    while (!stopped_) {
        if (deadlines_.empty()) {
            co_await deadlines_changed_.wait();
            continue;
        }
        const auto [deadline, id] = *deadlines_.begin();
        if (const auto left = deadline - now_(); left.count() > 0) {
            co_await deadlines_changed_.wait(std::clamp(std::chrono::ceil<std::chrono::milliseconds>(left),
                                                        std::chrono::milliseconds(1),
                                                        std::chrono::milliseconds(60'000)));
            continue;
        }
        bool failed = false;
        try {
            co_await revoke(id);
        } catch (const Status& status) {
            failed = status.code() != Code::not_found; // somebody else revoked it: it goes with that commit
        }
        if (failed || (!deadlines_.empty() && deadlines_.begin()->second == id)) // a full disk, say: it stays due
            co_await deadlines_changed_.wait(std::chrono::milliseconds(500));
    }
}

void Leases::stop()
{
    stopped_ = true;
    deadlines_changed_.notify_all();
}

} // namespace dfriends::kv::v3
