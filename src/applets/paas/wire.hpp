// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "paas/installation.hpp"

#include <string>

namespace dfriends::applets::paas {

/// The apps with their releases, processes and addresses, as one JSON document.
std::string encode_apps(const dfriends::paas::Apps& apps, const dfriends::paas::Installation& installation);
std::string encode_releases(const std::vector<dfriends::paas::Release>& releases, std::int64_t serving);
std::string encode_config(const dfriends::paas::Config& config);
std::string encode_keys(const std::vector<dfriends::paas::AllowedKey>& keys);

} // namespace dfriends::applets::paas
