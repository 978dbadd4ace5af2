// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/resource.hpp"
#include "engine/types.hpp"

#include <string>
#include <string_view>

namespace dfriends::converge {

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

} // namespace dfriends::converge
