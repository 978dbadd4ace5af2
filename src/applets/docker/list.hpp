// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/context.hpp"
#include "applets/docker/format.hpp"

#include <string_view>

namespace dfriends::applets::docker {

/// Prints a list as --format says, or with --quiet only the field `id` of each row; a verb whose `id` is empty has no
/// --quiet.
void print_list(Context& context, const List& list, std::string_view id);

/// As docker's tables have a moment: "2026-11-27 05:55:40 +0000 UTC".
std::string render_moment_of(std::int64_t seconds);

} // namespace dfriends::applets::docker
