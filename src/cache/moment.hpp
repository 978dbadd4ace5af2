// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/timestamp.hpp"

#include <cstdint>

namespace dfriends::cache {

/// Since 1970, as the index keeps it.
inline std::int64_t seconds(TimePoint moment)
{
    return std::chrono::duration_cast<std::chrono::seconds>(moment.time_since_epoch()).count();
}

inline std::int64_t milliseconds(TimePoint moment)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(moment.time_since_epoch()).count();
}

} // namespace dfriends::cache
