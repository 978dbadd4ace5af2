// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kv/v3/record.hpp"

#include <utility>

namespace dfriends::state {
class Database;
}

namespace dfriends::kv::v3 {

/// Changes that are not yet on disk: a layer over the committed records. Requests are carried out on it one after the
/// other, each one between begin() and keep() or undo(), and see what those before them did.
class Draft {
  public:
    Draft(const Records& committed, std::int64_t revision) : committed_(committed), revision_(revision) {}

    void begin();
    /// Ends a request; where it changed keys, that is a revision.
    void keep();
    /// Takes back what the request did.
    void undo();

    /// The last revision, with the one that the request at hand has begun.
    std::int64_t revision() const { return revision_ + (changes_.empty() ? 0 : 1); }
    /// The revision that a change of the request at hand has.
    std::int64_t next_revision() const { return revision_ + 1; }

    /// Null where there is no such key.
    const Record* find(std::string_view key) const;
    /// Calls `visit(key, record)` for each key that a span means, in order.
    template <class Visit>
    void visit(const Span& span, Visit&& visit) const;

    /// Sets a key; the draft numbers it.
    void put(std::string_view key, std::string value, std::int64_t lease);
    /// The key must be there.
    void remove(std::string_view key);

    /// What is written to disk with the changes of keys, and what is done when all is there.
    void also_write(std::function<void(state::Database&)> write) { writes_.push_back(std::move(write)); }
    void on_commit(std::function<void()> done) { dones_.push_back(std::move(done)); }
    /// What is done where the request at hand is taken back, or could not be written.
    void on_undo(std::function<void()> undo) { undos_.push_back(std::move(undo)); }

    bool is_empty() const { return revisions_.empty() && writes_.empty(); }
    std::vector<Revision>& revisions() { return revisions_; }
    const std::vector<std::function<void(state::Database&)>>& writes() const { return writes_; }
    const std::vector<std::function<void()>>& dones() const { return dones_; }
    const std::vector<std::function<void()>>& undos() const { return undos_; }
    /// Keys of the draft that hang on a lease.
    std::vector<std::string> keys_of_lease(std::int64_t lease) const;

  private:
    using Layer = std::map<std::string, std::optional<Record>, std::less<>>;
    void set(std::string_view key, std::optional<Record> record);

    const Records& committed_;
    std::int64_t revision_;
    Layer layer_; ///< nothing: deleted
    std::vector<Change> changes_;
    std::vector<Revision> revisions_;
    std::vector<std::function<void(state::Database&)>> writes_;
    std::vector<std::function<void()>> dones_, undos_;
    /// How the request at hand found what it changed.
    std::vector<std::pair<std::string, std::optional<std::optional<Record>>>> before_;
    std::size_t writes_before_ = 0, dones_before_ = 0, undos_before_ = 0;
};

template <class Visit>
void Draft::visit(const Span& span, Visit&& visit) const
{
    if (span.is_empty())
        return;
    auto below = committed_.lower_bound(span.low());
    auto above = layer_.lower_bound(span.low());
    const auto has_below = [&] { return below != committed_.end() && span.contains(below->first); };
    const auto has_above = [&] { return above != layer_.end() && span.contains(above->first); };
    while (has_below() || has_above()) {
        if (!has_above() || (has_below() && below->first < above->first)) {
            visit(below->first, below->second);
            ++below;
            continue;
        }
        if (has_below() && below->first == above->first)
            ++below; // the layer hides it
        if (above->second)
            visit(above->first, *above->second);
        ++above;
    }
}

} // namespace dfriends::kv::v3
