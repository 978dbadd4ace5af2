// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/puppet/datum.hpp"

#include <cstddef>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace dfriends::converge::puppet {

constexpr std::size_t no_container = std::numeric_limits<std::size_t>::max();

struct Attribute {
    Datum value;
    SourcePosition position;
};
using Attributes = std::map<std::string, Attribute, std::less<>>;

/// Names, and what goes for all resources of a type, in a part of a manifest.
struct Scope {
    std::map<std::string, Datum, std::less<>> variables;
    std::map<std::string, std::size_t, std::less<>> places;  ///< of the variables: offsets
    std::map<std::string, Attributes, std::less<>> defaults; ///< by type
    std::vector<Datum> groups;                               ///< of the pattern that matched last: $0, $1 …
    std::shared_ptr<Scope> parent;                           ///< where names are looked up next
    std::shared_ptr<Scope> caller;                           ///< where defaults are looked up next
    std::size_t container = no_container;
};

/// A resource in Puppet's words, after evaluation. Classes and instances of defined types are containers of others.
struct Declaration {
    std::string type; ///< in lower case: docker::run, class
    std::string title;
    SourcePosition position;
    Attributes attributes;
    std::size_t container = no_container; ///< an index of declarations
    bool is_container = false;
    bool is_virtual = false;
    std::shared_ptr<const Scope> scope;
};

/// Operands of an arrow: references and collectors, or lists of them.
struct Edge {
    Datum from;
    Datum to;
    bool notifies = false;
    SourcePosition position;
};

struct Evaluation {
    std::vector<Declaration> declarations;
    std::vector<Edge> edges;
    std::vector<Message> messages;
};

} // namespace dfriends::converge::puppet
