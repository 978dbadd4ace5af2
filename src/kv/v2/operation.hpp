// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/timestamp.hpp"
#include "kv/v2/errors.hpp"
#include "kv/v2/tree.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dfriends::kv::v2 {

enum class Action { set, create, create_in_order, update, compare_and_swap, remove, compare_and_delete, expire };

/// A change that a client (or the clock) asks for.
struct Operation {
    Action action = Action::set;
    std::string path = "/";
    std::string value;
    bool dir = false;
    bool recursive = false;
    bool refresh = false;
    std::optional<TimePoint> expires;
    std::string prev_value;       ///< empty: not compared
    std::uint64_t prev_index = 0; ///< 0: not compared
};

/// What happened, as watchers and the history need it.
struct Event {
    std::uint64_t index = 0;
    std::string path;
    bool removes_dir = false; ///< watchers below the path are told too
    bool is_silent = false;   ///< a refresh: no watcher is told
    std::string body;         ///< JSON, without a line end
};

/// A row that must change on disk.
struct RowChange {
    std::string path;
    std::optional<Node> node; ///< nothing: the path and all below it go
};

/// The effect of an operation on the tree.
struct Effect {
    std::optional<Refusal> refusal; ///< then nothing changed
    Event event;
    bool created = false; ///< the answer is 201
    std::vector<RowChange> rows;
};

/// Checks and carries out an operation; `index` is the one that it gets if it succeeds. The rules are those of etcd 2's
/// store.
Effect apply(Tree& tree, const Operation& operation, std::uint64_t index, TimePoint now);

std::string_view action_name(Action action);

} // namespace dfriends::kv::v2
