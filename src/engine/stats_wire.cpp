// SPDX-License-Identifier: Apache-2.0
#include "engine/stats.hpp"
#include "json/json.hpp"

namespace dfriends::engine {

namespace {

/// Version 1 of the control groups names the sum over the whole group "total_…", version 2 has nothing else.
std::int64_t inactive_file_of(const Json& memory_stats)
{
    const Json& stats = member_of(memory_stats, "stats");
    return number_of(stats, "total_inactive_file", number_of(stats, "inactive_file"));
}

void decode_memory(const Json& memory_stats, ContainerStats& stats)
{
    const std::int64_t usage = number_of(memory_stats, "usage");
    const std::int64_t inactive = inactive_file_of(memory_stats);
    stats.memory_usage = inactive < usage ? usage - inactive : usage;
    stats.memory_limit = number_of(memory_stats, "limit");
}

void decode_block_io(const Json& block_stats, ContainerStats& stats)
{
    for (const Json& entry : member_of(block_stats, "io_service_bytes_recursive")) {
        const std::string operation = text_of(entry, "op");
        if (operation.starts_with('R') || operation.starts_with('r'))
            stats.block_read += number_of(entry, "value");
        else if (operation.starts_with('W') || operation.starts_with('w'))
            stats.block_written += number_of(entry, "value");
    }
}

/// Older engines do not say how many CPUs are on line, but list the time of each.
std::int64_t cpus_of(const Json& cpu_stats)
{
    if (const std::int64_t online = number_of(cpu_stats, "online_cpus"); online > 0)
        return online;
    return static_cast<std::int64_t>(member_of(member_of(cpu_stats, "cpu_usage"), "percpu_usage").size());
}

} // namespace

ContainerStats decode_stats(std::string_view document)
{
    const Json object = parse_json(document, "the engine's statistics of a container");
    const Json& cpu = member_of(object, "cpu_stats");
    const Json& cpu_before = member_of(object, "precpu_stats");
    ContainerStats stats;
    stats.id = text_of(object, "id");
    stats.name = text_of(object, "name");
    if (stats.name.starts_with('/'))
        stats.name.erase(0, 1);
    stats.cpu_time = number_of(member_of(cpu, "cpu_usage"), "total_usage");
    stats.cpu_time_before = number_of(member_of(cpu_before, "cpu_usage"), "total_usage");
    stats.system_time = number_of(cpu, "system_cpu_usage");
    stats.system_time_before = number_of(cpu_before, "system_cpu_usage");
    stats.cpus = cpus_of(cpu);
    decode_memory(member_of(object, "memory_stats"), stats);
    for (const Json& network : member_of(object, "networks")) {
        stats.network_received += number_of(network, "rx_bytes");
        stats.network_sent += number_of(network, "tx_bytes");
    }
    decode_block_io(member_of(object, "blkio_stats"), stats);
    stats.processes = number_of(member_of(object, "pids_stats"), "current");
    return stats;
}

} // namespace dfriends::engine
