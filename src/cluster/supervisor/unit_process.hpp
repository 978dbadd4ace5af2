// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/service.hpp"
#include "cluster/specifiers.hpp"
#include "os/file.hpp"

#include <string>
#include <sys/types.h>

namespace dfriends::cluster {

/// A process of a unit that has just begun.
struct UnitProcess {
    pid_t id = 0;
    std::string identifier; ///< for the journal
    os::Descriptor output;  ///< the reading end of its stdout and stderr, non-blocking
};

/// What all commands of a unit find in their environment, read anew for each start: Environment=, the files, the
/// user's variables. Throws where a file that must exist does not.
Environment unit_environment(const ExecutionContext& context, const Machine& machine);

/// Forks and executes one command. Throws where the program or the user does not exist; what fails later ends the
/// child with systemd's statuses (200 CHDIR, 203 EXEC, 216 GROUP, 217 USER).
UnitProcess start_unit_process(const UnitCommand& command, const ExecutionContext& context, const Machine& machine,
                               const Environment& environment);

/// Puts the programs of `machine.programs` into /usr/bin for this process and all that it starts, by an overlay in a
/// mount namespace of its own: so that /usr/bin/docker exists inside `sh -c` too. Does nothing where the folder is
/// empty, or without root.
void provide_programs(const Machine& machine);

} // namespace dfriends::cluster
