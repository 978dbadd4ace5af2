// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/resource.hpp"

#include <map>
#include <string>
#include <vector>

namespace dfriends::converge::chef {

/// What «notifies» and «subscribes» say. Of a subscription the reference is the resource that is listened to.
struct Notice {
    Reference other;
    std::string action;
    bool immediately = false;
    bool before = false;
};

/// A resource in Chef's words, after evaluation.
struct Declaration {
    std::string type;
    std::string name;
    SourcePosition position;
    std::map<std::string, Value, std::less<>> properties;
    std::vector<std::string> actions;
    std::vector<Guard> guards;
    std::vector<Notice> notifications;
    std::vector<Notice> subscriptions;

    /// A property that is given and not nil.
    const Value* find(std::string_view property) const
    {
        const auto found = properties.find(property);
        return found == properties.end() || found->second.is_null() ? nullptr : &found->second;
    }
};

} // namespace dfriends::converge::chef
