// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace dfriends {

/// Object members keep sorted order, so that what we print is stable.
using Json = nlohmann::json;

/// Parses one document. Throws Error(invalid) that names `what` and the byte where it broke; nesting deeper than 256 is
/// refused.
Json parse_json(std::string_view text, std::string_view what);

/// Invalid UTF-8 becomes U+FFFD instead of an exception. indent < 0 means one line.
std::string dump_json(const Json& value, int indent = -1);

/// The member as text, number or flag; `fallback` where it is missing, null, or of another type.
std::string text_of(const Json& object, std::string_view member, std::string_view fallback = {});
std::int64_t number_of(const Json& object, std::string_view member, std::int64_t fallback = 0);
bool flag_of(const Json& object, std::string_view member, bool fallback = false);

/// The member, or a null constant where it is missing or `object` is not an object.
const Json& member_of(const Json& object, std::string_view member);

} // namespace dfriends
