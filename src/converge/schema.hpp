// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/resource.hpp"

#include <span>
#include <string_view>

namespace dfriends::converge {

enum class AttributeType {
    text,
    number,
    flag,
    text_list,
    text_map,
    document, ///< a map of anything, as JSON has it
};

/// An attribute that a resource type knows.
struct Attribute {
    std::string_view name;
    AttributeType type;
    std::string_view help;
    bool required = false;
};

/// A resource type, the same for all dialects: the front ends translate theirs into these words.
struct ResourceType {
    std::string_view name;
    std::span<const Attribute> attributes;
    std::span<const std::string_view> actions; ///< the first is the default
    std::string_view refresh;                  ///< the action of a notification that names none; empty: none
};

std::span<const ResourceType> resource_types();
const ResourceType* find_resource_type(std::string_view name);

/// The native manifest as a JSON schema, for editors.
std::string render_json_schema();

/// Checks every resource against the table: unknown types, attributes and actions (with a suggestion), wrong and
/// missing values, and names that stand twice. Scalars are accepted where a list is wanted, numbers where a text is.
/// Throws Error(invalid) at the place.
void check(const Catalog& catalog);

} // namespace dfriends::converge
