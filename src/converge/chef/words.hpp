// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace dfriends::converge::chef {

enum class Conversion {
    same,
    mode,          ///< a number means its octal digits
    pairs,         ///< a hash becomes NAME=value texts
    map,           ///< name:value and name=value texts become a hash
    append,        ///< values of several properties are put together
    paths,         ///< a hash becomes PATH[:options] texts
    environment,   ///< a variable of the engine's environment
    own_engine,    ///< the address of the engine: that which converge is given
    daemon,        ///< a key of daemon.json
    daemon_list,   ///< the same, of a list
    daemon_map,    ///< the same, of a map
    daemon_number, ///< the same, of a number, also as a text of digits
    daemon_pairs,  ///< the same, of a list of NAME=value texts
    daemon_pools,  ///< the same, of a list of pools of addresses: 'base=192.0.2.0/24,size=28'
    daemon_limits, ///< the same, of a list of limits: 'nofile=1024:2048'
    ignored,       ///< nothing here depends on it
    apart,         ///< looked at by the type's own translation
    refused,       ///< cannot be had; the row says what to do instead
};

/// A property of Chef, and the attribute (or advice) that it is here.
struct PropertyRow {
    std::string_view chef;
    std::string_view house;
    Conversion conversion = Conversion::same;
};

struct ActionRow {
    std::string_view chef;
    std::string_view house;
};

/// A resource type of Chef. `name_attribute` takes the name of a resource that must be renamed; empty: it has none.
struct TypeRow {
    std::string_view chef;
    std::string_view house;
    std::string_view name_attribute;
    std::span<const PropertyRow> properties;
    std::span<const ActionRow> actions; ///< those with other names here
};

std::span<const TypeRow> type_rows();
const TypeRow* find_type_row(std::string_view chef);

/// The properties that all types have, beside those that the evaluator sees to.
std::span<const PropertyRow> common_rows();

} // namespace dfriends::converge::chef
