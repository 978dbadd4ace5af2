// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace dfriends::os {

/// The name and the id of a process of this machine that listens on a TCP port, as "nginx (pid 812)". Empty where there
/// is none, or it is not ours to see.
std::string process_on_port(std::uint16_t port);

} // namespace dfriends::os
