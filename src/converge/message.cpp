// SPDX-License-Identifier: Apache-2.0
#include "converge/message.hpp"

#include <utility>

namespace dfriends::converge {

void add_message(std::vector<Message>& messages, Message message)
{
    constexpr std::size_t most = 100;
    constexpr std::size_t longest = 4096;
    if (messages.size() >= most)
        return;
    if (message.text.size() > longest) {
        message.text.resize(longest);
        message.text += "…";
    }
    messages.push_back(std::move(message));
}

} // namespace dfriends::converge
