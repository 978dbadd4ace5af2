// SPDX-License-Identifier: Apache-2.0
#include "paas/apps_wire.hpp"

#include "json/json.hpp"

namespace dfriends::paas {

std::string encode_texts(const std::map<std::string, std::string>& texts)
{
    return dump_json(Json(texts));
}

std::map<std::string, std::string> decode_texts(std::string_view json)
{
    std::map<std::string, std::string> texts;
    const Json value = parse_json(json, "a release");
    if (value.is_object())
        for (const auto& [key, text] : value.items())
            if (text.is_string())
                texts.emplace(key, text.get<std::string>());
    return texts;
}

std::string encode_checks(const Checks& checks)
{
    Json array = Json::array();
    for (const Check& check : checks)
        array.push_back({{"name", check.name},
                         {"path", check.path},
                         {"content", check.content},
                         {"host", check.host},
                         {"port", check.port},
                         {"timeout", check.timeout.count()},
                         {"wait", check.wait.count()},
                         {"initial_delay", check.initial_delay.count()},
                         {"attempts", check.attempts}});
    return dump_json(array);
}

Checks decode_checks(std::string_view json)
{
    Checks checks;
    for (const Json& value : parse_json(json, "a release")) {
        Check check{.name = text_of(value, "name"),
                    .path = text_of(value, "path"),
                    .content = text_of(value, "content"),
                    .host = text_of(value, "host")};
        check.port = static_cast<std::uint16_t>(number_of(value, "port"));
        check.timeout = std::chrono::milliseconds(number_of(value, "timeout"));
        check.wait = std::chrono::milliseconds(number_of(value, "wait"));
        check.initial_delay = std::chrono::milliseconds(number_of(value, "initial_delay"));
        check.attempts = static_cast<unsigned>(number_of(value, "attempts", 1));
        checks.push_back(std::move(check));
    }
    return checks;
}

} // namespace dfriends::paas
