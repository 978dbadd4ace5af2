// SPDX-License-Identifier: Apache-2.0
#include "converge/daemon_config.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <array>

namespace dfriends::converge {

namespace {

/// https://docs.docker.com/reference/cli/dockerd/, "Configuration reload behavior".
constexpr auto reloadable = std::to_array<std::string_view>(
    {"allow-nondistributable-artifacts", "authorization-plugins", "debug", "default-runtime", "features",
     "insecure-registries", "labels", "live-restore", "max-concurrent-downloads", "max-concurrent-uploads",
     "max-download-attempts", "registry-mirrors", "runtimes", "shutdown-timeout"});

Json json_of(const Value& value)
{
    if (const auto* list = std::get_if<Value::List>(&value.content)) {
        Json array = Json::array();
        for (const Value& item : *list)
            array.push_back(json_of(item));
        return array;
    }
    if (const auto* map = std::get_if<Value::Map>(&value.content)) {
        Json object = Json::object();
        for (const Member& member : *map)
            object[member.name] = json_of(member.value);
        return object;
    }
    if (const auto* text = std::get_if<std::string>(&value.content))
        return *text;
    if (const auto* number = std::get_if<std::int64_t>(&value.content))
        return *number;
    if (const auto* fraction = std::get_if<double>(&value.content))
        return *fraction;
    if (const auto* flag = std::get_if<bool>(&value.content))
        return *flag;
    return nullptr;
}

std::string shown(const Json& value)
{
    return value.is_null() ? "" : value.is_string() ? value.get<std::string>() : dump_json(value);
}

} // namespace

DaemonConfig change_daemon_config(const Value& declared, std::string_view text, const std::string& file)
{
    DaemonConfig config;
    Json document = text.empty() ? Json::object() : parse_json(text, file);
    if (!document.is_object())
        throw Error(ErrorKind::invalid, "'{}' is no JSON object", file);
    const Json keys = json_of(declared);
    for (const auto& [key, wanted] : keys.items()) {
        const Json found = member_of(document, key);
        if (found == wanted)
            continue;
        config.changes.push_back({"daemon." + key, shown(found), shown(wanted)});
        config.needs_restart |= std::ranges::find(reloadable, key) == reloadable.end();
        if (wanted.is_null())
            document.erase(key);
        else
            document[key] = wanted;
    }
    const Json& hosts = member_of(document, "hosts");
    config.has_hosts = !hosts.empty();
    config.is_open = !flag_of(document, "tlsverify") && std::ranges::any_of(hosts, [](const Json& host) {
        return host.is_string() && host.get<std::string>().starts_with("tcp://");
    });
    config.text = dump_json(document, 2) + "\n";
    return config;
}

} // namespace dfriends::converge
