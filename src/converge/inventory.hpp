// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/resource.hpp"
#include "engine/types.hpp"

#include <optional>
#include <string>
#include <vector>

namespace dfriends::converge {

/// What an engine gives a container that asks for nothing.
struct EngineHabits {
    std::string host_name; ///< of the machine, which containers in its network have
    std::string runtime = "runc";
    std::string log_driver = "json-file";
    std::string cgroupns = "private";
};

EngineHabits habits_of(const engine::EngineSummary& engine);

/// A resource that declares a container as it is: what its image or the engine gives it anyway is left out, but for
/// what an apply of ours was told. Without the image, because it is gone, all is written down. Applying it takes the
/// container over and changes nothing.
Resource declare_container(const engine::ContainerDetails& container, const std::optional<engine::ImageDetails>& image,
                           const EngineHabits& habits);

/// Nothing for the networks that every engine has. Address ranges that the engine has chosen are its to choose again,
/// unless a container has a fixed address in one.
std::optional<Resource> declare_network(const engine::NetworkDetails& network, bool has_fixed_addresses);

/// Nothing for anonymous volumes: they are a part of their container.
std::optional<Resource> declare_volume(const engine::VolumeDetails& volume);

/// The image of a container by its name; nothing for one that has none.
std::optional<Resource> declare_image(const Resource& container);

/// The containers whose network, namespaces or volumes it shares, and that it is linked to.
std::vector<std::string> containers_used_by(const Resource& container);

/// Whether a value is there that its name, or a URL around it, says to be secret.
bool holds_secrets(const Resource& resource);

} // namespace dfriends::converge
