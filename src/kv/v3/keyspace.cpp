// SPDX-License-Identifier: Apache-2.0
#include "kv/v3/keyspace.hpp"

#include "base/scope_exit.hpp"
#include "etcd/v3/status.hpp"
#include "kv/v3/rows.hpp"
#include "net/worker.hpp"
#include "state/store.hpp"

#include <algorithm>

namespace dfriends::kv::v3 {

using etcd::v3::Code;
using etcd::v3::Status;

namespace {

constexpr std::size_t v3_largest_batch = 512;
constexpr std::size_t v3_longest_queue = 10'000;
constexpr std::size_t log_revisions = 1000; ///< read at once: etcd's own number for a watch that catches up
constexpr std::size_t log_bytes = 1U << 20U;
constexpr std::int64_t sweep_revisions = 500; ///< at once: a few milliseconds of the writer
constexpr std::chrono::minutes age_check{5};

} // namespace

struct Keyspace::Waiting {
    std::function<void(Draft&)> work;
    std::exception_ptr failure;
    bool done = false;
    net::Event answered;
};

Keyspace::Keyspace(state::Store& store) : store_(store) {}
Keyspace::~Keyspace() = default;

void Keyspace::load()
{
    const auto database = store_.reader();
    Rows rows(*database);
    rows.load(records_);
    revision_ = rows.number("v3_revision", 1);
    compacted_ = rows.number("v3_compacted", -1);
    swept_ = rows.number("v3_swept", 0);
}

net::Task<> Keyspace::change(std::function<void(Draft&)> work)
{
    if (queue_.size() >= v3_longest_queue)
        throw Status(Code::resource_exhausted, "etcdserver: too many requests");
    if (stopped_)
        throw Status(Code::unavailable, "etcdserver: server stopped");
    const auto waiting = std::make_shared<Waiting>();
    waiting->work = std::move(work);
    queue_.push_back(waiting);
    if (!committing_) {
        committing_ = true;
        net::spawn(commit_waiting());
    }
    while (!waiting->done)
        co_await waiting->answered.wait();
    if (waiting->failure)
        std::rethrow_exception(waiting->failure);
}

net::Task<> Keyspace::commit_waiting()
{
    while (!queue_.empty()) {
        std::vector<std::shared_ptr<Waiting>> batch;
        while (!queue_.empty() && batch.size() < v3_largest_batch) {
            batch.push_back(std::move(queue_.front()));
            queue_.pop_front();
        }
        co_await commit(std::move(batch));
    }
    committing_ = false;
}

/// Makes a draft, writes it, and only then shows it and answers.
net::Task<> Keyspace::commit(std::vector<std::shared_ptr<Waiting>> batch)
{
    const auto draft = std::make_shared<Draft>(records_, revision_); // the writer may still read it when this is gone
    for (const auto& waiting : batch) {
        draft->begin();
        try {
            waiting->work(*draft);
            draft->keep();
        } catch (...) { // the requester's own
            draft->undo();
            waiting->failure = std::current_exception();
        }
    }
    std::exception_ptr failure;
    if (!draft->is_empty()) {
        try {
            co_await store_.write([draft](state::Database& database) {
                Rows rows(database);
                for (const Revision& revision : draft->revisions())
                    rows.add(revision);
                if (!draft->revisions().empty())
                    rows.set_number("v3_revision", draft->revisions().back().number);
                for (const auto& write : draft->writes())
                    write(database);
            });
        } catch (const Error& error) {
            failure = std::make_exception_ptr(Status(Code::unavailable, "etcdserver: " + error.message()));
        }
    }
    if (failure) {
        for (auto undo = draft->undos().rbegin(); undo != draft->undos().rend(); ++undo)
            (*undo)();
    } else {
        for (Revision& revision : draft->revisions())
            apply(std::move(revision));
        for (const auto& done : draft->dones())
            done();
    }
    for (const auto& waiting : batch) {
        if (failure)
            waiting->failure = failure;
        waiting->done = true;
        waiting->answered.notify_all();
    }
}

void Keyspace::apply(Revision revision)
{
    for (Change& change : revision.changes) {
        const auto found = records_.find(change.key);
        if (found != records_.end())
            change.previous = std::move(found->second);
        if (change.record.version == 0)
            records_.erase(found);
        else if (found != records_.end())
            found->second = change.record;
        else
            records_.emplace(change.key, change.record);
    }
    revision_ = revision.number;
    if (on_revision_)
        on_revision_(revision);
    history_.publish(std::move(revision));
}

void Keyspace::check_readable(std::int64_t revision) const
{
    if (revision > revision_)
        throw Status(Code::out_of_range, "etcdserver: mvcc: required revision is a future revision");
    if (revision != 0 && revision < compacted_)
        throw Status(Code::out_of_range, "etcdserver: mvcc: required revision has been compacted");
}

Records Keyspace::read_at(const Span& span, std::int64_t revision) const
{
    const auto database = store_.reader();
    return Rows(*database).read_at(span, revision);
}

net::Task<Records> Keyspace::read_past(Span span, std::int64_t revision) const
{
    Records records = co_await net::shared_worker().call([&store = store_, span = std::move(span), revision] {
        const auto database = store.reader();
        return Rows(*database).read_at(span, revision);
    });
    check_readable(revision); // what was read while a compaction ran is not all that was there
    co_return records;
}

net::Task<std::vector<Revision>> Keyspace::read_log(std::int64_t first) const
{
    co_return co_await net::shared_worker().call([&store = store_, first] {
        const auto database = store.reader();
        return Rows(*database).read_log(first, log_revisions, log_bytes);
    });
}

net::Task<> Keyspace::compact(std::int64_t revision, bool physical)
{
    co_await change([this, revision](Draft& draft) {
        if (revision <= compacted_)
            throw Status(Code::out_of_range, "etcdserver: mvcc: required revision has been compacted");
        if (revision > draft.revision())
            throw Status(Code::out_of_range, "etcdserver: mvcc: required revision is a future revision");
        draft.also_write(
            [revision](state::Database& database) { Rows(database).set_number("v3_compacted", revision); });
        draft.on_commit([this, revision] { compacted_ = std::max(compacted_, revision); });
    });
    if (!sweeping_)
        net::spawn(sweep());
    while (physical && swept_ < revision && !stopped_)
        co_await swept_event_.wait();
}

/// Removes what compactions freed, in steps so small that writers do not notice.
net::Task<> Keyspace::sweep()
{
    sweeping_ = true;
    const ScopeExit leave([this] { sweeping_ = false; });
    while (swept_ < compacted_ && !stopped_) {
        const std::int64_t target = compacted_;
        // From the last one on: a deletion just at the old border was kept, and may go now.
        const std::int64_t first = swept_, last = std::min(target, swept_ + sweep_revisions);
        bool failed = false;
        try {
            co_await store_.write([=](state::Database& database) {
                Rows rows(database);
                rows.sweep(first, last, target);
                rows.set_number("v3_swept", last);
            });
        } catch (const Error&) { // a full disk, say
            failed = true;
        }
        if (failed) {
            co_await stop_event_.wait(std::chrono::seconds(10));
            continue;
        }
        swept_ = last;
        swept_event_.notify_all();
    }
}

net::Task<> Keyspace::compact_by_age(std::chrono::milliseconds retention, std::int64_t revisions)
{
    if (swept_ < compacted_ && !sweeping_)
        net::spawn(sweep());
    struct Sample {
        std::chrono::steady_clock::time_point when;
        std::int64_t revision;
    };
    std::deque<Sample> samples;
    while (retention.count() > 0 && !stopped_) {
        const auto now = std::chrono::steady_clock::now();
        if (samples.empty() || samples.back().revision != revision_)
            samples.push_back({now, revision_});
        std::int64_t target = compacted_;
        while (!samples.empty() && samples.front().when + retention <= now) {
            target = std::min(samples.front().revision, revision_ - revisions);
            samples.pop_front();
        }
        try {
            if (target > compacted_)
                co_await compact(target, false);
        } catch (const Status&) { // a full disk: the next time
        }
        co_await stop_event_.wait(std::min<std::chrono::milliseconds>(age_check, retention));
    }
}

void Keyspace::stop()
{
    stopped_ = true;
    stop_event_.notify_all();
    swept_event_.notify_all();
    history_.wake_all();
}

} // namespace dfriends::kv::v3
