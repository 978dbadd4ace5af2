// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/chef/object.hpp"

#include <span>
#include <string_view>

namespace dfriends::converge::chef {

/// receiver.name(arguments …) for the methods of strings, symbols, numbers, arrays and hashes without a block.
/// Throws Error(invalid), without a position.
Object call_method(const Object& receiver, std::string_view name, std::span<const Object> arguments);

/// left operator right, but for && and ||. Throws Error(invalid), without a position.
Object apply_operator(std::string_view mark, const Object& left, const Object& right);

/// what[key] of strings, arrays and hashes. Throws Error(invalid), without a position.
Object element(const Object& what, const Object& key);

} // namespace dfriends::converge::chef
