// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/puppet/datum.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace dfriends::converge::puppet {

bool is_data_type(std::string_view name);
/// NAME[arguments] of a data type. Throws Error(invalid), without a position, where they are none that it has.
TypeName make_type(const TypeName& type, std::span<const Datum> arguments);

/// Whether a value is of a data type such as String or Integer[1, 5]; nothing where the type is not one of data. The
/// work grows with the value's weight times the type's, see type_cost().
std::optional<bool> is_instance(const Datum& datum, const TypeName& type);
std::size_t type_cost(const Datum& datum, const Datum& type);

/// What a value is instead of the type: "a string", "7", "an array: its item 0 is 'x', not Integer". Shows nothing of
/// secrets.
std::string misfit(const Datum& datum, const TypeName& type);

} // namespace dfriends::converge::puppet
