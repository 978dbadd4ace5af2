// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/resource.hpp"

#include <map>
#include <string>
#include <vector>

namespace dfriends::converge::yaml {

/// What a resource subscribes to becomes the other one's notification.
struct Subscription {
    Reference source;
    Notification notification;
};

/// A `notify` of an item: the name of a handler or an address, with ! behind it for at once.
struct Notice {
    std::size_t from; ///< which resource of the catalog
    std::string target;
    SourcePosition position;
};

/// An item that another one comes before.
struct Precedence {
    std::size_t first; ///< which resource of the catalog
    Reference second;
};

/// What a container wants of another one before it starts.
struct Dependency {
    enum class Condition { started, healthy, completed };
    std::size_t from; ///< which resource of the catalog
    Reference on;
    Condition condition = Condition::started;
    bool restarts = false; ///< it is restarted when the other one has changed
};

/// What the files of a manifest declare, and what their items say of each other, which can be judged once all are
/// known.
struct Declared {
    Catalog catalog;
    std::vector<std::size_t> items; ///< which of its resources are of sections
    std::vector<Subscription> subscriptions;
    std::vector<Notice> notices;
    std::vector<Precedence> precedences;
    std::vector<Dependency> dependencies;
    std::map<std::string, std::vector<Notification>, std::less<>> handlers;
};

} // namespace dfriends::converge::yaml
