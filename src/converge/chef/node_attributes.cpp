// SPDX-License-Identifier: Apache-2.0
#include "converge/chef/node_attributes.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>

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

constexpr auto level_names = std::to_array<std::string_view>(
    {"default", "force_default", "normal", "override", "force_override", "automatic", run_state});

constexpr std::size_t automatic_level = 5;

std::string_view without_condition(std::string_view level)
{
    constexpr std::string_view unless = "_unless";
    if (level.ends_with(unless))
        level.remove_suffix(unless.size());
    return level == "set" ? "normal" : level;
}

std::size_t level_of(std::string_view level)
{
    const auto* found = std::ranges::find(level_names, without_condition(level));
    return static_cast<std::size_t>(found - level_names.begin());
}

} // namespace

bool NodeAttributes::is_level(std::string_view word)
{
    const std::size_t level = level_of(word);
    return level < automatic_level || word == "automatic";
}

void NodeAttributes::set(const std::string& level, std::span<const std::string> keys, Object value)
{
    if (level.ends_with("_unless"))
        if (const auto found = find(keys); found && !found->is_nil())
            return;
    Object& tree = levels_.at(level_of(level));
    tree = with(tree, keys, std::move(value));
}

std::optional<Object> NodeAttributes::find(std::span<const std::string> keys) const
{
    std::optional<Object> found;
    const auto add = [&](const Object& more) { found = found ? merged(*found, more) : more; };
    for (std::size_t level = 0; level < automatic_level; ++level)
        if (const Object* value = descend(levels_[level], keys))
            add(*value);
    if (const auto fact = facts_.find(join({keys.begin(), keys.end()}, ".")))
        add(from_value(*fact));
    if (const Object* value = descend(levels_[automatic_level], keys))
        add(*value);
    return found;
}

std::optional<Object> NodeAttributes::find_at(std::string_view level, std::span<const std::string> keys) const
{
    const Object* found = descend(levels_.at(level_of(level)), keys);
    return found == nullptr ? std::nullopt : std::optional(*found);
}

} // namespace dfriends::converge::chef
