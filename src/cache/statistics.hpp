// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/answer.hpp"
#include "service/metrics.hpp"

#include <array>

namespace dfriends::cache {

/// The counters of one cache service, as /metrics shows them.
class Statistics {
  public:
    explicit Statistics(service::Metrics& metrics);

    void count(Verdict verdict) { requests_[static_cast<std::size_t>(verdict)]->add(); }
    void sent(std::uint64_t bytes) { sent_->add(bytes); }
    void fetched(std::uint64_t bytes) { fetched_->add(bytes); }
    void refused_content() { refused_->add(); }

    std::uint64_t requests(Verdict verdict) const { return requests_[static_cast<std::size_t>(verdict)]->value(); }
    std::uint64_t sent_bytes() const { return sent_->value(); }
    std::uint64_t fetched_bytes() const { return fetched_->value(); }

  private:
    std::array<service::Counter*, 8> requests_{};
    service::Counter* sent_;
    service::Counter* fetched_;
    service::Counter* refused_;
};

} // namespace dfriends::cache
