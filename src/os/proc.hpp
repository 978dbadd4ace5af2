// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace dfriends::os {

/// The ids of the processes of this PID namespace, as proc(5) lists them.
std::vector<pid_t> list_processes();

/// A process's file below /proc, such as "stat". Empty where the process is gone, also while it is read, or somebody
/// else's.
std::string read_proc(pid_t process, std::string_view name);

/// The fields of /proc/PID/stat behind the name, which may hold anything: the state first, then the parent's id. None
/// where the process is gone or has ended.
std::vector<std::string> stat_of(pid_t process);

/// The other processes whose environment has an assignment, such as "NAME=value".
std::vector<pid_t> find_marked(std::string_view assignment);

} // namespace dfriends::os
