// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/machines/local_cluster.hpp"

namespace dfriends::cluster {

/// The process that holds this host's machines and their key-value store: all of them end with it. The store listens on
/// 127.0.0.1:2379 and :4001 inside each machine, and on the bridge's address for the host; it is started again when it
/// ends. A machine that has ended stays down until SIGHUP, which makes all run that are not halted, and ends those that
/// are. SIGTERM ends everything in order.
int hold_machines(const LocalFiles& files, const os::Path& state_directory);

} // namespace dfriends::cluster
