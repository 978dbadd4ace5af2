// SPDX-License-Identifier: Apache-2.0
#pragma once

// For the wire files of this room only.
#include "engine/types.hpp"
#include "json/json.hpp"

namespace dfriends::engine {

/// The "Config" object that containers and images share.
void decode_config(const Json& config, ContainerSpec& spec);
Json encode_attachment(const NetworkAttachment& attachment);

} // namespace dfriends::engine
