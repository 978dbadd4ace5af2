// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace dfriends::applets {
class Context;
}

namespace dfriends::applets::house::demo {

/// `up --demo`: walks through all that dfriends does, on real parts, which stay up.
int show(Context& context);
/// `down --demo`: takes every trace of it away, whatever became of it.
int take_away(Context& context);

} // namespace dfriends::applets::house::demo
