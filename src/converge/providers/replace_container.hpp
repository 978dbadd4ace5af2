// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/provider.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace dfriends::converge {

/// Its container's name, and those that a replacement gives the old and the new one for a while.
std::array<std::string, 3> names_in_engine(const Resource& resource);

/// Creates a container under its name, and starts it where wanted. An image that is missing is pulled first.
void make_container(const Resource& resource, Host& host, bool starts);

/// Puts a new container in an old one's place. The old one is removed last: where the new one cannot be made or does
/// not start, the old one gets its name back and runs as before.
void replace_container(const Resource& resource, const engine::ContainerDetails& old, Host& host, bool starts);

/// The container that an interrupted replacement left under its second name. In a plan it is only looked at; otherwise
/// it gets its name back.
std::optional<engine::ContainerDetails> recover_container(const std::string& name, Scene& scene);

/// The container that a killed run has put aside for a new one that stands in its place already.
std::optional<engine::ContainerDetails> left_behind(const std::string& name, Scene& scene);

/// Stops it first, where it runs.
void remove_if_there(const std::string& name, Docker& docker);

/// Of the containers that a killed run made or put aside, those that are of no use for an action. A new one that did
/// not come to its name is of none; an old one is where there shall be a container.
std::vector<std::string> useless_leftovers(const std::string& name, bool removes, Scene& scene);

/// Does what that run did not come to: starts the new container, and removes the old one, or puts it back where the new
/// one does not start.
void finish_replacement(const Resource& resource, const engine::ContainerDetails& fresh,
                        const engine::ContainerDetails& old, Host& host, bool starts);

} // namespace dfriends::converge
