// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/node.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::converge::yaml {

struct Item;

/// What a key's value may look like, for the JSON schema.
enum class Form {
    attribute, ///< as the attribute's type has it
    text,
    flag,
    texts, ///< a text, or a list of them
    map,
    any,
};

/// A key of a section's items: an attribute by its name in Compose or Ansible, or something that `read` makes
/// attributes of.
struct Word {
    std::string_view key;
    std::string_view attribute;
    void (*read)(Item& item, const config::Node& value) = nullptr;
    Form form = Form::attribute;
    std::string_view help = {}; ///< empty: the attribute's
};

/// A key of Compose or of others that cannot be had, and what to write instead.
struct Advice {
    std::string_view key;
    std::string_view advice;
};

/// How a section holds its items.
enum class Shape {
    by_name, ///< a map of them
    list,
    one, ///< it is itself one
};

/// A section of a manifest. Its items become resources of its type.
struct Section {
    std::string_view name;
    std::string_view kind; ///< what references call its items: container[web]
    std::string_view type;
    Shape shape;
    std::string_view help;
    std::span<const Word> words;
    std::span<const Advice> refused;
    void (*begin)(Item& item); ///< says what the resource is called, and of what type it is
    void (*finish)(Item& item);
};

/// In the order in which their items are declared.
std::span<const Section> sections();
const Section* find_section_of_kind(std::string_view kind);

/// Keys that the items of every section may have.
std::span<const Word> words_of_all();

/// A key at the top of a manifest that is no section.
struct TopWord {
    std::string_view key;
    std::string_view help;
};
std::span<const TopWord> top_words();

/// Keys that are for others, who may write into them what they like.
bool is_extension(std::string_view key);

/// Throws Error(invalid) for a key that nothing knows, with the nearest known one or with what to write instead.
void check_top_words(const config::Node& root);
void check_item_words(const Section& section, const config::Node& body);

} // namespace dfriends::converge::yaml
