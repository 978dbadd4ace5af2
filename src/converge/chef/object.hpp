// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/resource.hpp"

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace dfriends::converge::chef {

class Object;

struct Symbol {
    std::string name;
    bool operator==(const Symbol&) const = default;
};

struct Pattern {
    std::string text;
    bool ignore_case = false;
    bool operator==(const Pattern&) const = default;
};

/// node['a']['b'], or node.default['a'] where a level is named: looked up when its value is wanted.
struct NodePath {
    std::string level; ///< default, normal, override; empty: for reading
    std::vector<std::string> keys;
    bool operator==(const NodePath&) const = default;
};

/// A class that is named, such as File or Chef::Config.
struct Constant {
    std::string name;
    bool operator==(const Constant&) const = default;
};

/// lazy { … }: code that the evaluator keeps until every recipe has been read.
struct Lazy {
    std::size_t place = 0; ///< among the evaluator's closures
    bool operator==(const Lazy&) const = default;
};

/// first..last, of whole numbers; without a last one it has no end.
struct Range {
    std::int64_t first = 0;
    std::optional<std::int64_t> last; ///< which is in it
    bool operator==(const Range&) const = default;
};

/// Gem::Version.new('1.2') and Chef::VersionConstraint.new('>= 1').
struct Version {
    std::string text;
    bool is_constraint = false;
    bool operator==(const Version&) const = default;
};

struct ListContent;
struct HashContent;
using List = std::shared_ptr<const ListContent>;
using Hash = std::shared_ptr<const HashContent>;

/// A value while a recipe is evaluated. Lists and hashes are shared and never change.
class Object {
  public:
    using Content = std::variant<std::monostate, bool, std::int64_t, double, std::string, Symbol, List, Hash, NodePath,
                                 Constant, Pattern, Lazy, Range, Version>;

    Object() = default;
    template <class T>
        requires(!std::same_as<std::remove_cvref_t<T>, Object>)
    Object(T&& value) : content(std::forward<T>(value))
    {
    }

    template <class T>
    const T* as() const
    {
        return std::get_if<T>(&content);
    }
    bool is_nil() const { return std::holds_alternative<std::monostate>(content); }
    bool truthy() const { return !is_nil() && !(as<bool>() != nullptr && !*as<bool>()); }
    bool operator==(const Object& other) const;

    Content content;
};

/// How deep a list or hash is, and how much a walk over all of it costs; both are bounded, so that walks may recurse.
struct Extent {
    int depth = 1;
    std::size_t weight = 1;
};

struct ListContent {
    std::vector<Object> items;
    Extent extent;
};

struct HashContent {
    std::vector<std::pair<Object, Object>> entries; ///< in the order of the source
    Extent extent;
    const Object* find(const Object& key) const;
    /// As node attributes and data bags are asked: a symbol stands for its text.
    const Object* find_word(const Object& key) const;
};

/// Throw Error(invalid), without a position, where a list or hash is nested too deeply or is too large.
Object make_list(std::vector<Object> items);
template <class Iterator>
Object make_list(Iterator begin, Iterator end)
{
    return make_list(std::vector<Object>(begin, end));
}
Object make_hash(std::vector<std::pair<Object, Object>> entries);

/// What a walk over all of a value costs, for the evaluator's account.
std::size_t weight(const Object& object);

/// As Ruby's to_s: nil is empty, lists and hashes as they are written.
std::string to_text(const Object& object);

/// As Ruby's inspect: strings in quotes.
std::string inspect(const Object& object);

/// "a string", "nil": for messages.
std::string_view kind_of(const Object& object);

/// Less, equal or greater for two versions: 1.10 is behind 1.9.
std::strong_ordering compare_versions(std::string_view left, std::string_view right);

/// The order of two numbers, strings, versions or lists of such; unordered where they cannot be compared.
std::partial_ordering compare(const Object& left, const Object& right);

/// Whether it is code to be run later, or a list or hash that has such in it.
bool is_lazy(const Object& object);

/// The value in the terms of the catalog; symbols become texts. Throws Error(invalid) for what is lazy.
Value to_value(const Object& object, const SourcePosition& position);

/// Whether a value is of one of Ruby's own classes; nothing for a class that is not known.
std::optional<bool> is_of_class(const Object& value, std::string_view name);

} // namespace dfriends::converge::chef
