// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>
#include <vector>

namespace dfriends::cluster {

/// All processes below one: children, their children, and so on. Where that one is a subreaper
/// (PR_SET_CHILD_SUBREAPER), none of what it ever started can leave.
std::vector<pid_t> find_descendants(pid_t of);

} // namespace dfriends::cluster
