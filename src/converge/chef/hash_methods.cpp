// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "converge/chef/methods.hpp"
#include "converge/chef/methods_inside.hpp"

#include <algorithm>

namespace dfriends::converge::chef {

namespace {

using Entries = std::vector<std::pair<Object, Object>>;

const HashContent& content_of(const Object& object)
{
    if (const Hash* hash = object.as<Hash>())
        return **hash;
    throw Error(ErrorKind::invalid, "{} where a hash is wanted", kind_of(object));
}

Object keys_or_values(const Object& object, bool keys)
{
    std::vector<Object> items;
    for (const auto& [key, value] : content_of(object).entries)
        items.push_back(keys ? key : value);
    return make_list(std::move(items));
}

Object merged(const Object& object, Arguments arguments)
{
    Object all = object;
    for (const Object& more : arguments)
        for (const auto& [key, value] : content_of(more).entries)
            all = with_element(all, key, value);
    return all;
}

Object fetched_entry(const Object& object, Arguments arguments)
{
    if (const Object* found = content_of(object).find_word(arguments[0]))
        return *found;
    if (arguments.size() == 2)
        return arguments[1];
    throw Error(ErrorKind::invalid, "the hash has no {}", inspect(arguments[0]));
}

/// Those whose keys are (or are not) named.
Object picked(const Object& object, Arguments keys, bool named)
{
    Entries entries = content_of(object).entries;
    std::erase_if(entries,
                  [&](const auto& entry) { return (std::ranges::find(keys, entry.first) != keys.end()) != named; });
    return make_hash(std::move(entries));
}

Object inverted(const Object& object, Arguments)
{
    Object result = make_hash({});
    for (const auto& [key, value] : content_of(object).entries)
        result = with_element(result, value, key);
    return result;
}

Object key_of(const Object& object, Arguments arguments)
{
    for (const auto& [key, value] : content_of(object).entries)
        if (value == arguments[0])
            return key;
    return {};
}

Object without_nil_values(const Object& object, Arguments)
{
    Entries entries = content_of(object).entries;
    std::erase_if(entries, [](const auto& entry) { return entry.second.is_nil(); });
    return make_hash(std::move(entries));
}

/// transform_keys(&:to_sym) has a block; these are its frequent names.
template <class Change>
Object with_keys(const Object& object, Change change)
{
    Object result = make_hash({});
    for (const auto& [key, value] : content_of(object).entries)
        result = with_element(result, change(to_text(key)), value);
    return result;
}

Object has_key(const Object& object, Arguments arguments)
{
    return content_of(object).find_word(arguments[0]) != nullptr;
}

Object has_value(const Object& object, Arguments arguments)
{
    return std::ranges::any_of(content_of(object).entries,
                               [&](const auto& entry) { return entry.second == arguments[0]; });
}

Object dug_entry(const Object& object, Arguments arguments)
{
    const Object found = element(object, arguments[0]);
    return arguments.size() == 1 || found.is_nil() ? found : call_method(found, "dig", arguments.subspan(1));
}

Object same(const Object& object, Arguments)
{
    return object;
}

Object entry_count(const Object& object, Arguments)
{
    return static_cast<std::int64_t>(content_of(object).entries.size());
}

// clang-format off
const std::vector<Method> methods_of_hashes{
    {"compact", 0, 0, without_nil_values},
    {"dig", 1, 16, dug_entry},
    {"each", 0, 0, same},
    {"each_key", 0, 0, [](const Object& o, Arguments) -> Object { return keys_or_values(o, true); }},
    {"each_pair", 0, 0, same},
    {"each_value", 0, 0, [](const Object& o, Arguments) -> Object { return keys_or_values(o, false); }},
    {"empty?", 0, 0, [](const Object& o, Arguments) -> Object { return content_of(o).entries.empty(); }},
    {"except", 0, 99, [](const Object& o, Arguments a) -> Object { return picked(o, a, false); }},
    {"fetch", 1, 2, fetched_entry},
    {"has_key?", 1, 1, has_key},
    {"has_value?", 1, 1, has_value},
    {"include?", 1, 1, has_key},
    {"invert", 0, 0, inverted},
    {"key", 1, 1, key_of},
    {"key?", 1, 1, has_key},
    {"keys", 0, 0, [](const Object& o, Arguments) -> Object { return keys_or_values(o, true); }},
    {"length", 0, 0, entry_count},
    {"member?", 1, 1, has_key},
    {"merge", 0, 99, merged},
    {"size", 0, 0, entry_count},
    {"slice", 0, 99, [](const Object& o, Arguments a) -> Object { return picked(o, a, true); }},
    {"store", 2, 2, [](const Object& o, Arguments a) -> Object { return with_element(o, a[0], a[1]); }},
    {"stringify_keys", 0, 0, [](const Object& o, Arguments) -> Object { return with_keys(o, [](std::string key) -> Object { return key; }); }},
    {"symbolize_keys", 0, 0, [](const Object& o, Arguments) -> Object { return with_keys(o, [](std::string key) -> Object { return Symbol{std::move(key)}; }); }},
    {"to_h", 0, 0, same},
    {"to_hash", 0, 0, same},
    {"update", 0, 99, merged},
    {"value?", 1, 1, has_value},
    {"values", 0, 0, [](const Object& o, Arguments) -> Object { return keys_or_values(o, false); }},
};
// clang-format on

} // namespace

std::span<const Method> hash_methods()
{
    return methods_of_hashes;
}

} // namespace dfriends::converge::chef
