// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/cache_index.hpp"

#include <string>
#include <vector>

namespace dfriends::applets::cache {

std::string encode_stats(const dfriends::cache::Totals& totals);
std::string encode_list(const std::vector<dfriends::cache::ListRow>& rows);
std::string encode_client_config(const std::string& proxy, const std::string& apt, const std::string& dockerfile);

} // namespace dfriends::applets::cache
