// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/run_flags.hpp"

namespace dfriends::applets {
class Context;
}

namespace dfriends::applets::docker {

/// Does what a command line of `docker run` asks for: our streams are the container's, and its exit code is returned.
int run_request(Context& context, engine::RunRequest request);

} // namespace dfriends::applets::docker
