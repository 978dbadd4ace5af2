// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/provider.hpp"
#include "engine/types.hpp"

#include <map>
#include <string>
#include <vector>

namespace dfriends::converge {

/// Labels of what we made: the digest of the declared state, and that state itself, so that the next run can say what
/// differs.
inline constexpr auto digest_label = "dfriends.converge";
inline constexpr auto state_label = "dfriends.converge.state";

/// The attribute container, or the resource's name with each character that Docker does not take as '-'.
std::string container_name(const Resource& resource);

/// What docker run would be told. Throws at the resource: Error(invalid) for values that it does not take, and what
/// reading a file that it names throws.
engine::ContainerSpec container_spec(const Resource& resource);

/// What is declared of a container, as texts that compare: attribute to value. The order of ports, variables and the
/// like does not count.
using DeclaredState = std::map<std::string, std::string>;
DeclaredState declared_state(const Resource& resource);
std::string render_state(const DeclaredState& state);
DeclaredState parse_state(std::string_view text);

/// Attributes that differ. Values of variables whose names speak of secrets are not shown.
std::vector<Change> compare_states(const DeclaredState& from, const DeclaredState& to);

/// What is declared and is not so in a container, judged by what the engine says of it. `image_id` is the id that the
/// declared image has now; empty where it is not there.
std::vector<Change> compare_container(const Resource& resource, const engine::ContainerDetails& actual,
                                      const std::string& image_id);

} // namespace dfriends::converge
