// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "os/file.hpp"
#include "os/process.hpp"

namespace dfriends::os {

/// A child that has just begun, and our ends of its pipes.
struct Spawned {
    pid_t id = -1;
    Descriptor input;  ///< open where the command has an input
    Descriptor output; ///< open where outputs are captured
    Descriptor error;
};

/// Forks and executes. A captured child gets a process group of its own, so that a timeout can end its children too.
/// Throws Error(not_found) where the program does not exist, and what execve said otherwise.
Spawned spawn(const Command& command, bool capture);
/// The same with one descriptor as stdin and stdout.
pid_t spawn_on(const Command& command, const Descriptor& stream);

} // namespace dfriends::os
