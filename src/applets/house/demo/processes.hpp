// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "os/file.hpp"

#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace dfriends::applets::house::demo {

/// When a process started, and since which boot that counts: with its number it is that process and no other. Empty
/// where there is none.
std::string birth_of(pid_t process);

/// Those whose environment at their start had that variable with that value; not this one.
std::vector<pid_t> find_marked(std::string_view variable, std::string_view value);

/// Those of a user on this host itself: in a container the same number is somebody else.
std::vector<pid_t> find_owned(uid_t user);

/// Replaces this process by a command that belongs to no terminal and no parent, with its outputs at the end of a log;
/// prints the number that it has. What `dfriends __detached LOG WORD...` does.
int run_detached(const os::Path& log, const std::vector<std::string>& words);

} // namespace dfriends::applets::house::demo
