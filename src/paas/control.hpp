// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/task.hpp"
#include "os/file.hpp"

namespace dfriends::paas {

/// Makes a running router look at the database now, and waits until requests go by it. False where none runs.
net::Task<bool> sync_router(os::Path socket);

} // namespace dfriends::paas
