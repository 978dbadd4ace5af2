// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::kv::v3 {

/// A key at a revision. Version 0: it was deleted then.
struct Record {
    std::int64_t create_revision = 0;
    std::int64_t mod_revision = 0;
    std::int64_t version = 0;
    std::int64_t lease = 0;
    std::string value;
};

using Records = std::map<std::string, Record, std::less<>>;

/// What one key became at a revision, and what it was before.
struct Change {
    std::string key;
    Record record;
    std::optional<Record> previous;
};

/// All that one transaction changed, in the order of its operations.
struct Revision {
    std::int64_t number = 0;
    std::vector<Change> changes;

    /// What it takes in memory, about.
    std::size_t size() const;
};

/// The keys that a request means by `key` and `range_end`: one; all from `key` on where the end is a zero byte; else
/// those in [key, range_end).
class Span {
  public:
    Span(std::string_view key, std::string_view range_end);

    bool contains(std::string_view key) const;
    bool is_single() const { return kind_ == Kind::single; }
    bool is_empty() const { return kind_ == Kind::range && low_ >= high_; }
    const std::string& low() const { return low_; }
    /// The first key behind it; nothing where there is no end.
    std::optional<std::string> high() const;
    bool overlaps(const Span& other) const;

    /// Calls `visit(key, record)` for each of `records` that it means, in order.
    template <class Visit>
    void visit(const Records& records, Visit&& visit) const
    {
        if (is_empty())
            return;
        for (auto at = records.lower_bound(low_); at != records.end() && contains(at->first); ++at)
            visit(at->first, at->second);
    }

  private:
    enum class Kind { single, range, from };
    std::string low_;
    std::string high_;
    Kind kind_;
};

} // namespace dfriends::kv::v3
