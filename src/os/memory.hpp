// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace dfriends::os {

/// Gives back the memory of code that has run: its pages come back from the executable's file when they are needed. For
/// a service that has started, of which most never are.
void release_code() noexcept;

} // namespace dfriends::os
