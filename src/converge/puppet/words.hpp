// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace dfriends::converge::puppet {

enum class Conversion {
    same,
    list,          ///< one value counts as a list of one
    number,        ///< also as a text of digits
    map,           ///< NAME=value and NAME:value texts, or a hash
    joined,        ///< one text of all values, with commas between them
    daemon,        ///< a key of daemon.json
    daemon_list,   ///< the same, of a list
    daemon_map,    ///< the same, of a map
    daemon_number, ///< the same, of a number, also as a text of digits
    ignored,       ///< nothing here depends on it
    apart,         ///< looked at by the type's own translation
    refused,       ///< cannot be had unless it is false or nothing; the row says what to do instead
};

/// A parameter of Puppet, and the attribute that it is here, or the advice, or
/// the reason why nothing depends on it.
struct ParameterRow {
    std::string_view puppet;
    std::string_view house;
    Conversion conversion = Conversion::same;
};

struct TypeRow {
    std::string_view puppet;
    std::string_view house;
    std::span<const ParameterRow> parameters;
};

std::span<const TypeRow> type_rows();
const TypeRow* find_type_row(std::string_view puppet);

/// Those that say something about order and are seen to for all types, and those without a meaning here.
bool is_metaparameter(std::string_view name);

} // namespace dfriends::converge::puppet
