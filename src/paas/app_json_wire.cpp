// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "json/json.hpp"
#include "paas/checks.hpp"

#include <algorithm>

namespace dfriends::paas {

namespace {

std::chrono::milliseconds seconds_of(const Json& object, std::string_view member, std::int64_t fallback)
{
    return std::chrono::milliseconds(std::clamp<std::int64_t>(number_of(object, member, fallback), 0, 3600) * 1000);
}

Check decode_health_check(const Json& object, std::size_t number)
{
    if (!object.is_object())
        throw Error(ErrorKind::invalid, "app.json: healthchecks.web wants objects");
    Check check{.name = text_of(object, "name", "check-" + std::to_string(number)),
                .path = text_of(object, "path"),
                .content = text_of(object, "content")};
    if (!check.path.empty() && !check.path.starts_with('/'))
        throw Error(ErrorKind::invalid, "app.json: the path of the check '{}' must begin with '/'", check.name);
    if (object.contains("command"))
        throw Error(ErrorKind::invalid, "app.json: the check '{}' is a command, which is not supported", check.name)
            .hint("a check may have a path and a content");
    check.port = static_cast<std::uint16_t>(std::clamp<std::int64_t>(number_of(object, "port"), 0, 65535));
    check.timeout = seconds_of(object, "timeout", 5);
    check.wait = seconds_of(object, "wait", 5);
    check.initial_delay = seconds_of(object, "initialDelay", 0);
    check.attempts = static_cast<unsigned>(std::clamp<std::int64_t>(number_of(object, "attempts", 3), 1, 1000));
    return check;
}

} // namespace

AppJson parse_app_json(std::string_view text)
{
    const Json value = parse_json(text, "app.json");
    if (!value.is_object())
        throw Error(ErrorKind::invalid, "app.json is no object");
    AppJson found;
    const Json& checks = member_of(member_of(value, "healthchecks"), "web");
    for (std::size_t index = 0; checks.is_array() && index < checks.size(); ++index)
        if (const std::string type = text_of(checks[index], "type", "startup"); type == "startup")
            found.checks.push_back(decode_health_check(checks[index], index + 1));
    const Json& formation = member_of(value, "formation");
    if (formation.is_object())
        for (const auto& [type, wanted] : formation.items())
            if (const std::int64_t quantity = number_of(wanted, "quantity", -1); quantity >= 0 && quantity <= 100)
                found.formation.emplace_back(type, quantity);
    const Json& scripts = member_of(member_of(value, "scripts"), "dokku");
    found.predeploy = text_of(scripts, "predeploy");
    found.postdeploy = text_of(scripts, "postdeploy");
    return found;
}

} // namespace dfriends::paas
