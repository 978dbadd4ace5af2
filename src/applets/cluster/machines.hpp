// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/context.hpp"
#include "cluster/machines/local_cluster.hpp"
#include "engine/client.hpp"

#include <optional>
#include <string>
#include <vector>

namespace dfriends::applets::cluster {

/// Where the machines of this host are described.
dfriends::cluster::LocalFiles files_of(const Context& context);

/// The engine inside a machine. Throws Error(unavailable) where the machine is down.
engine::Client engine_of(const dfriends::cluster::LocalFiles& files, const dfriends::cluster::LocalMachine& machine);
/// Its engine does.
bool answers(const dfriends::cluster::LocalFiles& files, const dfriends::cluster::LocalMachine& machine);
/// Its agent is known to the cluster.
bool has_joined(const dfriends::cluster::LocalCluster& cluster, const dfriends::cluster::LocalMachine& machine);

/// Runs a command on a machine of this host, by its name, address or id; nothing where it is none of this host's.
std::optional<int> run_in_local_machine(const Context& context, const std::string& name,
                                        const std::vector<std::string>& words);
/// The store of this host's machines; nothing where there are none.
std::optional<std::string> local_store_url(const Context& context);

} // namespace dfriends::applets::cluster
