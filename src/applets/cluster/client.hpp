// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/context.hpp"
#include "cluster/registry.hpp"

#include <string>
#include <vector>

namespace dfriends::applets::cluster {

/// The key-value store's addresses, as the options and the environment say; else the store of this host's machines.
std::vector<std::string> store_endpoints(const Context& context);
/// The same with who we are and whom we trust.
etcd::v3::ClientOptions store_options(const Context& context);

/// What the store knows now.
dfriends::cluster::Snapshot read_cluster(dfriends::cluster::Registry& registry);

/// Rows whose columns are padded with tabs of width 8, as fleetctl's are: awk and cut both read them.
std::string render_tabbed(const std::vector<std::vector<std::string>>& rows);

/// The member of that id, or null.
const dfriends::cluster::Member* find_member(const dfriends::cluster::Snapshot& snapshot, const std::string& id);

/// The machine with that id, beginning of an id, host name or address. Throws Error(not_found) or Error(conflict).
const dfriends::cluster::Member& find_machine(const dfriends::cluster::Snapshot& snapshot, const std::string& word);

} // namespace dfriends::applets::cluster
