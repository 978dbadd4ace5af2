// SPDX-License-Identifier: Apache-2.0
#include "etcd/dump/target.hpp"

#include "base/text.hpp"

#include <chrono>

namespace dfriends::etcd::dump {

namespace {

// Of one transaction: etcd takes 128 operations and 1.5 MiB.
constexpr std::size_t most_keys = 100;
constexpr std::size_t most_bytes = 512U << 10U;

void flatten(const V2Node& node, std::map<std::string, V2Node>& into)
{
    for (const V2Node& child : node.nodes) {
        V2Node alone = child;
        alone.nodes.clear();
        into.emplace(child.key, std::move(alone));
        flatten(child, into);
    }
}

std::optional<TimePoint> moment_of(const std::string& expiration)
{
    if (expiration.empty())
        return std::nullopt;
    const auto moment = parse_rfc3339(expiration);
    if (!moment)
        throw Error(ErrorKind::invalid, "'{}' is no moment at which a key may expire", printable(expiration));
    return moment;
}

/// Whether both expire at the same moment; a time to live is told in whole seconds.
bool is_same_moment(const std::string& a, const std::string& b)
{
    const auto first = moment_of(a);
    const auto second = moment_of(b);
    if (!first || !second)
        return first.has_value() == second.has_value();
    return std::chrono::abs(*first - *second) <= std::chrono::seconds(2);
}

} // namespace

Target::Target(V2Client* v2, v3::Client* v3, Mode mode, std::function<TimePoint()> now)
    : v2_(v2), v3_(v3), mode_(mode), now_(std::move(now))
{
}

void Target::count(bool same, const std::string& key)
{
    if (!same && tally_.first_difference.empty())
        tally_.first_difference = key;
    ++(same ? tally_.same : tally_.written);
}

net::Task<> Target::take(Record record)
{
    if (record.v2 && v2_ != nullptr)
        co_await take_v2(std::move(*record.v2));
    if (record.lease && v3_ != nullptr && mode_ == Mode::write)
        co_await take_lease(*record.lease);
    if (!record.v3 || v3_ == nullptr)
        co_return;
    waiting_bytes_ += record.v3->key.size() + record.v3->value.size();
    waiting_.push_back(std::move(*record.v3));
    if (waiting_.size() >= most_keys || waiting_bytes_ >= most_bytes)
        co_await flush();
}

net::Task<Target::Tally> Target::finish()
{
    co_await flush();
    co_return tally_;
}

net::Task<> Target::take_v2(V2Record record)
{
    if (!expired_directory_.empty() && record.key.starts_with(expired_directory_)) {
        ++tally_.expired;
        co_return;
    }
    std::optional<std::uint64_t> ttl;
    if (const auto moment = moment_of(record.expiration)) {
        const auto left = std::chrono::ceil<std::chrono::seconds>(*moment - now_()).count();
        if (left <= 0) {
            ++tally_.expired;
            expired_directory_ = record.dir ? record.key + "/" : "";
            co_return;
        }
        ttl = static_cast<std::uint64_t>(left);
    }
    const std::optional<V2Node> found = co_await find_v2(record.key);
    if (found && found->dir && !record.dir)
        throw Error(ErrorKind::conflict, "'{}' is a directory there, and a key here", printable(record.key));
    const bool same = found && found->dir == record.dir && found->value == record.value &&
                      is_same_moment(found->expiration, record.expiration);
    count(same, record.key);
    if (!same && mode_ == Mode::write)
        co_await write_v2(std::move(record), found && found->dir, ttl);
}

net::Task<> Target::write_v2(V2Record record, bool is_there, std::optional<std::uint64_t> ttl)
{
    V2Answer answer;
    if (record.dir)
        answer =
            co_await v2_->put_directory(record.key, ttl, {.exists = is_there ? std::optional(true) : std::nullopt});
    else
        answer = co_await v2_->put(record.key, record.value, ttl);
    answer.value();
}

net::Task<std::optional<V2Node>> Target::find_v2(std::string key)
{
    if (!there_) {
        const V2Answer answer = co_await v2_->get("/", true, false, true);
        flatten(answer.value().node, there_.emplace());
    }
    if (const auto found = there_->find(key); found != there_->end())
        co_return found->second;
    if (key.find("/_") == key.npos)
        co_return std::nullopt;
    const V2Answer answer = co_await v2_->get(key, false, false, true); // hidden: no listing shows it
    if (answer.refusal)
        co_return std::nullopt;
    co_return answer.event.node;
}

net::Task<> Target::take_lease(LeaseRecord lease)
{
    const v3::LeaseTimeToLiveResponse found = co_await v3_->lease_time_to_live({.id = lease.id});
    if (found.ttl >= 0)
        co_return;
    co_await v3_->lease_grant({.ttl = lease.ttl, .id = lease.id});
}

net::Task<> Target::flush()
{
    if (waiting_.empty())
        co_return;
    v3::TxnRequest look;
    for (const v3::KeyValue& kv : waiting_)
        look.success.push_back({.request_range = v3::RangeRequest{.key = kv.key}});
    const v3::TxnResponse seen = co_await v3_->txn(std::move(look));
    v3::TxnRequest change;
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
        v3::KeyValue& kv = waiting_[i];
        const v3::RangeResponse* found = nullptr;
        if (i < seen.responses.size() && seen.responses[i].response_range)
            found = &*seen.responses[i].response_range;
        const bool same = found != nullptr && !found->kvs.empty() && found->kvs[0].value == kv.value &&
                          found->kvs[0].lease == kv.lease;
        count(same, kv.key);
        if (!same)
            change.success.push_back(
                {.request_put = v3::PutRequest{.key = kv.key, .value = std::move(kv.value), .lease = kv.lease}});
    }
    waiting_.clear();
    waiting_bytes_ = 0;
    if (mode_ == Mode::write && !change.success.empty())
        co_await v3_->txn(std::move(change));
}

} // namespace dfriends::etcd::dump
