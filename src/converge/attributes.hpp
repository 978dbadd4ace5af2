// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/resource.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dfriends::converge {

/// type[name], as all messages and manifests write it.
std::string address(const Resource& resource);
std::string address(const Reference& reference);
/// Reads type[name]; nothing where it is not of that form.
std::optional<Reference> parse_address(std::string_view text);

/// A value as one text: scalars as they are written, lists joined by blanks, null as an empty text.
std::string scalar_text(const Value& value);

/// What a resource declares; missing and null values are nothing. check() has seen to the types.
const Value* find_attribute(const Resource& resource, std::string_view name);
std::optional<std::string> find_text(const Resource& resource, std::string_view name);
/// The attribute, or the resource's name where it is not declared.
std::string text_or_name(const Resource& resource, std::string_view name);
std::string text_or(const Resource& resource, std::string_view name, std::string_view fallback);
std::optional<std::int64_t> find_number(const Resource& resource, std::string_view name);
bool flag_or(const Resource& resource, std::string_view name, bool fallback);
/// A scalar counts as a list of one.
std::vector<std::string> list_of(const Resource& resource, std::string_view name);
std::vector<std::pair<std::string, std::string>> map_of(const Resource& resource, std::string_view name);

/// Splits a text into words as a shell does: blanks, quotes and backslashes, but nothing is expanded. Throws
/// Error(invalid) for an open quote.
std::vector<std::string> shell_words(std::string_view text);
/// In single quotes, so that a shell reads one word.
std::string shell_quoted(std::string_view word);

} // namespace dfriends::converge
