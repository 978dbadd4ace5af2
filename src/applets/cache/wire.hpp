// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/import.hpp"
#include "cache/inventory.hpp"
#include "cache/mirror_wire.hpp"
#include "cache/warm.hpp"
#include "cache/why.hpp"

#include <string>
#include <vector>

namespace dfriends::applets::cache {

std::string encode_stats(const dfriends::cache::Totals& totals,
                         const std::vector<dfriends::cache::MirrorState>& mirrors);
std::string encode_list(const std::vector<dfriends::cache::ListRow>& rows);
std::string encode_import(const dfriends::cache::ImportReport& report);
std::string encode_explanation(const dfriends::cache::Explanation& told);
std::string encode_warm(const dfriends::cache::WarmReport& report);
std::string encode_removed(std::size_t files, std::uint64_t bytes);

struct VerifyRow {
    dfriends::cache::Finding finding;
    std::vector<std::string> urls;
};
std::string encode_verify(const std::vector<VerifyRow>& rows);
std::string encode_client_config(const std::string& proxy, const std::string& apt, const std::string& dockerfile);

} // namespace dfriends::applets::cache
