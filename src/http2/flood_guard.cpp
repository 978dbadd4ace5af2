// SPDX-License-Identifier: Apache-2.0
#include "http2/flood_guard.hpp"

#include <algorithm>

namespace dfriends::http2 {

bool FloodGuard::take(TimePoint now)
{
    if (last_ != TimePoint{})
        left_ = std::min(burst, left_ + std::chrono::duration<double>(now - last_).count() * per_second);
    last_ = now;
    left_ -= 1;
    return left_ >= 0;
}

} // namespace dfriends::http2
