// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/task.hpp"

#include <memory>
#include <vector>

namespace dfriends::net {

/// Signals taken from their default action while the object lives: what arrives between two waits is kept, unlike with
/// wait_for_signal(). Belongs to the current loop.
class Signals {
  public:
    explicit Signals(const std::vector<int>& numbers);
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    /// The number of the next one.
    Task<int> next();

  private:
    struct Set;
    std::unique_ptr<Set> set_;
};

} // namespace dfriends::net
