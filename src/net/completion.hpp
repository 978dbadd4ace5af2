// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/loop.hpp"

#include <exception>
#include <memory>

namespace dfriends::net {

/// The end of work that another thread does, as the coroutine sees it that waits for it.
class Completion {
  public:
    /// Belongs to the current loop.
    Completion();
    /// Callable once, from any thread, also when the waiting task or its loop is gone.
    void finish(std::exception_ptr failure) const;
    /// Returns after finish(), and rethrows the failure where there is one.
    Task<> wait();

  private:
    struct Shared;
    std::shared_ptr<Shared> shared_;
};

} // namespace dfriends::net
