// SPDX-License-Identifier: Apache-2.0
#include "applets/docker/wire.hpp"

#include "base/clock.hpp"
#include "base/duration.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "base/timestamp.hpp"
#include "json/json.hpp"

#include <ctime>
#include <optional>

namespace dfriends::applets::docker {

std::string encode_containers(const std::vector<engine::ContainerSummary>& rows)
{
    Json list = Json::array();
    for (const auto& row : rows)
        list.push_back({{"id", row.id},
                        {"names", row.names},
                        {"image", row.image},
                        {"command", row.command},
                        {"created", row.created},
                        {"state", row.state},
                        {"status", row.status},
                        {"labels", row.labels},
                        {"networks", row.networks}});
    return dump_json(list, 2) + "\n";
}

std::string encode_images(const std::vector<engine::ImageSummary>& rows)
{
    Json list = Json::array();
    for (const auto& row : rows)
        list.push_back({{"id", row.id},
                        {"tags", row.tags},
                        {"digests", row.digests},
                        {"created", row.created},
                        {"size", row.size}});
    return dump_json(list, 2) + "\n";
}

std::string encode_documents(const std::vector<std::string>& documents)
{
    Json list = Json::array();
    for (const std::string& document : documents)
        list.push_back(parse_json(document, "what the engine knows"));
    return dump_json(list, 4) + "\n";
}

namespace {

/// What docker says of itself in `version` and `info`.
Json client_document(const std::string& api_version)
{
    return {{"Version", DFRIENDS_VERSION}, {"ApiVersion", api_version}, {"GitCommit", "dfriends"}, {"Os", "linux"}};
}

} // namespace

std::string version_document(const std::string& api_version, const std::string& server)
{
    return dump_json(
        {{"Client", client_document(api_version)}, {"Server", parse_json(server, "the engine's version")}});
}

std::string info_document(const std::string& api_version, const std::string& server)
{
    Json document = parse_json(server, "what the engine says of itself");
    document["ClientInfo"] = client_document(api_version);
    return dump_json(document);
}

namespace {

/// As the engine reads moments, in all versions.
std::string render_moment(TimePoint moment)
{
    const auto second = std::chrono::floor<std::chrono::seconds>(moment);
    return fmt::format("{}.{:09}", second.time_since_epoch().count(), (moment - second).count());
}

/// A moment of the calendar in local time: a day, and as much of its time as there is. Nothing where it is none.
std::optional<std::time_t> find_local_moment(const std::string& text)
{
    for (const char* format : {"%Y-%m-%d", "%Y-%m-%dT%H", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"}) {
        std::tm local{};
        const char* const end = ::strptime(text.c_str(), format, &local);
        if (end == nullptr || *end != '\0')
            continue;
        local.tm_isdst = -1; // the zone's own rule
        const int day = local.tm_mday;
        const std::time_t second = std::mktime(&local);
        return local.tm_mday == day ? std::optional(second) : std::nullopt; // mktime makes 1 March of 30 February
    }
    return std::nullopt;
}

} // namespace

std::string parse_moment(const std::string& text)
{
    const auto [seconds, decimals] = split_once(text, '.');
    const bool is_count =
        parse_unsigned(seconds) && (decimals.empty() || (decimals.size() <= 9 && parse_unsigned(decimals)));
    if (text.empty() || is_count)
        return text;
    if (const auto moment = parse_rfc3339(text))
        return render_moment(*moment);
    if (const auto second = find_local_moment(text))
        return std::to_string(*second);
    const auto ago = parse_duration(text);
    if (!ago)
        throw Error(ErrorKind::usage,
                    "'{}' is no moment: write seconds since 1970, a date and time such as 2026-11-27T01:00:00, or a "
                    "duration such as 10m",
                    printable(text));
    const auto moment = std::chrono::duration_cast<std::chrono::seconds>(system_now().time_since_epoch() - *ago);
    return std::to_string(moment.count());
}

} // namespace dfriends::applets::docker
