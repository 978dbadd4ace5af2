// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/chef/object.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::converge::chef {

/// receiver.name(arguments …) without a block. Throws Error(invalid), without a position.
Object call_method(const Object& receiver, std::string_view name, std::span<const Object> arguments);

bool has_method(const Object& receiver, std::string_view name);

/// left operator right, but for && and ||. Throws Error(invalid), without a position.
Object apply_operator(std::string_view mark, const Object& left, const Object& right);

/// Ruby's ===, as «when» asks it: a pattern is found in the subject, a range includes it, a class is its own; all else
/// equals it. Throws Error(invalid), without a position, for a class that is not known.
bool is_case(const Object& candidate, const Object& subject);

/// what[key] of strings, arrays and hashes; a key may be a range. Throws Error(invalid), without a position.
Object element(const Object& what, const Object& key);

/// what[key, key]: so many from a place on.
Object slice(const Object& what, const Object& from, const Object& count);

/// The list or hash with another value at the key. Throws Error(invalid), without a position.
Object with_element(const Object& what, const Object& key, Object value);

/// What a loop over it goes through: a list's items, a range's numbers, a hash's pairs; nothing for all else. Throws
/// Error(invalid) for a range that is too long.
std::optional<std::vector<Object>> items_in(const Object& object);

/// What a pattern found, and its groups, in a text; nil where it is not found.
Object match_of(const Object& text, const Object& pattern);

/// Where a pattern or a text is found in a text, from the left, without overlaps: all of it, or the first. Throws
/// Error(invalid), without a position, where that takes too long.
struct Found {
    std::size_t begin = 0;
    std::size_t end = 0;
    Object match; ///< as match_of() says it
};
std::vector<Found> find_all(const Object& text, const Object& pattern, bool everywhere);

/// Whether a version such as "12.04" meets a constraint such as ">= 12", "~> 10.0" or "12.04". Throws Error(invalid),
/// without a position, for a constraint that is none.
bool version_meets(std::string_view version, std::string_view constraint);

} // namespace dfriends::converge::chef
