// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "kv/v2/history.hpp"
#include "kv/v2/operation.hpp"
#include "net/loop.hpp"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace dfriends::state {
class Database;
class Store;
} // namespace dfriends::state

namespace dfriends::kv::v2 {

/// What a change came to.
struct Outcome {
    std::optional<Refusal> refusal;
    std::shared_ptr<const Event> event; ///< null where it was refused
    bool created = false;
    std::uint64_t index = 0; ///< of the store when the answer was given
};

/// What a read found.
struct Reading {
    std::optional<Refusal> refusal;
    std::string node; ///< JSON
    std::uint64_t index = 0;
};

/// Counts of /v2/stats/store.
struct Statistics {
    std::map<std::string, std::uint64_t, std::less<>> counts;
    void count(std::string_view operation, bool success);
};

/// The v2 keyspace: in memory for reading, in the state database for good. All changes that wait while a commit runs go
/// into the next one together. Nothing is answered, shown to a reader or told to a watch before it is on disk.
class Keyspace {
  public:
    Keyspace(state::Store& store, Clock clock);
    ~Keyspace();

    /// Reads everything from disk. Called once, before anything else.
    void load();

    /// Throws Error(unavailable) where the change could not be made durable; it has not happened then.
    net::Task<Outcome> change(Operation operation);
    /// Throws Error(unavailable) while the disk cannot be read.
    net::Task<Reading> read(std::string path, bool recursive);

    /// Removes what is due, for as long as the server runs.
    net::Task<> expire();
    void stop();

    History& history() { return history_; }
    Statistics& statistics() { return statistics_; }
    std::uint64_t index() const { return committed_; }
    std::uint64_t boots() const { return boots_; }
    std::uint64_t cluster_id() const { return cluster_id_; }
    std::uint64_t member_id() const { return member_id_; }

  private:
    struct Waiting;
    void load_rows();
    Reading read_now(const std::string& path, bool recursive);
    /// Throws Error(unavailable) where too many wait.
    std::shared_ptr<Waiting> enqueue(Operation operation);
    net::Task<bool> expire_due();
    net::Task<> commit_waiting();
    net::Task<> commit(std::vector<std::shared_ptr<Waiting>> batch);
    bool reload();
    void track_expiry(const Effect& effect);
    bool is_in_flight(const std::string& path) const;

    state::Store& store_;
    Clock clock_;
    Tree tree_;
    History history_;
    Statistics statistics_;
    std::uint64_t committed_ = first_index - 1;
    std::uint64_t boots_ = 1;
    std::uint64_t cluster_id_ = 0;
    std::uint64_t member_id_ = 0;
    std::uint64_t forgotten_ = 0; ///< events up to here are gone from disk
    std::set<std::pair<TimePoint, std::string>> expiries_;
    net::Event expiries_changed_;
    std::deque<std::shared_ptr<Waiting>> queue_;
    bool committing_ = false;
    std::vector<std::string> in_flight_; ///< paths that the commit under way changes
    net::Event committed_event_;
    std::size_t readers_waiting_ = 0; ///< for the commit under way
    net::Event reader_done_;
    bool is_stale_ = false; ///< memory could not be read again after a failed commit
    bool stopped_ = false;
};

} // namespace dfriends::kv::v2
