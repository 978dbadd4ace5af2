// SPDX-License-Identifier: Apache-2.0
#include "applets/cache/wire.hpp"

#include "base/timestamp.hpp"
#include "json/json.hpp"

namespace dfriends::applets::cache {

std::string encode_stats(const dfriends::cache::Totals& totals)
{
    return dump_json({{"files", totals.blobs},
                      {"bytes", totals.bytes},
                      {"names", totals.names},
                      {"suites", totals.releases},
                      {"package_tables", totals.packages_tables}});
}

std::string encode_list(const std::vector<dfriends::cache::ListRow>& rows)
{
    Json list = Json::array();
    for (const auto& row : rows)
        list.push_back({{"url", row.name},
                        {"size", row.size},
                        {"verified", row.verified},
                        {"used", render_rfc3339(TimePoint(std::chrono::milliseconds(row.used)))}});
    return dump_json(list);
}

std::string encode_import(const dfriends::cache::ImportReport& report)
{
    Json dropped = Json::array();
    for (const auto& [file, url] : report.dropped)
        dropped.push_back({{"file", file}, {"url", url}});
    return dump_json({{"imported", report.imported},
                      {"bytes", report.bytes},
                      {"present", report.present},
                      {"skipped", report.skipped},
                      {"dropped", dropped}});
}

std::string encode_removed(std::size_t files, std::uint64_t bytes)
{
    return dump_json({{"files", files}, {"bytes", bytes}});
}

std::string encode_verify(const std::vector<VerifyRow>& rows)
{
    Json list = Json::array();
    for (const auto& [finding, urls] : rows)
        list.push_back({{"found", dfriends::cache::name_of(finding.kind)},
                        {"sha256", finding.sha256},
                        {"size", finding.size},
                        {"urls", urls}});
    return dump_json(list);
}

std::string encode_client_config(const std::string& proxy, const std::string& apt, const std::string& dockerfile)
{
    return dump_json({{"proxy", proxy}, {"apt", apt}, {"dockerfile", dockerfile}});
}

} // namespace dfriends::applets::cache
