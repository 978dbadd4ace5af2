// SPDX-License-Identifier: Apache-2.0
#include "applets/cache/wire.hpp"

#include "base/timestamp.hpp"
#include "json/json.hpp"

namespace dfriends::applets::cache {

std::string encode_stats(const dfriends::cache::Totals& totals,
                         const std::vector<dfriends::cache::MirrorState>& mirrors)
{
    Json list = Json::array();
    for (const auto& mirror : mirrors)
        list.push_back({{"name", mirror.name},
                        {"url", mirror.url},
                        {"well", mirror.is_well()},
                        {"failures", mirror.failures},
                        {"why", mirror.why}});
    return dump_json({{"files", totals.blobs},
                      {"bytes", totals.bytes},
                      {"names", totals.names},
                      {"suites", totals.releases},
                      {"mirrors", list},
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

std::string encode_explanation(const dfriends::cache::Explanation& told)
{
    Json document{{"url", told.key},
                  {"source", dfriends::cache::name_of(told.source)},
                  {"content", dfriends::cache::name_of(told.content)},
                  {"verdict", dfriends::cache::name_of(told.verdict)},
                  {"fetched_from", told.fetched_from}};
    const auto add = [&document](const char* name, const std::string& value) {
        if (!value.empty())
            document[name] = value;
    };
    add("listed_by", told.listed_by);
    add("path", told.path);
    add("digest", told.digest);
    add("sha256", told.sha256);
    if (told.generation != 0)
        document["generation"] = told.generation;
    if (told.size)
        document["size"] = *told.size;
    if (told.adopted != 0)
        document["adopted"] = render_rfc3339(TimePoint(std::chrono::seconds(told.adopted)));
    if (told.valid_until)
        document["valid_until"] = render_rfc3339(*told.valid_until);
    if (told.fresh_until != 0)
        document["fresh_until"] = render_rfc3339(TimePoint(std::chrono::seconds(told.fresh_until)));
    if (told.used)
        document["used"] = render_rfc3339(TimePoint(std::chrono::milliseconds(*told.used)));
    return dump_json(document);
}

std::string encode_warm(const dfriends::cache::WarmReport& report)
{
    Json failures = Json::array();
    for (const auto& [what, why] : report.failures)
        failures.push_back({{"what", what}, {"why", why}});
    return dump_json({{"packages", report.packages},
                      {"bytes", report.bytes},
                      {"present", report.present},
                      {"failures", failures},
                      {"missing", report.missing}});
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
