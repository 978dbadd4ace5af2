// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/unit_file.hpp"
#include "cluster/unit_name.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::cluster {

/// What a unit asks of the machine it is placed on: its [X-Fleet] section, old and new names alike.
struct Requirements {
    std::optional<std::string> machine_id;                         ///< a machine's whole id, or its first 8 characters
    std::vector<std::string> machine_of;                           ///< units that must be on the same machine
    std::map<std::string, std::set<std::string>> machine_metadata; ///< each key must have one of its values
    std::vector<std::string> conflicts;                            ///< globs of units that must not be on it
    bool global = false;                                           ///< runs on every machine that fits
    std::vector<std::string> replaces;                             ///< globs of units that give way to this one

    bool operator==(const Requirements&) const = default;

    /// Reads the section; specifiers are replaced for that unit. What is not understood becomes a warning.
    static Requirements read(const UnitFile& file, const UnitName& unit, Warnings& warnings);

    /// Throws Error(invalid) with fleet's words where they cannot go together.
    void check() const;

    /// True where one of our conflicts means that unit. A unit never conflicts with itself: that is the caller's to
    /// see to. Conflicts are symmetric: ask both sides.
    bool repels(std::string_view unit) const;
};

/// The items of one value: where it begins and ends with a quote, several stand between blanks.
std::vector<std::string> split_multivalue(std::string_view value);

/// fleet's globs over unit names: '*' and '?' do not cross a '/', [^a] negates; a malformed one matches nothing.
bool unit_glob_match(std::string_view pattern, std::string_view name);

} // namespace dfriends::cluster
