// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace dfriends::engine {

/// What a container uses at one moment. Bytes and times are counted since its start; all is zero where it does not run.
struct ContainerStats {
    std::string id;
    std::string name;                 ///< without the leading '/'
    std::int64_t cpu_time = 0;        ///< nanoseconds of its processes
    std::int64_t cpu_time_before = 0; ///< the same a second ago
    std::int64_t system_time = 0;     ///< nanoseconds of the whole host, all CPUs together
    std::int64_t system_time_before = 0;
    std::int64_t cpus = 0;         ///< that are on line
    std::int64_t memory_usage = 0; ///< less what the kernel would drop at once: unused pages of files
    std::int64_t memory_limit = 0;
    std::int64_t network_received = 0;
    std::int64_t network_sent = 0;
    std::int64_t block_read = 0;
    std::int64_t block_written = 0;
    std::int64_t processes = 0;

    /// Of one CPU: two that are busy are 200.
    double cpu_percent() const;
    /// Of its limit.
    double memory_percent() const;
};
using OnStats = std::function<void(const ContainerStats&)>;

/// One answer of the engine about a container's use. Throws Error(invalid).
ContainerStats decode_stats(std::string_view document);

} // namespace dfriends::engine
