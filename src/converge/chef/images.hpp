// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/chef/declaration.hpp"
#include "converge/resource.hpp"

#include <string_view>

namespace dfriends::converge::chef {

/// docker_image: what its properties mean depends on the action, and on the cookbook's age.
void translate_image(Resource& resource, const Declaration& from);

/// docker_tag: another name of an image.
void translate_docker_tag(Resource& resource, const Declaration& from);

/// The hash that a JSON text holds. Throws Error(invalid), without a position, where it is no map of plain values.
Value::Map parse_build_arguments(std::string_view text);

} // namespace dfriends::converge::chef
