// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/settings.hpp"
#include "os/file.hpp"

namespace dfriends::applets::cache {

constexpr config::Setting dir_setting{"dir", config::SettingType::text,
                                      "Where content is kept; for root /var/cache/dfriends", "DIR"};

/// What dir_setting says, or its default for this user. Throws Error(usage) where there is none.
os::Path content_directory(const config::Settings& settings);

} // namespace dfriends::applets::cache
