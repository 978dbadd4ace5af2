// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/puppet/functions.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What the table of functions.cpp names. All throw Error(invalid), without a position.
namespace dfriends::converge::puppet::functions {

using Arguments = std::span<const Datum>;

std::string text_at(Arguments arguments, std::size_t at);
std::int64_t number_at(Arguments arguments, std::size_t at);
const HashContent& hash_at(Arguments arguments, std::size_t at);
/// What is made of texts is bounded before it is made.
void check_length(std::size_t length);
/// The items of lists in lists.
void flatten(const Datum& datum, std::vector<Datum>& out);

/// An array's items; throws where the argument is none.
const std::vector<Datum>& items_at(Arguments arguments, std::size_t at);

// text_functions.cpp
Datum join_texts(Arguments arguments);
Datum split_text(Arguments arguments);
Datum replaced(Arguments arguments);
Datum compare_versions(Arguments arguments);
Datum affixed(Arguments arguments, bool before);
Datum base64(Arguments arguments);
Datum matched(Arguments arguments);
Datum has_edge(Arguments arguments, bool at_start);
std::string trimmed(std::string_view text, bool left, bool right);
std::string upper(std::string text);
std::string capital(std::string text);
std::string base_name(std::string path);
std::string folder_name(std::string path);
std::string extension(std::string path);
std::string without_suffix(std::string name, const std::string& suffix);
std::string chomped(std::string text);
std::string chopped(std::string text);
std::string camel(std::string text);
std::string swapped(std::string text);

// format_functions.cpp
Datum formatted(Arguments arguments);
Datum string_of(Arguments arguments);

// data_functions.cpp
std::string json_text(const std::string& text);
Datum to_json(Arguments arguments);
Datum to_json_pretty(Arguments arguments);
Datum to_yaml(Arguments arguments);
Datum parsed(Arguments arguments);

// number_functions.cpp
std::int64_t random_of(const std::string& seed, std::int64_t limit);
Datum absolute(const Datum& datum);
Datum rounded(const Datum& datum, double (*how)(double));
Datum sum_of(Arguments arguments);
Datum clamped(Arguments arguments);
Datum integer_of(Arguments arguments);
Datum float_of(const Datum& datum);
Datum number_of(const Datum& datum);

// type_functions.cpp
std::optional<Datum> question(std::string_view name, Arguments arguments);
Datum asserted(Arguments arguments);
TypeName kind_type(const Datum& datum);
Datum ensured(Arguments arguments);

// collection_functions.cpp
Datum flattened(Arguments arguments);
Datum flattened_once(const Datum& list);
Datum concatenated(Arguments arguments);
Datum merged(Arguments arguments);
Datum deep_merged(Arguments arguments);
Datum intersection(Arguments arguments);
Datum united(Arguments arguments);
Datum zipped(Arguments arguments);
Datum searched(Arguments arguments, bool keeps);
Datum without_place(Arguments arguments);
Datum without_values(Arguments arguments);
Datum values_at(Arguments arguments);
Datum counted(Arguments arguments);
Datum joined_pairs(Arguments arguments);
Datum hash_of(const Datum& datum);
Datum array_of(const Datum& datum);
Datum any_to_array(Arguments arguments);
Datum parts_of_hash(Arguments arguments, bool keys);
Datum size_of(const Datum& datum);
bool is_empty(const Datum& datum);
Datum unique(const Datum& datum);
Datum sorted(const Datum& datum);
Datum picked(Arguments arguments, bool must);
Datum range(Arguments arguments);
Datum dig(Arguments arguments);
Datum extreme(Arguments arguments, std::string_view mark);
Datum without_undef(Arguments arguments);
Datum reversed(const Datum& datum);

} // namespace dfriends::converge::puppet::functions
