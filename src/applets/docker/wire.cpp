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

namespace {

/// Go's %v of a scalar; anything else as JSON.
std::string plain(const Json& value)
{
    if (value.is_string())
        return value.get<std::string>();
    return value.is_null() ? "<nil>" : dump_json(value);
}

const Json& member_at(const Json& document, std::string_view path)
{
    const Json* at = &document;
    for (const std::string_view name : split(path, '.')) {
        if (name.empty())
            continue;
        if (!at->is_object() || !at->contains(name))
            throw Error(ErrorKind::invalid, "there is no member '{}' in '{}'", printable(name), printable(path));
        at = &at->at(std::string(name));
    }
    return *at;
}

std::string render_action(std::string_view action, const Json& document)
{
    bool as_json = false;
    if (action.starts_with("json ")) {
        as_json = true;
        action = trim(action.substr(5));
    }
    if (!action.starts_with('.'))
        throw Error(ErrorKind::invalid, "the template '{{{{{}}}}}' is beyond what is understood here",
                    printable(action))
            .hint("write {{.Path.To.Member}} or {{json .Path}}");
    const Json& value = member_at(document, action);
    return as_json ? dump_json(value) : plain(value);
}

} // namespace

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

std::string encode_fields(const Fields& fields)
{
    Json object = Json::object();
    for (const auto& [name, value] : fields)
        object[name] = value;
    return dump_json(object);
}

std::string encode_documents(const std::vector<std::string>& documents)
{
    Json list = Json::array();
    for (const std::string& document : documents)
        list.push_back(parse_json(document, "what the engine knows"));
    return dump_json(list, 4) + "\n";
}

std::string render_template(std::string_view format, const std::string& document)
{
    const Json parsed = parse_json(document, "what the engine knows");
    std::string text;
    while (!format.empty()) {
        const std::size_t begin = format.find("{{");
        text += format.substr(0, begin);
        if (begin == format.npos)
            break;
        const std::size_t end = format.find("}}", begin);
        if (end == format.npos)
            throw Error(ErrorKind::invalid, "the template '{}' does not close its braces", printable(format));
        text += render_action(trim(format.substr(begin + 2, end - begin - 2)), parsed);
        format.remove_prefix(end + 2);
    }
    return text;
}

std::string version_document(std::string_view ours, const std::string& server)
{
    return dump_json({{"Client", {{"Version", ours}}}, {"Server", parse_json(server, "the engine's version")}});
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
