// SPDX-License-Identifier: Apache-2.0
#include "applets/applet.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

using namespace dfriends;
using namespace dfriends::applets;

TEST_CASE("table: verbs are sorted, unique, and have a synopsis and a function")
{
    for (const Applet& applet : table()) {
        CAPTURE(std::string(applet.name));
        CHECK(std::ranges::is_sorted(applet.verbs, {}, &Verb::name));
        std::set<std::string_view> names;
        for (const Verb& verb : applet.verbs) {
            CAPTURE(std::string(verb.name));
            CHECK(names.insert(verb.name).second);
            CHECK((verb.run != nullptr));
            CHECK(!verb.synopsis.empty());
            CHECK(!verb.synopsis.ends_with('.'));
        }
    }
}

TEST_CASE("table: names and aliases are unique; options do not clash")
{
    std::set<std::string_view> names, aliases;
    for (const Applet& applet : table()) {
        CHECK(names.insert(applet.name).second);
        if (!applet.alias.empty())
            CHECK(aliases.insert(applet.alias).second);
        for (const Verb& verb : applet.verbs) {
            std::set<std::string> spelled;
            for (const auto& settings : {verb.settings, applet.settings})
                for (const config::Setting& row : settings) {
                    CAPTURE(std::string(applet.name) + " " + std::string(verb.name) + " --" + std::string(row.name));
                    CHECK(spelled.insert("--" + std::string(row.name)).second);
                    if (row.letter != 0)
                        CHECK(spelled.insert(std::string("-") + row.letter).second);
                    CHECK(!row.help.empty());
                    CHECK(!row.help.ends_with('.'));
                    CHECK((row.type == config::SettingType::flag) == row.placeholder.empty());
                }
        }
    }
}
