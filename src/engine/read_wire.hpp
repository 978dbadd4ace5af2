// SPDX-License-Identifier: Apache-2.0
#pragma once

// For the wire files of this room only.
#include "json/json.hpp"

#include <map>
#include <string>
#include <vector>

namespace dfriends::engine {

/// Texts of a list, of a member that may be missing or null; entries of another type are left out.
inline std::vector<std::string> texts_of(const Json& object, std::string_view member)
{
    std::vector<std::string> texts;
    for (const Json& entry : member_of(object, member))
        if (entry.is_string())
            texts.push_back(entry.get_ref<const std::string&>());
    return texts;
}

inline std::map<std::string, std::string> map_of(const Json& object, std::string_view member)
{
    std::map<std::string, std::string> map;
    const Json& value = member_of(object, member);
    if (value.is_object())
        for (const auto& [name, entry] : value.items())
            if (entry.is_string())
                map[name] = entry.get_ref<const std::string&>();
    return map;
}

/// The names of an object's members.
inline std::vector<std::string> keys_of(const Json& object, std::string_view member)
{
    std::vector<std::string> keys;
    const Json& value = member_of(object, member);
    if (value.is_object())
        for (const auto& [name, entry] : value.items())
            keys.push_back(name);
    return keys;
}

} // namespace dfriends::engine
