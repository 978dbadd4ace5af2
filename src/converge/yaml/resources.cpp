// SPDX-License-Identifier: Apache-2.0
#include "converge/yaml/resources.hpp"

#include "base/suggest.hpp"
#include "base/text.hpp"
#include "converge/schema.hpp"
#include "converge/yaml/manifest.hpp"
#include "converge/yaml/values.hpp"

#include <algorithm>
#include <array>

namespace dfriends::converge::yaml {

namespace {

using config::Node;
using config::NodeKind;

constexpr std::array<std::string_view, 13> common{
    "action",   "for_each", "ignore_failure", "noop",      "not_if",     "notifies", "only_if",
    "requires", "retries",  "retry_delay",    "sensitive", "subscribes", "when"};

void read_common(Resource& resource, std::string_view key, const Node& node, Declared& declared)
{
    for (const Node& item : key == "notifies" || key == "subscribes"
                                ? (node.kind() == NodeKind::map ? std::vector{node} : node.items_or_one())
                                : node.items_or_one()) {
        if (key == "action") {
            resource.actions.push_back(item.text());
        } else if (key == "requires") {
            resource.requires_.push_back(reference_of(item));
        } else if (key == "notifies") {
            resource.notifications.push_back(notification_of(item));
        } else if (key == "subscribes") {
            Notification told = notification_of(item);
            const Reference source = told.target;
            told.target = {.type = resource.type, .name = resource.name, .position = item.position()};
            declared.subscriptions.push_back({source, std::move(told)});
        } else {
            resource.guards.push_back(
                {.only_if = key == "only_if", .command = item.text(), .position = item.position()});
        }
    }
}

std::vector<std::string> known_keys(const ResourceType& type)
{
    std::vector<std::string> keys(common.begin(), common.end());
    for (const Attribute& attribute : type.attributes)
        keys.push_back(yaml_key(type.name, attribute.name));
    return keys;
}

const ResourceType& type_of_item(const Node& key)
{
    if (const ResourceType* type = find_resource_type(key.text()))
        return *type;
    std::vector<std::string> types;
    for (const ResourceType& row : resource_types())
        types.emplace_back(row.name);
    throw key.error("there is no resource type '" + printable(key.text()) + "'").hint(did_you_mean(key.text(), types));
}

} // namespace

std::span<const std::string_view> common_keys()
{
    return common;
}

Resource resource_of(const Node& node, Declared& declared)
{
    if (node.kind() != NodeKind::map || node.members().empty())
        throw node.error("a resource is a map that begins with TYPE: NAME");
    const auto& [first, name] = node.members().front();
    const ResourceType& type = type_of_item(first);
    Resource resource;
    resource.type = first.text();
    resource.name = name.text();
    resource.position = first.position();
    if (resource.name.empty())
        throw name.error("a resource's name is empty");
    for (std::size_t at = 1; at < node.members().size(); ++at) {
        const auto& [key, value] = node.members()[at];
        if (std::ranges::find(common, key.text()) != common.end()) {
            if (!read_manner(resource, key.text(), value))
                read_common(resource, key.text(), value, declared);
            continue;
        }
        const auto row = std::ranges::find_if(type.attributes, [&](const Attribute& attribute) {
            return yaml_key(type.name, attribute.name) == key.text();
        });
        if (row == type.attributes.end())
            throw key.error("'" + resource.type + "' has no attribute '" + printable(key.text()) + "'")
                .hint(did_you_mean(key.text(), known_keys(type)));
        if (row->name == "mode")
            check_mode(value);
        resource.attributes.emplace(row->name, value_of(value, row->type));
    }
    return resource;
}

} // namespace dfriends::converge::yaml
