// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kv/v3/record.hpp"
#include "net/task.hpp"

#include <deque>
#include <list>
#include <memory>
#include <unordered_map>

namespace dfriends::kv::v3 {

/// A watch's place in the stream of revisions.
struct Watcher {
    Span span;
    std::int64_t next;          ///< the first revision that it has not seen
    bool is_behind = false;     ///< revisions from `next` on wait for it; else it has seen all up to now
    std::function<void()> wake; ///< called when it falls behind
};

/// The latest committed revisions, and those who wait for more. Whoever falls further behind than it reaches reads on
/// from disk.
class History {
  public:
    explicit History(std::size_t revisions = 16'384, std::size_t bytes = 16U << 20U)
        : most_revisions_(revisions), most_bytes_(bytes)
    {
    }

    /// Adds the next revision and wakes the watchers that it concerns: a few at once, more in slices between which the
    /// loop answers others. Who wakes late sees the later revisions as well. Belongs to one loop.
    void publish(Revision revision);

    /// Null where it is not, or no longer, here.
    const Revision* find(std::int64_t number) const;
    /// The oldest revision that is here; nothing where none is.
    std::optional<std::int64_t> oldest() const;

    /// The watcher must stay where it is until it is removed.
    void add(Watcher& watcher);
    void remove(Watcher& watcher);
    /// Calls the wake of every watcher, whatever it waits for: the server stops.
    void wake_all();
    std::size_t watchers() const { return single_.size() + ranges_.size(); }

  private:
    /// Watchers that are behind and have not been woken yet.
    struct Sleepers {
        std::deque<Watcher*> queue; ///< null: removed meanwhile
        bool are_being_woken = false;
    };

    void tell(Watcher& watcher, std::int64_t number);
    void wake_some();
    static net::Task<> wake_rest(std::shared_ptr<Sleepers> sleepers);

    std::deque<Revision> revisions_;
    std::size_t bytes_ = 0;
    std::size_t most_revisions_;
    std::size_t most_bytes_;
    std::unordered_multimap<std::string, Watcher*> single_; ///< of one key each
    std::list<Watcher*> ranges_;
    std::shared_ptr<Sleepers> sleepers_ = std::make_shared<Sleepers>();
};

} // namespace dfriends::kv::v3
