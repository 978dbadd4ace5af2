// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/loop.hpp"

#include <utility>

namespace dfriends::net {

/// Lets one task of a loop at a time do something; the others wait.
class Mutex {
  public:
    /// Gives it back when it goes; the mutex must still be there then.
    class Held {
      public:
        explicit Held(Mutex& mutex) : mutex_(&mutex) { mutex.is_held_ = true; }
        Held(Held&& other) noexcept : mutex_(std::exchange(other.mutex_, nullptr)) {}
        Held& operator=(Held&&) = delete;
        ~Held()
        {
            if (mutex_ == nullptr)
                return;
            mutex_->is_held_ = false;
            mutex_->released_.notify_all();
        }

      private:
        Mutex* mutex_;
    };

    Task<Held> take()
    {
        while (is_held_)
            co_await released_.wait();
        co_return Held(*this);
    }

  private:
    bool is_held_ = false;
    Event released_;
};

} // namespace dfriends::net
