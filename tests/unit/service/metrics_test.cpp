// SPDX-License-Identifier: Apache-2.0
#include "service/metrics.hpp"

#include <doctest/doctest.h>

using namespace dfriends::service;

TEST_CASE("Metrics: Prometheus text, one head for a family")
{
    Metrics metrics;
    metrics.counter("d_requests_total", "Requests", R"(result="hit")").add(3);
    metrics.counter("d_requests_total", "Requests", R"(result="miss")").add();
    metrics.gauge("d_size", "Size", [] { return 2.5; });
    CHECK(metrics.render() == "# HELP d_requests_total Requests\n# TYPE d_requests_total counter\n"
                              "d_requests_total{result=\"hit\"} 3\nd_requests_total{result=\"miss\"} 1\n"
                              "# HELP d_size Size\n# TYPE d_size gauge\nd_size 2.5\n");
}
