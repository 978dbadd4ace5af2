// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "converge/message.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace dfriends::converge {

struct Member;

/// The value of an attribute, with the place where it stands.
struct Value {
    using List = std::vector<Value>;
    using Map = std::vector<Member>; ///< in the order of the source
    std::variant<std::monostate, bool, std::int64_t, double, std::string, List, Map> content;
    SourcePosition position;

    bool is_null() const { return std::holds_alternative<std::monostate>(content); }
};

/// An entry of a map.
struct Member {
    std::string name;
    Value value;
};

/// A resource by its type and name: docker_image[busybox], Package['git'].
struct Reference {
    std::string type;
    std::string name;
    SourcePosition position;
    bool operator==(const Reference& other) const { return type == other.type && name == other.name; }
};

/// One resource tells another one to act when it has changed.
struct Notification {
    Reference target;
    std::string action;       ///< "restart", "run"; empty: the target type's refresh action
    bool immediately = false; ///< otherwise at the end of the run, once
    bool before = false;      ///< before the source changes, and only where it would
};

/// A command that decides whether a resource is looked at.
struct Guard {
    bool only_if = true; ///< false: not_if
    std::string command; ///< run by /bin/sh -c: guards are shell text in all the dialects
    SourcePosition position;
};

/// One thing that shall be in a state. The types and the attributes of each are those of the table in schema.hpp,
/// whatever dialect it was written in.
struct Resource {
    std::string type;
    std::string name;                 ///< unique among its type
    std::vector<std::string> actions; ///< in order; empty: the type's default
    std::map<std::string, Value, std::less<>> attributes;
    std::vector<Reference> requires_; ///< these come first
    std::vector<Notification> notifications;
    std::vector<Guard> guards;
    SourcePosition position;
    bool sensitive = false;        ///< its values are not told
    bool ends_with_recipe = false; ///< it is skipped where one before it in its recipe fails
    bool noop = false;             ///< what would be done is told, and not done
    bool ignore_failure = false;   ///< the run goes on as if it had not been looked at
    std::int64_t retries = 0;      ///< how often it is tried again where it fails
    std::int64_t retry_delay = 2;  ///< seconds between them
};

/// What files declare, in their order (which is the order of the run where nothing else is said).
struct Catalog {
    std::vector<Resource> resources;
    std::vector<std::string> names = {}; ///< of the manifests; an empty one where a file has none
    std::vector<Message> messages = {};
};

} // namespace dfriends::converge
