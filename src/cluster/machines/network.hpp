// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/machines/local_cluster.hpp"
#include "os/file.hpp"

#include <optional>
#include <string>

namespace dfriends::cluster {

/// The bridge that joins the machines of this host.
inline constexpr const char* bridge_name = "dfriends0";

/// The name of a machine's network namespace, as `ip netns` shows it.
std::string namespace_of(const LocalMachine& machine);

/// Throws where an interface of another's has an address within the range.
void check_network(const LocalCluster& cluster);

/// Makes bridge, namespaces, links, addresses and the rules of the firewall, as far as they are missing.
void make_network(const LocalCluster& cluster);

/// Takes all of it away, whatever is there of it: also that of a cluster which nobody remembers.
void remove_network(const LocalCluster& cluster);

/// In words, where the range lies within a network of the engine's: containers there may have the same addresses.
std::optional<std::string> find_overlap(const Subnet& subnet);

/// Listens at an address of this host.
os::Descriptor listen_here(const std::string& address, unsigned port);

/// Listens inside a machine's namespace. The descriptor works everywhere.
os::Descriptor listen_inside(const LocalMachine& machine, const std::string& address, unsigned port);

} // namespace dfriends::cluster
