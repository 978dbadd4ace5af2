// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "engine/stats.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using engine::decode_stats;

TEST_CASE("decode_stats: CPU, network, block devices and processes of an answer")
{
    const auto stats = decode_stats(R"({"id": "abc", "name": "/web",
        "cpu_stats": {"cpu_usage": {"total_usage": 3000}, "system_cpu_usage": 10000, "online_cpus": 2},
        "precpu_stats": {"cpu_usage": {"total_usage": 1000}, "system_cpu_usage": 2000},
        "networks": {"eth0": {"rx_bytes": 1, "tx_bytes": 2}, "eth1": {"rx_bytes": 10, "tx_bytes": 20}},
        "blkio_stats": {"io_service_bytes_recursive": [{"op": "Read", "value": 5}, {"op": "read", "value": 6},
                                                       {"op": "Write", "value": 7}, {"op": "Total", "value": 18},
                                                       {"op": "", "value": 1}]},
        "pids_stats": {"current": 4}})");
    CHECK(stats.id == "abc");
    CHECK(stats.name == "web");
    CHECK(stats.cpu_percent() == doctest::Approx(50));
    CHECK(stats.network_received == 11);
    CHECK(stats.network_sent == 22);
    CHECK(stats.block_read == 11);
    CHECK(stats.block_written == 7);
    CHECK(stats.processes == 4);
}

TEST_CASE("decode_stats: memory without the unused pages of files, by either version of the control groups")
{
    const auto first = decode_stats(R"({"memory_stats": {"usage": 1000, "limit": 4000,
        "stats": {"total_inactive_file": 200, "inactive_file": 50}}})");
    CHECK(first.memory_usage == 800);
    CHECK(first.memory_percent() == doctest::Approx(20));
    CHECK(decode_stats(R"({"memory_stats": {"usage": 1000, "stats": {"inactive_file": 50}}})").memory_usage == 950);
    // More than all is no measure of a part.
    CHECK(decode_stats(R"({"memory_stats": {"usage": 1000, "stats": {"inactive_file": 5000}}})").memory_usage == 1000);
}

TEST_CASE("decode_stats: a container that does not run, an older engine, and what is no answer")
{
    const auto stopped = decode_stats(R"({"name": "/web", "networks": null, "blkio_stats":
        {"io_service_bytes_recursive": null}, "memory_stats": {}, "cpu_stats": {"cpu_usage": {"total_usage": 0}}})");
    CHECK(stopped.cpu_percent() == 0);
    CHECK(stopped.memory_percent() == 0);
    CHECK(stopped.block_read == 0);
    const auto older = decode_stats(R"({"cpu_stats": {"cpu_usage": {"total_usage": 10, "percpu_usage": [4, 6]},
        "system_cpu_usage": 20}, "precpu_stats": {"cpu_usage": {"total_usage": 0}}})");
    CHECK(older.cpu_percent() == doctest::Approx(100));
    CHECK_THROWS_AS(decode_stats("no document"), Error);
}
