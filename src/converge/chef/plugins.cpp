// SPDX-License-Identifier: Apache-2.0
#include "converge/chef/plugins.hpp"

#include "converge/attributes.hpp"

#include <algorithm>

namespace dfriends::converge::chef {

namespace {

[[noreturn]] void refuse_privilege(const Value& value)
{
    throw Error(ErrorKind::invalid, value.position, "'grant_privileges' wants true, or a list of hashes")
        .hint("write [{ 'Name' => 'network', 'Value' => ['host'] }]");
}

const Value* find_member(const Value::Map& map, std::string_view name)
{
    const auto row = std::ranges::find(map, name, &Member::name);
    return row == map.end() || row->value.is_null() ? nullptr : &row->value;
}

/// Its description says nothing that the engine asks for.
void add_privilege(const Value& privilege, Value::List& granted)
{
    const auto* map = std::get_if<Value::Map>(&privilege.content);
    if (map == nullptr)
        refuse_privilege(privilege);
    const Value* name = find_member(*map, "Name");
    const Value* given = find_member(*map, "Value");
    if (name == nullptr || given == nullptr)
        refuse_privilege(privilege);
    const auto* list = std::get_if<Value::List>(&given->content);
    for (const Value& value : list == nullptr ? Value::List{*given} : *list)
        granted.push_back({scalar_text(*name) + "=" + scalar_text(value), privilege.position});
}

Value granted_by(const Value& value)
{
    if (const auto* flag = std::get_if<bool>(&value.content))
        return {*flag ? Value::List{{std::string("all"), value.position}} : Value::List(), value.position};
    const auto* list = std::get_if<Value::List>(&value.content);
    if (list == nullptr)
        refuse_privilege(value);
    Value::List granted;
    for (const Value& privilege : *list)
        add_privilege(privilege, granted);
    return {std::move(granted), value.position};
}

/// True and 1 are texts for a plugin.
Value options_of(const Value& value)
{
    const auto* map = std::get_if<Value::Map>(&value.content);
    if (map == nullptr)
        return value; // the schema says what is wrong with it
    Value::Map options;
    for (const Member& option : *map)
        options.push_back({option.name, Value{scalar_text(option.value), option.value.position}});
    return {std::move(options), value.position};
}

} // namespace

void translate_plugin(Resource& resource, const Declaration& from)
{
    if (const Value* privileges = from.find("grant_privileges"))
        resource.attributes["grant_privileges"] = granted_by(*privileges);
    if (const Value* options = from.find("options"))
        resource.attributes["options"] = options_of(*options);
}

} // namespace dfriends::converge::chef
