// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::applets::house::demo {

/// What steps say that go on beside each other, in the order of the steps: the first that has not ended speaks at
/// once, the others when their turn comes.
class Transcript {
  public:
    Transcript(std::size_t steps, std::function<void(std::string_view)> write)
        : pending_(steps), closed_(steps), write_(std::move(write))
    {
    }

    void say(std::size_t step, std::string_view text);
    /// The step has ended.
    void close(std::size_t step);
    /// Lets one that has failed speak before its turn.
    void hurry(std::size_t step);

  private:
    std::mutex mutex_;
    std::vector<std::string> pending_;
    std::vector<bool> closed_;
    std::size_t speaker_ = 0;
    std::function<void(std::string_view)> write_;
};

} // namespace dfriends::applets::house::demo
