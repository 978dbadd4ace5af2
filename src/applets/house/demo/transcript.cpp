// SPDX-License-Identifier: Apache-2.0
#include "applets/house/demo/transcript.hpp"

#include <utility>

namespace dfriends::applets::house::demo {

void Transcript::say(std::size_t step, std::string_view text)
{
    const std::lock_guard lock(mutex_);
    if (step == speaker_)
        write_(text);
    else
        pending_[step] += text;
}

void Transcript::close(std::size_t step)
{
    const std::lock_guard lock(mutex_);
    closed_[step] = true;
    while (speaker_ < closed_.size() && closed_[speaker_])
        if (++speaker_ < closed_.size())
            write_(std::exchange(pending_[speaker_], {}));
}

void Transcript::hurry(std::size_t step)
{
    const std::lock_guard lock(mutex_);
    if (step != speaker_)
        write_(std::exchange(pending_[step], {}));
}

} // namespace dfriends::applets::house::demo
