// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace dfriends::applets::kv::ctl3 {

/// All of stdin.
std::string read_stdin();

/// Stdin line by line as it is typed.
class StdinLines {
  public:
    /// Without its end; nothing at the end of stdin, also where the last line has no end.
    std::optional<std::string> next();

  private:
    std::string buffer_;
};

} // namespace dfriends::applets::kv::ctl3
