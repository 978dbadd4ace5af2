// SPDX-License-Identifier: Apache-2.0
#pragma once

// For the files of this room only.
#include "engine/host.hpp"
#include "http/client.hpp"

namespace dfriends::engine {

/// How to reach an engine; failures come with what the user can do about them.
http::Dial make_dial(const Host& host);

} // namespace dfriends::engine
