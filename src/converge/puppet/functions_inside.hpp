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

// text_functions.cpp
Datum join_texts(Arguments arguments);
Datum split_text(Arguments arguments);
Datum replaced(Arguments arguments);
Datum formatted(Arguments arguments);
Datum compare_versions(Arguments arguments);
Datum affixed(Arguments arguments, bool before);
std::string trimmed(std::string_view text, bool left, bool right);
std::string upper(std::string text);
std::string capital(std::string text);
std::string base_name(std::string path);
std::string folder_name(std::string path);
std::string chomped(std::string text);

// collection_functions.cpp
Datum flattened(Arguments arguments);
Datum concatenated(Arguments arguments);
Datum merged(Arguments arguments);
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
