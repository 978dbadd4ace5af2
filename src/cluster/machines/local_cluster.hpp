// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "os/file.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace dfriends::cluster {

/// The addresses of a cluster's machines on one host.
struct Subnet {
    std::string network; ///< "172.17.8.0"
    unsigned length = 24;
    std::string gateway; ///< the host's own address there: "172.17.8.1"

    std::string text() const { return network + "/" + std::to_string(length); }
    /// Of machine 1, 2 …: 172.17.8.101 and so on; from the second address on where the range is smaller than a /25.
    std::string machine_address(std::size_t number) const;
    std::size_t largest_number() const;
    bool contains(std::string_view address) const;
};

/// "172.17.8.0/24". Throws Error(usage) for what is no IPv4 range of a private network between /16 and /28.
Subnet parse_subnet(std::string_view text);

/// A machine on this host: a network namespace with an address, a name and an engine of its own.
struct LocalMachine {
    std::string name; ///< "core-01"
    std::string id;   ///< 32 digits, for as long as the cluster is not taken down
    std::string address;
    std::string metadata; ///< "region=eu,disk=ssd"
};

struct LocalCluster {
    std::string subnet;
    std::vector<LocalMachine> machines;

    const LocalMachine* find(std::string_view name) const;
};

/// The files of a host's own machines, below the state directory.
struct LocalFiles {
    os::Path directory; ///< STATE/cluster

    os::Path description() const { return directory / "machines.json"; }
    os::Path user_data() const { return directory / "user-data"; }
    os::Path store() const { return directory / "kv"; }
    os::Path host_lock() const { return directory / "host.lock"; }
    os::Path host_log() const { return directory / "host.log"; }
    os::Path of(std::string_view machine) const { return directory / "machines" / machine; }
    os::Path pid(std::string_view machine) const { return of(machine) / "pid"; }
    /// A machine with this file is not to run.
    os::Path halted(std::string_view machine) const { return of(machine) / "halted"; }

    /// Nothing where there is no cluster.
    std::optional<LocalCluster> read() const;
    void write(const LocalCluster& cluster) const;
    /// The process that holds the machines; nothing where none does.
    std::optional<pid_t> find_host() const;
    /// The machine's first process, as this host numbers it; nothing where the machine is down.
    std::optional<pid_t> find_machine(std::string_view machine) const;
};

/// Where the store of a host's own machines listens for the host itself.
std::string store_url(const LocalCluster& cluster);

} // namespace dfriends::cluster
