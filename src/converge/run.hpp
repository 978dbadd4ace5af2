// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/journal.hpp"
#include "converge/provider.hpp"
#include "converge/resource.hpp"
#include "converge/result.hpp"

#include <functional>

namespace dfriends::converge {

using OnResult = std::function<void(const Result&)>;

struct RunOptions {
    unsigned parallel = 1; ///< steps at once, where resources do not need each other
    bool deep = false;     ///< see Scene
    bool may_restart_engine = false;
    LastDeclared* last = nullptr;   ///< see Scene
    std::vector<Pending> owed = {}; ///< of a plan: notifications that an apply would find undelivered
};

/// Says what apply() would do. Guards are asked; nothing is changed. `on_result` hears of each resource in its turn.
Report plan(const Catalog& catalog, Host& host, const OnResult& on_result = {}, RunOptions options = {});

/// Brings the host to the declared state. A resource that fails does not end the run: those that require it are
/// skipped. Notifications that a run before this one left undelivered are delivered at its end; see Journal.
Report apply(const Catalog& catalog, Host& host, Journal& journal, const OnResult& on_result = {},
             RunOptions options = {});

} // namespace dfriends::converge
