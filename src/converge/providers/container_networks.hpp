// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/declared_state.hpp"
#include "converge/host.hpp"

#include <optional>
#include <string>
#include <vector>

namespace dfriends::converge {

/// The networks that a living container is to join and to leave.
struct NetworkMoves {
    std::vector<engine::NetworkAttachment> join; ///< one that it is in with other names or addresses is left first
    std::vector<std::string> leave;
    bool empty() const { return join.empty() && leave.empty(); }
};

/// Of what is declared, and of what was declared last. Networks that somebody else joined it to stay, unless `networks`
/// is compared strictly.
NetworkMoves network_moves(const Resource& resource, const engine::ContainerDetails& actual,
                           const DeclaredState& before);

std::optional<Change> change_of(const NetworkMoves& moves);

void carry_out(const NetworkMoves& moves, const std::string& container, Docker& docker);

/// Whether a row of the engine's list has the declared networks, as far as it says.
bool is_in_its_networks(const Resource& resource, const engine::ContainerSummary& seen);

} // namespace dfriends::converge
