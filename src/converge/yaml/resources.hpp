// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/node.hpp"
#include "converge/yaml/declared.hpp"

#include <span>
#include <string_view>

namespace dfriends::converge::yaml {

/// The keys that an item of `resources` may have beside the attributes of its type.
std::span<const std::string_view> common_keys();

/// An item of `resources`, with its expressions evaluated: TYPE: NAME, attributes and what is common to all.
Resource resource_of(const config::Node& node, Declared& declared);

} // namespace dfriends::converge::yaml
