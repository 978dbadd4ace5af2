// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "engine/read_wire.hpp"
#include "engine/wire.hpp"

#include <algorithm>

namespace dfriends::engine {

namespace {

/// Whether the plugin's author lets that part of an entry be set.
bool is_settable(const Json& entry, const std::string& part)
{
    const auto parts = texts_of(entry, "Settable");
    return std::ranges::find(parts, part) != parts.end();
}

/// Which there are, the configuration says: settings of a version before an upgrade are still among the others, and new
/// ones are missing until they are set.
void add_variables(const Json& config, const Json& settings, std::vector<PluginSetting>& all)
{
    std::map<std::string, std::string, std::less<>> values;
    for (const std::string& line : texts_of(settings, "Env")) {
        const auto [name, value] = split_once(line, '=');
        values.emplace(name, value);
    }
    for (const Json& entry : member_of(config, "Env")) {
        const std::string name = text_of(entry, "Name");
        all.push_back({name, values[name], is_settable(entry, "value")});
    }
}

/// Mounts by their "Source", devices by their "Path".
void add_paths(const Json& config, const Json& settings, const std::string& kind, const std::string& member,
               std::vector<PluginSetting>& all)
{
    std::map<std::string, std::string> values;
    for (const Json& entry : member_of(settings, kind))
        values.emplace(text_of(entry, "Name"), text_of(entry, member));
    for (const Json& entry : member_of(config, kind)) {
        const std::string name = text_of(entry, "Name");
        if (!name.empty())
            all.push_back({name, values[name], is_settable(entry, to_lower(member))});
    }
}

PluginDetails decode_plugin_object(const Json& object, std::string document)
{
    const Json& config = member_of(object, "Config");
    PluginDetails plugin{.id = text_of(object, "Id"),
                         .name = text_of(object, "Name"),
                         .reference = text_of(object, "PluginReference"),
                         .description = text_of(config, "Description"),
                         .enabled = flag_of(object, "Enabled"),
                         .settings = {},
                         .document = std::move(document)};
    const Json& settings = member_of(object, "Settings");
    add_variables(config, settings, plugin.settings);
    add_paths(config, settings, "Mounts", "Source", plugin.settings);
    add_paths(member_of(config, "Linux"), settings, "Devices", "Path", plugin.settings);
    const Json& arguments = member_of(config, "Args");
    if (std::string name = text_of(arguments, "Name"); !name.empty())
        plugin.settings.push_back(
            {std::move(name), join(texts_of(settings, "Args"), " "), is_settable(arguments, "value")});
    return plugin;
}

} // namespace

PluginDetails decode_plugin(std::string document)
{
    const Json object = parse_json(document, "the engine's answer about a plugin");
    return decode_plugin_object(object, std::move(document));
}

std::vector<PluginDetails> decode_plugin_list(std::string_view document)
{
    std::vector<PluginDetails> plugins;
    for (const Json& entry : parse_json(document, "the engine's list of plugins"))
        plugins.push_back(decode_plugin_object(entry, dump_json(entry)));
    return plugins;
}

std::vector<PluginPrivilege> decode_privileges(std::string_view document)
{
    std::vector<PluginPrivilege> privileges;
    for (const Json& entry : parse_json(document, "what the engine says that a plugin asks for")) // null: nothing
        privileges.push_back({text_of(entry, "Name"), text_of(entry, "Description"), texts_of(entry, "Value")});
    return privileges;
}

std::string encode_privileges(const std::vector<PluginPrivilege>& privileges)
{
    Json list = Json::array();
    for (const PluginPrivilege& privilege : privileges)
        list.push_back({{"Name", privilege.name}, {"Description", privilege.description}, {"Value", privilege.values}});
    return dump_json(list);
}

} // namespace dfriends::engine
