// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

namespace dfriends::service {

/// Several daemons of one process, each on a thread of its own, which begin and end together. A Daemon that runs on
/// such a thread belongs to it by itself. The service manager hears of them as of one: ready when all are.
class Ensemble {
  public:
    explicit Ensemble(std::size_t size) : missing_(size) {}
    /// Stops all and waits for them.
    ~Ensemble();
    Ensemble(const Ensemble&) = delete;
    Ensemble& operator=(const Ensemble&) = delete;

    /// Runs a function that makes and runs one Daemon. When it returns or throws, all are stopped.
    void start(std::function<void()> service);
    /// The same on the calling thread.
    void run(const std::function<void()>& service);
    /// Tells every daemon, also one that has yet to begin, to stop in order. Callable from any thread.
    void stop();
    /// Waits until all have ended, and throws what the first that failed threw.
    void wait();
    /// One more daemon listens.
    void ready();

    /// That of the calling thread; null where it has none.
    static Ensemble* current();
    /// A daemon's way to be told; called at once where the stop has begun.
    class Listener {
      public:
        Listener(Ensemble* ensemble, std::function<void()> on_stop);
        ~Listener();
        Listener(const Listener&) = delete;
        Listener& operator=(const Listener&) = delete;

      private:
        Ensemble* ensemble_;
        std::list<std::function<void()>>::iterator place_;
    };

  private:
    std::mutex mutex_;
    std::size_t missing_; ///< those that do not listen yet
    bool stopping_ = false;
    std::exception_ptr failure_;
    std::list<std::function<void()>> listeners_;
    std::list<std::thread> threads_;
};

} // namespace dfriends::service
