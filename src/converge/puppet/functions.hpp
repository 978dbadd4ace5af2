// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/puppet/datum.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::converge::puppet {

/// The functions of Puppet and stdlib that only make values of values. Nothing where there is none of that name.
/// Throws Error(invalid), without a position.
std::optional<Datum> call_function(std::string_view name, std::span<const Datum> arguments);
std::vector<std::string> function_names();

/// left operator right, but for «and» and «or». Throws Error(invalid), without a position.
Datum apply_operator(std::string_view mark, const Datum& left, const Datum& right);
/// what[keys]. Throws Error(invalid), without a position.
Datum access(const Datum& what, std::span<const Datum> keys);
/// Whether a value is what a case or selector names.
bool matches(const Datum& value, const Datum& option);

} // namespace dfriends::converge::puppet
