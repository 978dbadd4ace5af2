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

TEST_CASE("Metrics: a family whose members come and go")
{
    Metrics metrics;
    Metrics::Samples samples{{R"(name="a")", 1}};
    metrics.gauges("failures", "How many", [&] { return samples; });
    CHECK(metrics.render() == "# HELP failures How many\n# TYPE failures gauge\nfailures{name=\"a\"} 1\n");
    samples = {{R"(name="b")", 0}, {R"(name="c")", 2.5}};
    CHECK(metrics.render() ==
          "# HELP failures How many\n# TYPE failures gauge\nfailures{name=\"b\"} 0\nfailures{name=\"c\"} 2.5\n");
}
