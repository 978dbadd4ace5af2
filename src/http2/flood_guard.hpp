// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace dfriends::http2 {

/// Counts the frames that cost their sender nothing and us something: resets of streams just opened (CVE-2023-44487),
/// PINGs, SETTINGS, priorities and empty DATA (CVE-2019-9511 to 9518).
class FloodGuard {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;

    /// False where a client has sent too many of them.
    bool take(TimePoint now);
    /// PINGs are fine while answers go out: clients measure their bandwidth with them.
    bool take_ping(TimePoint now) { return ++pings_ <= free_pings || take(now); }
    void sent_answer() { pings_ = 0; }

    static constexpr double burst = 2000;
    static constexpr double per_second = 200;
    static constexpr int free_pings = 16;

  private:
    double left_ = burst;
    TimePoint last_{};
    int pings_ = 0;
};

} // namespace dfriends::http2
