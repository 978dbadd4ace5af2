// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kv/v3/record.hpp"

namespace dfriends::state {
class Database;
}

namespace dfriends::kv::v3 {

/// The SQL of the v3 keyspace (migration kv3): kv3_log holds every revision since the last compaction, kv3_key what is
/// there now.
class Rows {
  public:
    explicit Rows(state::Database& database) : database_(database) {}

    void add(const Revision& revision);
    void load(Records& records);
    void set_number(std::string_view name, std::int64_t value);
    std::int64_t number(std::string_view name, std::int64_t fallback);
    std::int64_t count_keys();

    /// What a span held at a revision, in order of keys.
    Records read_at(const Span& span, std::int64_t revision);
    /// Whole revisions from `first` on, as many as fit; each change with what it replaced, where that is still there.
    std::vector<Revision> read_log(std::int64_t first, std::size_t most_revisions, std::size_t most_bytes);

    /// Forgets what the revisions in [first, last] replaced, and the deletions among them below `compacted`.
    void sweep(std::int64_t first, std::int64_t last, std::int64_t compacted);

  private:
    state::Database& database_;
};

} // namespace dfriends::kv::v3
