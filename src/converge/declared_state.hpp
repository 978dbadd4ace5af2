// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/provider.hpp"
#include "engine/types.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::converge {

/// Labels of what we made: the digest of the declared state, and that state itself, so that the next run can say what
/// differs.
inline constexpr auto digest_label = "dfriends.converge";
inline constexpr auto state_label = "dfriends.converge.declared";
inline constexpr auto older_state_label = "dfriends.converge.state"; ///< the attributes as they were written
inline constexpr auto name_label = "dfriends.converge.name"; ///< of the manifest, where it has one: --prune keeps to it

bool is_own_label(std::string_view name);

/// Whether the name of a variable speaks of a secret: DB_PASSWORD, API_TOKEN.
bool is_secret_name(std::string_view name);

/// What is declared of a container, as texts that compare: attribute to value, several values on lines of their own.
/// The order of ports, variables and the like does not count, nor how a size is written. Labels and plans outlive a
/// declaration: of secrets they have an HMAC with a key of this host's, of a sensitive resource nothing else.
using DeclaredState = std::map<std::string, std::string>;
DeclaredState declared_state(const Resource& resource, std::string_view key);
/// The same for who has its spec already.
DeclaredState declared_state(const Resource& resource, const engine::ContainerSpec& spec, std::string_view key);
/// Whether a value, or a line's, is kept as a digest: nothing but another digest under the same key can be equal to it.
bool is_sealed(std::string_view value);
/// What digest_label says of a state.
std::string digest_of(const DeclaredState& state);
/// That of the run that made a container.
DeclaredState declared_before(const engine::Labels& labels);
/// The lines of an attribute's value; none where it is not there.
std::vector<std::string> values_in(const DeclaredState& state, std::string_view attribute);
std::string render_state(const DeclaredState& state);
DeclaredState parse_state(std::string_view text);

/// A value as people are told of it: "A=1, DB_PASSWORD=(hidden)".
std::string shown_value(std::string_view attribute, const std::string& value);
/// Attributes that differ. Values of variables whose names speak of secrets are not shown.
std::vector<Change> compare_states(const DeclaredState& from, const DeclaredState& to);

} // namespace dfriends::converge
