// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/node.hpp"
#include "converge/schema.hpp"

#include <cstdint>
#include <string>

namespace dfriends::converge::yaml {

/// A node as the value of an attribute. What a scalar means is said by the attribute's type, so that no text turns into
/// a number or a flag by accident.
Value value_of(const config::Node& node, AttributeType wanted);

/// Refuses a mode without quotes: other tools read it as decimal digits and YAML 1.1 as octal ones.
void check_mode(const config::Node& node);

/// TYPE[NAME], or KIND[NAME] as a section calls its items: container[web] is docker_container[web].
Reference reference_of(const config::Node& node);
/// An address, or a map with resource, action, immediately and before.
Notification notification_of(const config::Node& node);

/// A number of that key, from 0 to `most`.
std::int64_t number_up_to(const config::Node& node, std::int64_t most);

/// How a resource is tried and told of: sensitive, noop, ignore_failure, retries, retry_delay. False for another key.
bool read_manner(Resource& resource, std::string_view key, const config::Node& node);

} // namespace dfriends::converge::yaml
