// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

namespace dfriends::os {

/// Sends a state such as "READY=1" to the socket in NOTIFY_SOCKET, sd_notify(3); nothing happens where there is none.
void notify(std::string_view state) noexcept;

/// The listening sockets that a service manager passed (LISTEN_FDS and LISTEN_PID, sd_listen_fds(3)); the variables are
/// removed.
std::vector<int> take_listen_descriptors();

} // namespace dfriends::os
