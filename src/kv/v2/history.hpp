// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kv/v2/operation.hpp"
#include "net/loop.hpp"

#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <string>

namespace dfriends::kv::v2 {

/// Of the first change that a user makes: a fresh etcd has used three for itself.
constexpr std::uint64_t first_index = 4;

/// What a watch waits for.
struct Watched {
    std::string path;
    bool recursive = false;

    /// Whether an event concerns it (hidden names below the path do not show, section 1.7 of the v2 documentation's
    /// rules).
    bool sees(const Event& event) const;
};

/// The committed events of the store, newest last, and those who wait for more.
class History {
  public:
    /// Keeps at most this many events and bytes of them, but never fewer than 1000 events.
    explicit History(std::size_t events = 100'000, std::size_t bytes = 32U << 20U)
        : most_events_(events), most_bytes_(bytes)
    {
    }

    /// Adds a committed event and wakes the watches that see it.
    void add(std::shared_ptr<const Event> event);
    /// Forgets all, for a reload.
    void clear();

    /// The first event from `index` on that a watch sees; null where there is none yet.
    std::shared_ptr<const Event> find(const Watched& watched, std::uint64_t index) const;
    /// The index of the oldest event kept; 0 where there is none.
    std::uint64_t oldest() const { return events_.empty() ? 0 : events_.front()->index; }
    /// Events before this index were forgotten; 0 where none was.
    std::uint64_t floor() const { return oldest() <= first_index ? 0 : oldest(); }
    std::uint64_t newest() const { return events_.empty() ? 0 : events_.back()->index; }

    /// Waits until an event comes that `watched` sees, or for `patience`.
    net::Task<> wait(const Watched& watched, std::chrono::milliseconds patience);
    std::size_t watches() const { return waiting_.size(); }
    /// Ends every wait, now and later: the server stops.
    void stop();
    bool is_stopped() const { return stopped_; }

  private:
    struct Waiting {
        const Watched* watched;
        net::Event wake;
    };
    std::deque<std::shared_ptr<const Event>> events_;
    std::size_t bytes_ = 0;
    std::size_t most_events_;
    std::size_t most_bytes_;
    std::list<Waiting> waiting_;
    bool stopped_ = false;
};

} // namespace dfriends::kv::v2
