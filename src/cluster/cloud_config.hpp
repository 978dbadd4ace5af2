// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::cluster {

/// The addresses that a cloud-config may name: "public_ipv4" and so on, without the '$'.
using Substitutions = std::map<std::string, std::string, std::less<>>;

/// Puts addresses where $public_ipv4, $private_ipv4, $public_ipv6 and $private_ipv6 stand, also one right behind
/// another. "\$public_ipv4" loses its backslash and stays; other names stay; an address that is not known is empty.
std::string substitute(std::string_view text, const Substitutions& addresses);

/// A user-data file in the form of coreos-cloudinit, as far as a machine of ours can honour it.
struct CloudConfig {
    struct File {
        std::string path;
        std::string content; ///< decoded
        std::string owner;   ///< "user:group", or empty
        unsigned mode = 0644;
    };
    struct DropIn {
        std::string name;
        std::string content;
    };
    struct Unit {
        std::string name;
        std::string content; ///< empty: a unit of the machine's own
        std::string command; ///< start, stop, restart, …, or empty
        bool enable = false;
        bool mask = false;
        bool runtime = false;
        std::vector<DropIn> drop_ins;
    };

    std::string hostname;
    std::vector<std::string> ssh_authorized_keys;
    std::vector<File> files;
    std::vector<Unit> units;
    std::map<std::string, std::string, std::less<>>
        etcd; ///< of coreos.etcd or coreos.etcd2: key to value, '_' between words
    std::map<std::string, std::string, std::less<>> fleet; ///< of coreos.fleet

    /// One line of the report of coreos-cloudinit's --validate: "line 3: warning: unrecognized key "x"".
    struct Finding {
        enum class Kind { error, warning, info };
        unsigned line = 0;
        Kind kind = Kind::warning;
        std::string text;
    };
    std::vector<Finding> findings;

    /// The discovery URL of etcd; nothing where there is none.
    std::optional<std::string> discovery() const;
    /// The machine's address as fleet shows it; nothing where it is not said.
    std::optional<std::string> public_ip() const;
    /// fleet's metadata, "region=us,disk=ssd" taken apart.
    std::map<std::string, std::string, std::less<>> metadata() const;
};

/// Reads user-data after substitution. Throws Error(invalid) with file:line:column for what is no cloud-config, and for
/// YAML that is broken; what is only unknown or odd is a finding. A script ("#!…") is Error(invalid) too: nothing would
/// run it here.
CloudConfig parse_cloud_config(std::string_view text, const std::string& file, const Substitutions& addresses);

std::string render_finding(const CloudConfig::Finding& finding);

} // namespace dfriends::cluster
