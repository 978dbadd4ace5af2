// SPDX-License-Identifier: Apache-2.0
#include "applets/house/wire.hpp"

#include "json/json.hpp"

namespace dfriends::applets::house {

namespace {

Json encode_settings(std::span<const config::Setting> settings)
{
    Json list = Json::array();
    for (const config::Setting& row : settings) {
        Json option{{"name", row.name}, {"help", row.help}, {"takes_value", row.type != config::SettingType::flag}};
        if (row.letter != 0)
            option["letter"] = std::string(1, row.letter);
        if (!row.fallback.empty())
            option["default"] = row.fallback;
        list.push_back(std::move(option));
    }
    return list;
}

Json encode_verb(const Verb& verb)
{
    return {{"name", verb.name},
            {"usage", verb.usage},
            {"synopsis", verb.synopsis},
            {"hidden", (verb.traits & hidden) != 0},
            {"long_running", (verb.traits & long_running) != 0},
            {"options", encode_settings(verb.settings)}};
}

} // namespace

std::string encode_table(std::span<const Applet> applets)
{
    Json list = Json::array();
    for (const Applet& applet : applets) {
        Json verbs = Json::array();
        for (const Verb& verb : applet.verbs)
            verbs.push_back(encode_verb(verb));
        list.push_back({{"name", applet.name}, {"alias", applet.alias}, {"synopsis", applet.synopsis}, {"options", encode_settings(applet.settings)}, {"verbs", std::move(verbs)}});
    }
    return dump_json(list, 2) + "\n";
}

} // namespace dfriends::applets::house
