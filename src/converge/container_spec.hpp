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
inline constexpr auto state_label = "dfriends.converge.declared";
inline constexpr auto older_state_label = "dfriends.converge.state"; ///< the attributes as they were written

bool is_own_label(std::string_view name);

/// The attribute container, or the resource's name with each character that Docker does not take as '-'.
std::string container_name(const Resource& resource);

/// What docker run would be told. Throws at the resource: Error(invalid) for values that it does not take, and what
/// reading a file that it names throws.
engine::ContainerSpec container_spec(const Resource& resource);

/// How an attribute is compared, as `compare` says.
enum class CompareMode {
    declared, ///< what is declared now, and what was declared last
    strict,   ///< lists have nothing else either, but for what comes from the image
    ignore,
};
CompareMode compare_mode(const Resource& resource, std::string_view attribute);

/// What is declared of a container, as texts that compare: attribute to value. The order of ports, variables and the
/// like does not count, nor how a size is written.
using DeclaredState = std::map<std::string, std::string>;
DeclaredState declared_state(const Resource& resource);
/// What digest_label says of a state.
std::string digest_of(const DeclaredState& state);
/// That of the run that made a container.
DeclaredState declared_before(const engine::Labels& labels);
std::string render_state(const DeclaredState& state);
DeclaredState parse_state(std::string_view text);

/// Attributes that differ. Values of variables whose names speak of secrets are not shown.
std::vector<Change> compare_states(const DeclaredState& from, const DeclaredState& to);

/// What is declared and is not so in a container, judged by what the engine says of it; its networks are looked at by
/// container_networks. `image_id` is the id that the declared image has now, empty where it is not there; `image` what
/// the container's own image gives, which a strict comparison leaves out.
std::vector<Change> compare_container(const Resource& resource, const engine::ContainerDetails& actual,
                                      const std::string& image_id, const engine::ContainerSpec& image);

} // namespace dfriends::converge
