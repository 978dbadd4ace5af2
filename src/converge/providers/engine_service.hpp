// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/host.hpp"
#include "converge/provider.hpp"
#include "converge/resource.hpp"

#include <optional>
#include <string>
#include <vector>

namespace dfriends::converge {

/// The file that says how the machine's service starts the engine: a drop-in of its unit under systemd, else a part of
/// the file that its script reads, of which the rest stays.
struct EngineService {
    std::string path;
    std::string before; ///< empty: there is none
    std::string text;   ///< as it shall be; empty: there is none
    std::vector<Change> changes;

    bool differs() const { return before != text; }
};

/// What the declaration makes of that file. Its environment stays where none is declared. Where `has_hosts`,
/// daemon.json says where the engine listens, which the unit's own command must not say, too; nothing: that is not
/// declared, and stays as it is.
EngineService change_engine_service(const Resource& resource, std::optional<bool> has_hosts, Host& host);

/// Puts the file's text there, or takes the file away where that is empty; systemd is told.
void write_engine_service(const EngineService& service, const std::string& text, Host& host);

} // namespace dfriends::converge
