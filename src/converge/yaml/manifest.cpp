// SPDX-License-Identifier: Apache-2.0
#include "converge/yaml/manifest.hpp"

#include "base/suggest.hpp"
#include "base/text.hpp"
#include "config/yaml.hpp"
#include "converge/attributes.hpp"
#include "converge/schema.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace dfriends::converge {

namespace {

using config::Node;
using config::NodeKind;

constexpr std::array<std::string_view, 10> common{"action",    "ignore_failure", "not_if",  "notifies",
                                                  "only_if",   "requires",       "retries", "retry_delay",
                                                  "sensitive", "subscribes"};

constexpr std::int64_t most_retries = 1'000;
constexpr std::int64_t longest_delay = 86'400;

/// What a scalar means is said by the attribute's type, so that no text turns into a number or a flag by accident.
Value scalar_of(const Node& node, AttributeType wanted)
{
    Value value{.content = node.text(), .position = node.position()};
    const std::string text = node.text();
    if (node.is_quoted())
        return value;
    const bool any = wanted == AttributeType::document;
    if ((any || wanted == AttributeType::flag) && (text == "true" || text == "false"))
        value.content = text == "true";
    else if (const auto number = parse_signed(text); number && (any || wanted == AttributeType::number))
        value.content = *number;
    return value;
}

Value value_of(const Node& node, AttributeType wanted)
{
    switch (node.kind()) {
    case NodeKind::null:
        return Value{.content = std::monostate{}, .position = node.position()};
    case NodeKind::scalar:
        return scalar_of(node, wanted);
    case NodeKind::list: {
        Value::List list;
        for (const Node& item : node.items())
            list.push_back(value_of(item, wanted));
        return Value{.content = std::move(list), .position = node.position()};
    }
    case NodeKind::map: {
        Value::Map map;
        for (const auto& [key, item] : node.members())
            map.push_back({key.text(), value_of(item, wanted)});
        return Value{.content = std::move(map), .position = node.position()};
    }
    }
    return {};
}

Reference reference_of(const Node& node)
{
    auto reference = parse_address(node.text());
    if (!reference)
        throw node.error("'" + node.text() + "' is no reference to a resource")
            .hint("write TYPE[NAME], as in docker_image[busybox]");
    reference->position = node.position();
    return *reference;
}

Notification notification_of(const Node& node)
{
    if (node.kind() != NodeKind::map)
        return {.target = reference_of(node), .action = {}};
    node.allow_only({"resource", "action", "immediately", "before"});
    Notification notification{.target = reference_of(node.at("resource")), .action = {}};
    if (const Node* action = node.find("action"))
        notification.action = action->text();
    if (const Node* immediately = node.find("immediately"))
        notification.immediately = immediately->flag();
    if (const Node* before = node.find("before"))
        notification.before = before->flag();
    if (notification.before && notification.immediately)
        throw node.error("a notification comes before or immediately, not both");
    return notification;
}

std::int64_t number_up_to(const Node& node, std::int64_t most)
{
    const std::int64_t number = node.number();
    if (number < 0 || number > most)
        throw node.error(fmt::format("'{}' is not between 0 and {}", number, most));
    return number;
}

/// How a resource is tried and told of. False for another key.
bool read_manner(Resource& resource, std::string_view key, const Node& node)
{
    if (key == "sensitive")
        resource.sensitive = node.flag();
    else if (key == "ignore_failure")
        resource.ignore_failure = node.flag();
    else if (key == "retries")
        resource.retries = number_up_to(node, most_retries);
    else if (key == "retry_delay")
        resource.retry_delay = number_up_to(node, longest_delay);
    else
        return false;
    return true;
}

/// What a resource subscribes to becomes the other one's notification once all resources are known.
struct Subscription {
    Reference source;
    Notification notification;
};

void read_common(Resource& resource, std::string_view key, const Node& node, std::vector<Subscription>& subscriptions)
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
            subscriptions.push_back({source, std::move(told)});
        } else {
            resource.guards.push_back(
                {.only_if = key == "only_if", .command = item.text(), .position = item.position()});
        }
    }
}

/// An octal mode without quotes is read as decimal digits by other tools and as octal by YAML 1.1: only quotes are
/// clear.
void check_mode(std::string_view key, const Node& node)
{
    if (key == "mode" && node.kind() == NodeKind::scalar && !node.is_quoted())
        throw node.error("a mode without quotes can be misread").hint("write mode: \"" + node.text() + "\"");
}

std::vector<std::string> known_keys(const ResourceType& type)
{
    std::vector<std::string> keys(common.begin(), common.end());
    for (const Attribute& attribute : type.attributes)
        keys.push_back(yaml_key(type.name, attribute.name));
    return keys;
}

Resource resource_of(const Node& node, std::vector<Subscription>& subscriptions)
{
    if (node.kind() != NodeKind::map || node.members().empty())
        throw node.error("a resource is a map that begins with TYPE: NAME");
    const auto& [first, name] = node.members().front();
    const ResourceType* type = find_resource_type(first.text());
    if (type == nullptr) {
        std::vector<std::string> types;
        for (const ResourceType& row : resource_types())
            types.emplace_back(row.name);
        throw first.error("there is no resource type '" + first.text() + "'").hint(did_you_mean(first.text(), types));
    }
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
                read_common(resource, key.text(), value, subscriptions);
            continue;
        }
        const auto row = std::ranges::find_if(type->attributes, [&](const Attribute& attribute) {
            return yaml_key(type->name, attribute.name) == key.text();
        });
        if (row == type->attributes.end())
            throw key.error("'" + resource.type + "' has no attribute '" + key.text() + "'")
                .hint(did_you_mean(key.text(), known_keys(*type)));
        check_mode(key.text(), value);
        resource.attributes.emplace(row->name, value_of(value, row->type));
    }
    return resource;
}

