// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace dfriends::json {

/// Cuts a stream of bytes into lines (NDJSON): feed it pieces as they arrive. Empty lines are dropped.
class LineSplitter {
  public:
    /// A line longer than `limit` bytes throws Error(invalid).
    explicit LineSplitter(std::size_t limit = 16U << 20U) : limit_(limit) {}

    void feed(std::string_view piece, const std::function<void(std::string_view line)>& on_line);
    /// Hands over what is left without a line end, if anything.
    void finish(const std::function<void(std::string_view line)>& on_line);

  private:
    std::size_t limit_;
    std::string rest_;
};

} // namespace dfriends::json
