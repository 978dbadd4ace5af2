// SPDX-License-Identifier: Apache-2.0
#include "converge/chef/node_attributes.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

namespace dfriends::converge::chef {

namespace {

using Entries = std::vector<std::pair<Object, Object>>;

Object from_value(const Value& value)
{
    if (const auto* flag = std::get_if<bool>(&value.content))
        return *flag;
    if (const auto* integer = std::get_if<std::int64_t>(&value.content))
        return *integer;
    if (const auto* decimal = std::get_if<double>(&value.content))
        return *decimal;
    if (const auto* text = std::get_if<std::string>(&value.content))
        return *text;
    if (const auto* list = std::get_if<Value::List>(&value.content)) {
        std::vector<Object> items;
        for (const Value& item : *list)
            items.push_back(from_value(item));
        return make_list(std::move(items));
    }
    if (const auto* map = std::get_if<Value::Map>(&value.content)) {
        Entries entries;
        for (const Member& member : *map)
            entries.emplace_back(member.name, from_value(member.value));
        return make_hash(std::move(entries));
    }
    return {};
}

Object with(const Object& tree, std::span<const std::string> keys, Object value)
{
    if (keys.empty())
        return value;
    const Hash* hash = tree.as<Hash>();
    Entries entries = hash == nullptr ? Entries{} : (*hash)->entries;
    for (auto& [key, child] : entries)
        if (key == Object(keys[0])) {
            child = with(child, keys.subspan(1), std::move(value));
            return make_hash(std::move(entries));
        }
    entries.emplace_back(keys[0], with({}, keys.subspan(1), std::move(value)));
    return make_hash(std::move(entries));
}

const Object* descend(const Object& tree, std::span<const std::string> keys)
{
    const Object* at = &tree;
    for (const std::string& key : keys) {
        const Hash* hash = at->as<Hash>();
        at = hash == nullptr ? nullptr : (*hash)->find(key);
        if (at == nullptr)
            return nullptr;
    }
    return at;
}

Object merged(const Object& low, const Object& high)
{
    const Hash* below = low.as<Hash>();
    const Hash* above = high.as<Hash>();
    if (below == nullptr || above == nullptr)
        return high;
    Entries entries = (*below)->entries;
    for (const auto& [key, value] : (*above)->entries) {
        bool found = false;
        for (auto& entry : entries)
            if (entry.first == key) {
                entry.second = merged(entry.second, value);
                found = true;
            }
        if (!found)
            entries.emplace_back(key, value);
    }
    return make_hash(std::move(entries));
}

} // namespace

void NodeAttributes::set(const std::string& level, std::span<const std::string> keys, Object value)
{
    Object& tree = levels_[level == "default" ? 0 : level == "override" ? 2 : 1];
    tree = with(tree, keys, std::move(value));
}

std::optional<Object> NodeAttributes::find(std::span<const std::string> keys) const
{
    std::optional<Object> found;
    const auto add = [&](const Object& more) { found = found ? merged(*found, more) : more; };
    for (const Object& level : levels_)
        if (const Object* value = descend(level, keys))
            add(*value);
    if (const auto fact = facts_.find(join({keys.begin(), keys.end()}, ".")))
        add(from_value(*fact));
    return found;
}

} // namespace dfriends::converge::chef
