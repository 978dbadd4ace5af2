// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kv/v2/operation.hpp"
#include "state/sqlite.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace dfriends::kv::v2 {

/// The SQL of the v2 keyspace.
class Rows {
  public:
    explicit Rows(state::Database& database) : database_(database) {}

    void change(const RowChange& change);
    void add_event(const Event& event);
    /// Drops events up to `index`.
    void forget_events(std::uint64_t index);
    void set_number(std::string_view name, std::uint64_t value);
    std::uint64_t number(std::string_view name, std::uint64_t fallback);

    void load(Tree& tree);
    std::vector<Event> load_events();
    /// How many keys there are; directories do not count.
    std::int64_t count_keys();

  private:
    state::Database& database_;
};

} // namespace dfriends::kv::v2