std::string in_quotes(std::string_view text)
{
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            out += '\\';
        if (c == '\n')
            out += "\\n";
        else if (c == '\t')
            out += "\\t";
        else if (static_cast<unsigned char>(c) < 0x20)
            out += fmt::format("\\x{:02x}", static_cast<unsigned>(c));
        else
            out += c;
    }
    return out + '"';
}

/// Unquoted where no reader of YAML could take it for something else.
std::string plain_or_quoted(const std::string& text)
{
    static constexpr std::string_view safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-";
    static constexpr std::array<std::string_view, 9> words{"true", "false", "yes", "no", "on", "off", "null", "y", "n"};
    const bool plain = !text.empty() && (std::isalpha(static_cast<unsigned char>(text[0])) != 0 || text[0] == '/') &&
                       text.find_first_not_of(safe) == std::string::npos &&
                       std::ranges::find(words, to_lower(text)) == words.end();
    return plain ? text : in_quotes(text);
}

std::string render_value(const Value& value)
{
    if (const auto* list = std::get_if<Value::List>(&value.content)) {
        std::vector<std::string> parts;
        for (const Value& item : *list)
            parts.push_back(render_value(item));
        return "[" + join(parts, ", ") + "]";
    }
    if (const auto* map = std::get_if<Value::Map>(&value.content)) {
        std::vector<std::string> parts;
        for (const Member& member : *map)
            parts.push_back(plain_or_quoted(member.name) + ": " + render_value(member.value));
        return "{" + join(parts, ", ") + "}";
    }
    if (value.is_null())
        return "null";
    return std::holds_alternative<std::string>(value.content) ? plain_or_quoted(std::get<std::string>(value.content))
                                                              : scalar_text(value);
}

std::string render_texts(const std::vector<std::string>& texts)
{
    std::vector<std::string> parts;
    for (const std::string& text : texts)
        parts.push_back(plain_or_quoted(text));
    return parts.size() == 1 ? parts[0] : "[" + join(parts, ", ") + "]";
}

std::string render_resource(const Resource& resource)
{
    std::string out = "  - " + resource.type + ": " + plain_or_quoted(resource.name) + "\n";
    const auto line = [&](std::string_view key, const std::string& value) {
        out += fmt::format("    {}: {}\n", key, value);
    };
    if (!resource.actions.empty())
        line("action", render_texts(resource.actions));
    for (const auto& [name, value] : resource.attributes)
        line(yaml_key(resource.type, name), name == "mode" ? in_quotes(scalar_text(value)) : render_value(value));
    if (resource.sensitive)
        line("sensitive", "true");
    if (resource.ignore_failure)
        line("ignore_failure", "true");
    if (resource.retries > 0) {
        line("retries", std::to_string(resource.retries));
        line("retry_delay", std::to_string(resource.retry_delay));
    }
    std::vector<std::string> texts;
    for (const Reference& reference : resource.requires_)
        texts.push_back(address(reference));
    if (!texts.empty())
        line("requires", render_texts(texts));
    if (!resource.notifications.empty())
        out += "    notifies:\n";
    for (const Notification& told : resource.notifications) {
        out += "      - {resource: " + plain_or_quoted(address(told.target));
        out += (told.action.empty() ? "" : ", action: " + plain_or_quoted(told.action)) +
               (told.immediately ? ", immediately: true}\n"
                : told.before    ? ", before: true}\n"
                                 : "}\n");
    }
    for (const bool only_if : {true, false}) {
        texts.clear();
        for (const Guard& guard : resource.guards)
            if (guard.only_if == only_if)
                texts.push_back(guard.command);
        if (!texts.empty())
            line(only_if ? "only_if" : "not_if", render_texts(texts));
    }
    return out;
}

} // namespace

std::string yaml_key(std::string_view type, std::string_view attribute)
{
    return attribute == type ? std::string(type) + "_name" : std::string(attribute);
}

Catalog read_yaml_manifest(std::string_view text, const std::string& file)
{
    const Node document = config::parse_yaml(text, file);
    if (document.kind() != NodeKind::map)
        throw document.error("a manifest is a map with 'resources'");
    document.allow_only({"resources"});
    Catalog catalog;
    std::vector<Subscription> subscriptions;
    const Node& resources = document.at("resources");
    if (!resources.is_null())
        for (const Node& item : resources.items())
            catalog.resources.push_back(resource_of(item, subscriptions));
    for (Subscription& subscription : subscriptions) {
        const auto source = std::ranges::find_if(catalog.resources, [&](const Resource& resource) {
            return resource.type == subscription.source.type && resource.name == subscription.source.name;
        });
        if (source == catalog.resources.end())
            throw Error(ErrorKind::invalid, subscription.source.position, "'{}' is not declared",
                        address(subscription.source));
        source->notifications.push_back(std::move(subscription.notification));
    }
    return catalog;
}

std::string render_yaml_manifest(const Catalog& catalog)
{
    std::string out = catalog.resources.empty() ? "resources: []\n" : "resources:\n";
    for (const Resource& resource : catalog.resources)
        out += render_resource(resource);
    return out;
}

} // namespace dfriends::converge
