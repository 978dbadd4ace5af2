// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/loop.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>

namespace dfriends::net {

/// Threads for plain functions that block (files, processes, name resolution). Coroutines never run there: the awaiting
/// one is resumed on its own loop.
class Worker {
  public:
    explicit Worker(std::size_t threads);
    /// Waits for the functions that have begun; queued ones are dropped.
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    /// Runs the function on a thread and gives back what it returned or threw. It must own what it uses: an awaiting
    /// task may be destroyed before the function ends.
    template <class Function>
    Task<std::invoke_result_t<Function>> call(Function function)
    {
        using Result = std::invoke_result_t<Function>;
        if constexpr (std::is_void_v<Result>) {
            co_await call_erased(std::function<void()>(std::move(function)));
        } else {
            auto slot = std::make_shared<std::optional<Result>>();
            auto shared = std::make_shared<Function>(std::move(function));
            co_await call_erased([slot, shared] { slot->emplace((*shared)()); });
            co_return std::move(**slot);
        }
    }

  private:
    Task<> call_erased(std::function<void()> function);
    struct Threads;
    std::shared_ptr<Threads> threads_;
};

/// The process-wide worker: 4 threads, for short blocking calls.
Worker& shared_worker();

} // namespace dfriends::net
