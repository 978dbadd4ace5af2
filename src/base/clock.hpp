// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/timestamp.hpp"

#include <functional>

namespace dfriends {

/// Tells the time; tests pass one that they can set.
using Clock = std::function<TimePoint()>;

inline TimePoint system_now()
{
    return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
}

} // namespace dfriends
