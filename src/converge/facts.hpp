// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/resource.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::converge {

/// A way into a network, by its first IPv4 address.
struct NetworkInterface {
    std::string name;
    std::string address;
    std::string netmask; ///< "255.255.255.0"
};

/// What is known of the machine before a run. The front ends give it to their languages as node attributes and facts.
struct Facts {
    std::string hostname; ///< up to the first dot
    std::string fqdn;
    std::string domain;                ///< of the fqdn; may be empty
    std::string ipaddress;             ///< of the way out; 127.0.0.1 where there is none
    std::string os_family;             ///< "debian", "rhel", "alpine", "arch", "suse": in Chef's words, lower case
    std::string distribution;          ///< "debian", "ubuntu": os-release's ID
    std::string distribution_version;  ///< "12", "22.04"
    std::string distribution_codename; ///< "bookworm"
    std::string kernel;                ///< "Linux"
    std::string kernel_release;        ///< "6.1.0-18-amd64"
    std::string architecture;          ///< as the kernel names it: "x86_64"
    std::int64_t processors = 1;
    std::int64_t memory_bytes = 0;
    std::vector<NetworkInterface> interfaces; ///< those that have an IPv4 address
    std::string virtualization = "physical";  ///< else what it runs in, in Puppet's words: "kvm", "docker", "vmware"

    /// A fact by its dotted name in either language's words: "hostname", "platform_family", "os.family",
    /// "os.release.major", "cpu.total", "osfamily". A name above others ("os") is a map of them. Nothing where there is
    /// no such fact.
    std::optional<Value> find(std::string_view name) const;
    /// All facts in Puppet's words alone, as a map: what $facts is there.
    Value puppet() const;
    /// All facts in the native manifest's words, as a map: what `host` is there.
    Value host() const;
    /// Every dotted name that find() knows, sorted.
    std::vector<std::string> names() const;
};

/// What this machine says of itself. Never throws: what cannot be found out stays empty.
Facts gather_facts();

} // namespace dfriends::converge
