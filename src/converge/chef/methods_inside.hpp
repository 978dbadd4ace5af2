// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/chef/object.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::converge::chef {

constexpr std::size_t longest_text = 256 * 1024;

using Arguments = std::span<const Object>;

/// A method without a block, as a row of the tables in text_methods.cpp, list_methods.cpp and so on.
struct Method {
    std::string_view name;
    std::size_t least; ///< how many arguments it wants
    std::size_t most;
    Object (*function)(const Object&, Arguments);
};

std::span<const Method> text_methods();
std::span<const Method> list_methods();
std::span<const Method> hash_methods();

// The content of an object that must be of one kind. Throw Error(invalid), without a position.
const std::string& text_of(const Object& object);
std::int64_t integer_of(const Object& object);
const std::vector<Object>& items_of(const Object& object);

/// Throws Error(invalid) for a text that is too long.
Object bounded(std::string text);

/// The argument at a place as a whole number.
std::int64_t integer_at(Arguments arguments, std::size_t at, std::int64_t otherwise);

/// Up to `count` of them, or Error(invalid) where the count is negative.
std::size_t count_of(const Object& count, std::size_t most);

/// As Ruby's format: %s %d %f %x %o %b %p %c, flags, widths and %{names}.
Object formatted(const std::string& format, Arguments values);

/// What follows in Ruby's order of texts: "a9" is followed by "b0".
std::string successor(const std::string& text);

/// As JSON.generate and JSON.pretty_generate write it.
std::string json_text(const Object& object, bool pretty);

/// All items added with +, from `sum` on.
Object sum_of(Object sum, Arguments items);

/// In the order of compare(). Throws Error(invalid) where two cannot be compared.
void sort_objects(std::vector<Object>& items);

/// Whether a pattern or a text is found in a text.
bool matches(const Object& text, const Object& pattern);

} // namespace dfriends::converge::chef
