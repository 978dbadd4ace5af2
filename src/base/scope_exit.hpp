// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

namespace dfriends {

/// Runs a function when the scope ends, however it ends, unless released.
template <class Function>
class ScopeExit {
  public:
    explicit ScopeExit(Function function) : function_(std::move(function)) {}
    ~ScopeExit()
    {
        if (armed_)
            function_();
    }
    ScopeExit(const ScopeExit&) = delete;
    ScopeExit& operator=(const ScopeExit&) = delete;
    void release() noexcept { armed_ = false; }

  private:
    Function function_;
    bool armed_ = true;
};

} // namespace dfriends
