// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/provider.hpp"

namespace dfriends::converge {

/// "0644": four octal digits.
std::string render_mode(mode_t mode);
/// The attribute mode, where it is declared. Throws Error(invalid) for what is no mode.
std::optional<mode_t> declared_mode(const Resource& resource);

/// What is said of owner, group and mode and is not so; `state` is null where the path is still to be made.
std::vector<Change> compare_access(const Resource& resource, const PathState* state);
void apply_access(const Resource& resource, const std::string& path, Host& host);

} // namespace dfriends::converge
