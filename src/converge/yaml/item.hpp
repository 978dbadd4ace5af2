// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/node.hpp"
#include "converge/schema.hpp"
#include "converge/yaml/declared.hpp"
#include "converge/yaml/variables.hpp"
#include "converge/yaml/words.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dfriends::converge::yaml {

/// One item of a section, with its expressions evaluated, on its way to a resource.
struct Item {
    const Section& section;
    const config::Node& name; ///< its key, where the section is a map
    const config::Node& body;
    Variables& variables;
    Declared& declared;
    Resource resource;
    bool is_resource = true; ///< false: it is only a name for notifications

    const config::Node* find(std::string_view key) const;
    /// The text of a key; empty where it is missing or null.
    std::string text(std::string_view key) const;
    /// The word of `state` (or another key) among those known; the first where it is missing.
    std::string word(std::string_view key, const std::vector<std::string>& known) const;

    /// Sets an attribute, which the type must have.
    void set(std::string_view attribute, Value value);
    void set_text(std::string_view attribute, std::string text, const config::Node& from);
    /// Adds to a list.
    void add_texts(std::string_view attribute, const std::vector<std::string>& texts, const config::Node& from);
    /// Takes a value as it stands: a map is a list of NAME=value too, and the other way round.
    void take(std::string_view attribute, const config::Node& value);

    void require(std::string_view type, std::string_view name, const SourcePosition& position);
    /// Where its resource is going to stand in the catalog.
    std::size_t index() const { return declared.catalog.resources.size(); }
};

/// Scalars as they are written; lists and maps are refused.
std::vector<std::string> texts_of(const config::Node& node);

/// A resource that comes before this one, once.
void add_requirement(Resource& resource, const Reference& reference);

} // namespace dfriends::converge::yaml
