// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/chef/declaration.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace dfriends::converge::chef {

/// What include_recipe 'docker' brings, by the attributes node['docker'] of the cookbook of 2014 (0.35). Those that it
/// had and that nothing here depends on are passed over; others are told of.
struct DockerCookbook {
    Declaration engine;               ///< a docker_service
    std::optional<Declaration> group; ///< who may use the engine
    std::optional<Value> init_type;   ///< of its containers that name none
    std::vector<Message> messages;
};

/// Whether the name of a recipe is that of the cookbook's own.
bool is_docker_recipe(std::string_view recipe);

/// Whether an address, or each of several, is the listener that an engine has anyway.
bool is_usual_host(const Value& host);

/// `include` has the attributes as a property of that name, if there are any.
DockerCookbook read_docker_cookbook(const Declaration& include);

} // namespace dfriends::converge::chef
