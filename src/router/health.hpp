// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/task.hpp"
#include "router/route_table.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace dfriends::router {

struct HealthOptions {
    std::chrono::milliseconds interval{1'000};
    std::chrono::milliseconds timeout{1'000};
    std::string path; ///< asked by GET, an answer below 500 is well; empty: a connection is enough
};

/// Asks every backend of the table that is current, each interval, whether it is there, and notes it there. Never
/// returns. `on_change` hears of each that falls ill or is well again.
net::Task<> check_health(std::function<std::shared_ptr<const RouteTable>()> table, HealthOptions options,
                         std::function<void(const Backend&)> on_change);

} // namespace dfriends::router
