// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/puppet/declaration.hpp"

namespace dfriends::converge::puppet {

/// One declaration in the house's words, without its relations. Throws Error(invalid) at the place of what has no
/// translation.
Resource translate_resource(const Declaration& declaration);

/// The container's name of a docker::run: what is no letter, digit, dot, dash or underscore becomes a dash, as in the
/// module.
std::string sanitised(std::string title);

const Attribute* find(const Declaration& declaration, std::string_view name);

} // namespace dfriends::converge::puppet
