// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::cluster {

/// What a config.rb of coreos-vagrant says of the machines. Ruby is not run: only assignments of literals are read.
struct ConfigRb {
    std::int64_t instances = 1;                           ///< $num_instances
    std::string prefix = "core";                          ///< $instance_name_prefix
    std::int64_t docker_tcp = 0;                          ///< $expose_docker_tcp: a port of the host, 0 for none
    std::map<std::int64_t, std::int64_t> forwarded_ports; ///< $forwarded_ports: of the machine to of the host
    std::string discovery_url;                            ///< $new_discovery_url

    struct Warning {
        SourcePosition position;
        std::string text;
    };
    /// Lines that are not understood, and settings that mean nothing here.
    std::vector<Warning> warnings;
};

/// Looks a variable up, as getenv does.
using VariableLookup = std::function<const char*(const char*)>;

/// Throws Error(invalid) at the place of a broken literal or of a value that cannot be. The sample's
/// `if File.exists?('user-data') … end` block is left out: the discovery token is made by us.
ConfigRb parse_config_rb(std::string_view text, const std::string& file, const VariableLookup& environment = {});

} // namespace dfriends::cluster
