// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/task.hpp"

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace dfriends::net {

/// One thread's event loop. What lives on a loop is touched only from its thread; only post() and stop() may be called
/// from elsewhere.
class Loop {
  public:
    Loop();
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    /// The loop whose run() is on this thread's stack; calling it elsewhere is a fault (Error internal).
    static Loop& current();

    /// Starts a task that nobody awaits. An exception that leaves it goes to `on_failure`, and is dropped without one.
    void spawn(Task<> task, std::function<void(std::exception_ptr)> on_failure = {});
    /// Runs a function soon on the loop's thread. Callable from any thread.
    void post(std::function<void()> function);
    /// Runs until stop() or until nothing is left to wait for.
    void run();
    /// Calls a function when the loop ends, before its sockets die: for what outlives a loop but keeps connections of
    /// it.
    void at_end(std::function<void()> function);
    /// Makes run() return soon; unfinished tasks are destroyed with the loop. Callable from any thread.
    void stop();

    struct Inside; ///< for the files of this room
    Inside& inside() { return *inside_; }

  private:
    std::unique_ptr<Inside> inside_;
};

/// Starts a task on the current loop; see Loop::spawn.
void spawn(Task<> task, std::function<void(std::exception_ptr)> on_failure = {});

/// Runs a task to its end on a loop of its own and rethrows what it threw: how a command without a server uses
/// coroutines.
void run(Task<> task);

template <class T>
T run(Task<T> task)
{
    std::optional<T> result;
    run([](Task<T> inner, std::optional<T>& slot) -> Task<> {
        slot.emplace(co_await std::move(inner));
    }(std::move(task), result));
    return std::move(*result);
}

Task<> sleep(std::chrono::milliseconds duration);

/// Lets tasks of one loop wait for something to happen; a notification without a waiter is lost.
class Event {
  public:
    Event();
    ~Event();
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;

    void notify_all();
    /// False where the time ran out first.
    Task<bool> wait(std::optional<std::chrono::milliseconds> timeout = std::nullopt);

  private:
    struct Waiters;
    std::shared_ptr<Waiters> waiters_;
};

/// Calls a function once after a time unless cleared or set again; costs no system call to set. Within 100 ms of exact.
class Deadline {
  public:
    explicit Deadline(std::function<void()> on_expire);
    ~Deadline();
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;

    void expire_after(std::chrono::milliseconds duration);
    void clear();
    bool has_expired() const;

    struct Entry;

  private:
    std::shared_ptr<Entry> entry_;
};

/// Waits for one of the signals and returns its number. They are blocked from their default action from the call on.
Task<int> wait_for_signal(std::vector<int> numbers);

} // namespace dfriends::net
