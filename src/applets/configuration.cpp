// SPDX-License-Identifier: Apache-2.0
#include "applets/configuration.hpp"

#include "config/yaml.hpp"

#include <algorithm>

namespace dfriends::applets {

namespace {

bool is_service(const Verb& verb)
{
    return (verb.traits & long_running) != 0;
}

std::vector<std::string> keys_of(const Applet& applet, const Verb& verb)
{
    std::vector<std::string> keys;
    for (const config::Setting& row : rows_of(applet, verb))
        keys.emplace_back(row.name);
    return keys;
}

/// Checks names and, by making the settings, the values.
void check_values(const Applet& applet, const Verb& verb, const config::Node& section)
{
    config::Settings::Sources sources;
    sources.file = &section;
    sources.environment = [](const char*) -> const char* { return nullptr; };
    const config::Settings checked(rows_of(applet, verb), sources);
}

void check_section(const Applet& applet, const config::Node& section)
{
    std::vector<std::string> keys;
    for (const Verb& verb : applet.verbs) {
        if (!is_service(verb))
            continue;
        if (verb.name == "serve") {
            for (std::string& key : keys_of(applet, verb))
                keys.push_back(std::move(key));
            check_values(applet, verb, section);
        } else {
            keys.emplace_back(verb.name);
            if (const config::Node* inner = section.find(verb.name)) {
                inner->allow_only(keys_of(applet, verb));
                check_values(applet, verb, *inner);
            }
        }
    }
    section.allow_only(keys);
}

/// The house's own long-running verbs have their sections at the top.
void check_house(const config::Node& root)
{
    const Applet& house = *find_applet("");
    for (const Verb& verb : house.verbs)
        if (const config::Node* section = is_service(verb) ? root.find(verb.name) : nullptr) {
            section->allow_only(keys_of(house, verb));
            check_values(house, verb, *section);
        }
}

} // namespace

config::Node read_configuration(const std::optional<std::filesystem::path>& path)
{
    if (!path)
        return {};
    const config::Node root = config::read_yaml(*path);
    std::vector<std::string> known;
    for (const Applet& applet : table())
        for (const Verb& verb : applet.verbs)
            if (is_service(verb) && (known.empty() || known.back() != applet.name || applet.name.empty()))
                known.emplace_back(applet.name.empty() ? verb.name : applet.name);
    root.allow_only(known);
    for (const auto& [name, section] : root.members())
        if (const Applet* applet = find_applet(name.text()))
            check_section(*applet, section);
    check_house(root);
    return root;
}

const config::Node* find_section(const config::Node& configuration, const Applet& applet, const Verb& verb)
{
    if (applet.name.empty())
        return configuration.find(verb.name);
    const config::Node* section = configuration.find(applet.name);
    if (section == nullptr || verb.name == "serve")
        return section;
    return section->find(verb.name);
}

bool names_service(const config::Node& configuration, const Applet& applet, const Verb& verb)
{
    const config::Node* section = find_section(configuration, applet, verb);
    if (section == nullptr || verb.name != "serve" || section->is_null())
        return section != nullptr;
    // What stands there may be only for the applet's other services.
    const auto is_own = [&](const config::Node::Member& member) {
        return std::ranges::none_of(applet.verbs, [&](const Verb& other) { return other.name == member.first.text(); });
    };
    return section->members().empty() || std::ranges::any_of(section->members(), is_own);
}

} // namespace dfriends::applets
