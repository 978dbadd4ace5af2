// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/resource.hpp"
#include "engine/types.hpp"

#include <optional>

namespace dfriends::converge {

/// Resources that declare a container as it is: what its image gives it anyway is left out. Without the image, because
/// it is gone, all is written down. Applying them takes the container over and changes nothing.
Resource declare_container(const engine::ContainerDetails& container, const std::optional<engine::ImageDetails>& image);

/// Nothing for the networks that every engine has.
std::optional<Resource> declare_network(const engine::NetworkDetails& network);

} // namespace dfriends::converge
