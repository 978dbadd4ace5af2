// SPDX-License-Identifier: Apache-2.0
#include "applets/configuration.hpp"

#include "config/yaml.hpp"

namespace dfriends::applets {

namespace {

bool is_service(const Verb& verb)
{
    return (verb.traits & long_running) != 0;
}

std::vector<std::string> keys_of(const Verb& verb)
{
    std::vector<std::string> keys;
    for (const config::Setting& row : verb.settings)
        keys.emplace_back(row.name);
    return keys;
}

/// Checks names and, by making the settings, the values.
void check_values(const Verb& verb, const config::Node& section)
{
    config::Settings::Sources sources;
    sources.file = &section;
    sources.environment = [](const char*) -> const char* { return nullptr; };
    const config::Settings checked(verb.settings, sources);
}

void check_section(const Applet& applet, const config::Node& section)
{
    std::vector<std::string> keys;
    for (const Verb& verb : applet.verbs) {
        if (!is_service(verb))
            continue;
        if (verb.name == "serve") {
            for (std::string& key : keys_of(verb))
                keys.push_back(std::move(key));
            check_values(verb, section);
        } else {
            keys.emplace_back(verb.name);
            if (const config::Node* inner = section.find(verb.name)) {
                inner->allow_only(keys_of(verb));
                check_values(verb, *inner);
            }
        }
    }
    section.allow_only(keys);
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
            if (is_service(verb) && (known.empty() || known.back() != applet.name))
                known.emplace_back(applet.name);
    root.allow_only(known);
    for (const auto& [name, section] : root.members())
        check_section(*find_applet(name.text()), section);
    return root;
}

const config::Node* find_section(const config::Node& configuration, const Applet& applet, const Verb& verb)
{
    const config::Node* section = configuration.find(applet.name);
    if (section == nullptr || verb.name == "serve")
        return section;
    return section->find(verb.name);
}

} // namespace dfriends::applets
