// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "kv/v3/draft.hpp"
#include "kv/v3/history.hpp"
#include "net/loop.hpp"

#include <deque>
#include <memory>

namespace dfriends::state {
class Store;
} // namespace dfriends::state

namespace dfriends::kv::v3 {

/// The v3 keyspace: what is there now in memory, every revision since the last compaction in the state database. The
/// changes that wait while a commit runs go into the next one together. Readers see what is on disk, and never wait.
class Keyspace {
  public:
    explicit Keyspace(state::Store& store);
    ~Keyspace();

    /// Reads everything from disk. Called once, before anything else.
    void load();

    /// Carries out a request on the draft of the next commit, and returns when it is on disk. Where `work` throws,
    /// nothing of it happened. Throws Status(unavailable) where it could not be made durable. Whatever it answers may
    /// rest on others' changes of the same commit, so it must be told only after this returned.
    net::Task<> change(std::function<void(Draft&)> work);

    const Records& records() const { return records_; }
    std::int64_t revision() const { return revision_; }
    /// Revisions below it cannot be read any more.
    std::int64_t compacted() const { return compacted_; }

    /// Throws Status(out_of_range) for a revision that was compacted, or is not there yet. 0 means now.
    void check_readable(std::int64_t revision) const;
    /// What a span held at an earlier revision. Reads the disk.
    Records read_at(const Span& span, std::int64_t revision) const;
    /// The same on another thread, for what may be long.
    net::Task<Records> read_past(Span span, std::int64_t revision) const;
    /// Revisions that are no longer in history(); see Rows::read_log.
    net::Task<std::vector<Revision>> read_log(std::int64_t first) const;

    /// Makes `revision` the oldest that can be read. What it frees is removed bit by bit afterwards; `physical` waits
    /// for that.
    net::Task<> compact(std::int64_t revision, bool physical);
    /// Goes on with a removal that a stop interrupted, and compacts by age: what is older than `retention` goes, but
    /// never one of the newest `revisions`. A retention of zero compacts nothing.
    net::Task<> compact_by_age(std::chrono::milliseconds retention, std::int64_t revisions);

    /// Called with each revision once it is on disk, before its watchers are told.
    void on_revision(std::function<void(const Revision&)> tell) { on_revision_ = std::move(tell); }

    void stop();
    bool is_stopped() const { return stopped_; }

    History& history() { return history_; }
    state::Store& store() const { return store_; }

  private:
    struct Waiting;
    net::Task<> commit_waiting();
    net::Task<> commit(std::vector<std::shared_ptr<Waiting>> batch);
    void apply(Revision revision);
    net::Task<> sweep();

    state::Store& store_;
    Records records_;
    History history_;
    std::int64_t revision_ = 1;
    std::int64_t compacted_ = -1; ///< nothing yet
    std::int64_t swept_ = 0;      ///< what compactions up to here freed is gone from disk
    bool sweeping_ = false;
    net::Event swept_event_;
    std::function<void(const Revision&)> on_revision_;
    std::deque<std::shared_ptr<Waiting>> queue_;
    bool committing_ = false;
    net::Event stop_event_;
    bool stopped_ = false;
};

} // namespace dfriends::kv::v3
