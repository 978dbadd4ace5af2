// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/machines/local_cluster.hpp"

namespace dfriends::cluster {

/// The first process of a machine, and its parent on the host: namespaces for processes, mounts and names beside the
/// network's; /etc, /run, /opt and /home of its own; an engine, and an agent that joins the cluster. Both are started
/// again when they end. SIGTERM stops the agent (and with it the units), then the engine; SIGKILL is a power failure.
///
/// Returns when the machine has ended. Without the process that started it, it ends at once.
int run_machine(const LocalFiles& files, const LocalMachine& machine);

/// Runs a command inside a machine, with its own status; a shell where there are no words.
int run_inside(pid_t machine, const std::vector<std::string>& words);

} // namespace dfriends::cluster
