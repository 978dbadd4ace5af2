// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace dfriends::os {

/// Keeps a static glibc from loading name-service modules of another glibc: only what is built in is used. First line
/// of main.
void use_built_in_name_services() noexcept;

} // namespace dfriends::os
