// SPDX-License-Identifier: Apache-2.0
#include "converge/yaml/item.hpp"

#include "base/suggest.hpp"
#include "base/text.hpp"
#include "converge/yaml/values.hpp"

#include <algorithm>

namespace dfriends::converge::yaml {

namespace {

using config::Node;
using config::NodeKind;

Value text_value(std::string text, const Node& from)
{
    return Value{.content = std::move(text), .position = from.position()};
}

/// A name alone stands for itself where a list is wanted, and for an empty value in a map.
Value pair_as_text(const Node& name, const Node& value)
{
    return text_value(value.is_null() ? name.text() : name.text() + "=" + value.text(), name);
}

Value as_list(const Node& map)
{
    Value::List list;
    for (const auto& [name, value] : map.members())
        list.push_back(pair_as_text(name, value));
    return Value{.content = std::move(list), .position = map.position()};
}

Value as_map(const Node& node)
{
    Value::Map map;
    if (node.kind() == NodeKind::map) {
        for (const auto& [name, value] : node.members())
            map.push_back({name.text(), text_value(value.is_null() ? "" : value.text(), value)});
    } else {
        for (const Node& item : node.items_or_one()) {
            const auto [name, value] = split_once(item.text(), '=');
            map.push_back({std::string(name), text_value(std::string(value), item)});
        }
    }
    return Value{.content = std::move(map), .position = node.position()};
}

} // namespace

const Node* Item::find(std::string_view key) const
{
    const Node* found = body.kind() == NodeKind::map ? body.find(key) : nullptr;
    return found == nullptr || found->is_null() ? nullptr : found;
}

std::string Item::text(std::string_view key) const
{
    const Node* found = find(key);
    return found == nullptr ? "" : found->text();
}

std::string Item::word(std::string_view key, const std::vector<std::string>& known) const
{
    const Node* found = find(key);
    if (found == nullptr)
        return known.front();
    if (std::ranges::find(known, found->text()) != known.end())
        return found->text();
    const std::string nearest = did_you_mean(found->text(), known);
    throw found->error(fmt::format("'{}' is no {} of '{}'", printable(found->text()), key, section.name))
        .hint(nearest.empty() ? "write one of " + join(known, ", ") : nearest);
}

void Item::set(std::string_view attribute, Value value)
{
    const ResourceType* type = find_resource_type(resource.type);
    if (std::ranges::find(type->attributes, attribute, &Attribute::name) == type->attributes.end())
        throw Error(ErrorKind::invalid, value.position, "'{}' has no attribute '{}', which this would be",
                    resource.type, attribute)
            .hint("leave the key out");
    resource.attributes[std::string(attribute)] = std::move(value);
}

void Item::set_text(std::string_view attribute, std::string text, const Node& from)
{
    set(attribute, text_value(std::move(text), from));
}

void Item::add_texts(std::string_view attribute, const std::vector<std::string>& texts, const Node& from)
{
    auto row = resource.attributes.find(attribute);
    if (row == resource.attributes.end() || !std::holds_alternative<Value::List>(row->second.content)) {
        set(attribute, Value{.content = Value::List{}, .position = from.position()});
        row = resource.attributes.find(attribute);
    }
    for (const std::string& text : texts)
        std::get<Value::List>(row->second.content).push_back(text_value(text, from));
}

void Item::take(std::string_view attribute, const Node& value)
{
    const ResourceType* type = find_resource_type(resource.type);
    const auto row = std::ranges::find(type->attributes, attribute, &Attribute::name);
    const AttributeType wanted = row == type->attributes.end() ? AttributeType::text : row->type;
    if (value.is_null())
        return;
    if (attribute == "mode")
        check_mode(value);
    if (wanted == AttributeType::text_list && value.kind() == NodeKind::map)
        set(attribute, as_list(value));
    else if (wanted == AttributeType::text_map)
        set(attribute, as_map(value));
    else
        set(attribute, value_of(value, wanted));
}

void Item::require(std::string_view type, std::string_view other, const SourcePosition& position)
{
    add_requirement(resource, {.type = std::string(type), .name = std::string(other), .position = position});
}

std::vector<std::string> texts_of(const Node& node)
{
    std::vector<std::string> texts;
    for (const Node& item : node.items_or_one())
        texts.push_back(item.text());
    return texts;
}

void add_requirement(Resource& resource, const Reference& reference)
{
    const bool is_itself = reference.type == resource.type && reference.name == resource.name;
    if (!is_itself && std::ranges::find(resource.requires_, reference) == resource.requires_.end())
        resource.requires_.push_back(reference);
}

} // namespace dfriends::converge::yaml
