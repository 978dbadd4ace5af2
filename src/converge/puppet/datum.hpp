// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/resource.hpp"

#include <concepts>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace dfriends::converge::puppet {

class Datum;

struct ListContent;
struct HashContent;
using List = std::shared_ptr<const ListContent>;
using Hash = std::shared_ptr<const HashContent>;

/// A type that is named: Docker::Run, File, Integer[1, 5]. Kept in lower case, as are the types of references.
struct TypeName {
    std::string name;
    List arguments = {};    ///< what stands in its brackets; null where there are none
    std::string alias = {}; ///< the name that it was called by, where that is another one
    bool operator==(const TypeName& other) const;
};

struct Pattern {
    std::string text;
    bool operator==(const Pattern&) const = default;
};

/// The word default.
struct Fallback {
    bool operator==(const Fallback&) const = default;
};

struct Search;

/// The resources of a type that a search finds, all of them where there is none: File <| title == 'x' |>.
struct Collected {
    std::string type;
    std::shared_ptr<const Search> search;
    bool exported = false; ///< those of other machines: none, as no server keeps them
    bool operator==(const Collected&) const = default;
};

/// A value that is shown nowhere: Sensitive('…').
struct Secret {
    std::shared_ptr<const Datum> value; ///< never another one
    bool operator==(const Secret& other) const;
};

/// A value while a manifest is evaluated. Lists and hashes are shared and never change.
class Datum {
  public:
    using Content = std::variant<std::monostate, bool, std::int64_t, double, std::string, List, Hash, Reference,
                                 TypeName, Pattern, Fallback, Collected, Secret>;

    Datum() = default;
    template <class T>
        requires(!std::same_as<std::remove_cvref_t<T>, Datum> && std::constructible_from<Content, T>)
    Datum(T&& value) : content(std::forward<T>(value))
    {
    }

    template <class T>
    const T* as() const
    {
        return std::get_if<T>(&content);
    }
    bool is_undef() const { return std::holds_alternative<std::monostate>(content); }
    /// Only undef and false are not.
    bool truthy() const { return !is_undef() && !(as<bool>() != nullptr && !*as<bool>()); }

    Content content;
};

/// How deep a list or hash is, and how much a walk over all of it costs; both are bounded, so that walks may recurse.
struct Extent {
    int depth = 1;
    std::size_t weight = 1;
};

struct ListContent {
    std::vector<Datum> items;
    Extent extent;
};

struct HashContent {
    std::vector<std::pair<Datum, Datum>> entries;           ///< in the order of the source
    std::map<std::string, std::size_t, std::less<>> places; ///< of entries, by their keys' identity()
    Extent extent;
    const Datum* find(const Datum& key) const;
};

/// Throw Error(invalid), without a position, where a list or hash is nested too deeply or is too large.
Datum make_list(std::vector<Datum> items);
/// The last one of equal keys wins, at the place of the first.
Datum make_hash(std::vector<std::pair<Datum, Datum>> entries);

std::size_t weight(const Datum& datum);
/// As in a string: undef is empty, lists and hashes as they are written.
std::string to_text(const Datum& datum);
/// As written in a manifest: strings in quotes.
std::string inspect(const Datum& datum);
/// As inspect(), in one short line: for messages.
std::string brief(const Datum& datum);
/// What two keys of a hash have in common when they are the same key.
std::string identity(const Datum& datum);
/// "a string", "undef": for messages.
std::string_view kind_of(const Datum& datum);
/// File[/etc/x], Docker::Run[web]: how Puppet shows a reference.
std::string show(const Reference& reference);

/// As Puppet's ==: the case of letters does not count, 1 equals 1.0, and "1" does not equal 1.
bool equal(const Datum& left, const Datum& right);
/// A number, or a text that is one: with 0x and 0 in front as Puppet reads them.
std::optional<Datum> to_number(const Datum& datum);

/// A list as it is, undef as an empty one, everything else as a list of one.
std::vector<Datum> to_items(const Datum& datum);

Datum make_secret(Datum value);
/// Whether a secret is in it.
bool has_secret(const Datum& datum);
/// The same with what its secrets hide.
Datum without_secrets(const Datum& datum);

Datum from_value(const Value& value);
/// Throws Error(invalid) where it is no data.
Value to_value(const Datum& datum, const SourcePosition& position);

} // namespace dfriends::converge::puppet
