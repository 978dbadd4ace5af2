// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <string>
#include <vector>

namespace dfriends::converge {

/// What a file wants said, or says although it is probably not what it means.
struct Message {
    enum class Level { notice, warning };
    Level level = Level::warning;
    std::string text;
    SourcePosition position;
};

/// Adds one. A file that wants more said than anybody would read is heard so far: 100 messages, 4 KiB of each.
void add_message(std::vector<Message>& messages, Message message);

} // namespace dfriends::converge
