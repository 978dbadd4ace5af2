// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/yaml/item.hpp"

/// What becomes of the keys that are no attribute by another name; `words` says which is which.
namespace dfriends::converge::yaml::read {

using config::Node;

/// Seen to when the item is finished.
void later(Item& item, const Node& value);

// container_items: Compose's words for services.
void compare(Item& item, const Node& value);
void depends_on(Item& item, const Node& value);
void deploy(Item& item, const Node& value);
void env_file(Item& item, const Node& value);
void extra_hosts(Item& item, const Node& value);
void healthcheck(Item& item, const Node& value);
void logging(Item& item, const Node& value);
void network_mode(Item& item, const Node& value);
void networks(Item& item, const Node& value);
void ports(Item& item, const Node& value);
void recreate(Item& item, const Node& value);
void secrets(Item& item, const Node& value);
void stop_grace_period(Item& item, const Node& value);
void ulimits(Item& item, const Node& value);
void volumes(Item& item, const Node& value);
void finish_container(Item& item);

// engine_items: the engine, and what it has beside containers.
void build(Item& item, const Node& value);
void ipam(Item& item, const Node& value);
void on_change_of_network(Item& item, const Node& value);
void on_change_of_volume(Item& item, const Node& value);
void package_of_engine(Item& item, const Node& value);
void path(Item& item, const Node& value); ///< an archive's
void begin_engine(Item& item);
void begin_registry(Item& item);
void finish_engine(Item& item);
void finish_image(Item& item);
void finish_network(Item& item);
void finish_plugin(Item& item);
void finish_registry(Item& item);
void finish_volume(Item& item);

// host_items: files, packages and commands.
void changed_if(Item& item, const Node& value);
void source(Item& item, const Node& value);
void file_template(Item& item, const Node& value);
void begin_file(Item& item);
void begin_package(Item& item);
void finish_file(Item& item);
void finish_package(Item& item);
void finish_command(Item& item);
void finish_exec(Item& item);
void finish_handler(Item& item);

// What all items may have.
void before(Item& item, const Node& value);
void guard(Item& item, const Node& value);
void not_guard(Item& item, const Node& value);
void notify(Item& item, const Node& value);
void require(Item& item, const Node& value);
void subscribe(Item& item, const Node& value);

} // namespace dfriends::converge::yaml::read
