// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/provider.hpp"
#include "converge/resource.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dfriends::converge {

constexpr const char* daemon_config_path = "/etc/docker/daemon.json";

/// What a declaration makes of the engine's daemon.json.
struct DaemonConfig {
    std::string text;            ///< the file as it shall be
    std::vector<Change> changes; ///< one for each key; none where all is as declared
    bool needs_restart = false;  ///< a running engine does not take all of them by a SIGHUP
    bool has_hosts = false;      ///< the file says where the engine listens
    bool is_open = false;        ///< it does so at a TCP port, and asks nobody for a certificate
};

/// Keys that are not declared stay as they are; a declared null takes a key away. `text` is the file as it is, empty
/// where there is none. Throws Error(invalid) with `file` where that is no JSON object.
DaemonConfig change_daemon_config(const Value& declared, std::string_view text, const std::string& file);

} // namespace dfriends::converge
