// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dfriends::service {

/// Counts what happened; may be raised from any thread.
class Counter {
  public:
    void add(std::uint64_t count = 1) { value_.fetch_add(count, std::memory_order_relaxed); }
    std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::uint64_t> value_{0};
};

/// The metrics of one service, rendered in Prometheus' text format 0.0.4.
class Metrics {
  public:
    /// `labels` as they stand between the braces: R"(result="hit")". The object lives as long as the Metrics do.
    /// Families of one name must be registered one after the other.
    Counter& counter(std::string name, std::string help, std::string labels = {});
    void gauge(std::string name, std::string help, std::function<double()> read, std::string labels = {});
    /// A family whose members come and go: labels and values.
    using Samples = std::vector<std::pair<std::string, double>>;
    void gauges(std::string name, std::string help, std::function<Samples()> read);
    std::string render() const;

  private:
    struct Series {
        std::string name, help, labels, type;
        Counter counter;
        std::function<double()> read;
        std::function<Samples()> read_all;
    };
    std::deque<Series> series_;
};

} // namespace dfriends::service
