// SPDX-License-Identifier: Apache-2.0
#include "engine/stats.hpp"

namespace dfriends::engine {

double ContainerStats::cpu_percent() const
{
    const double ours = static_cast<double>(cpu_time) - static_cast<double>(cpu_time_before);
    const double all = static_cast<double>(system_time) - static_cast<double>(system_time_before);
    return ours > 0 && all > 0 ? ours / all * static_cast<double>(cpus) * 100 : 0;
}

double ContainerStats::memory_percent() const
{
    return memory_limit > 0 ? static_cast<double>(memory_usage) / static_cast<double>(memory_limit) * 100 : 0;
}

} // namespace dfriends::engine
