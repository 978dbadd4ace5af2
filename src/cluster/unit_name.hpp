// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace dfriends::cluster {

/// The parts of a unit's name: "foo@bar.service" is the instance "bar" of the template "foo@.service".
struct UnitName {
    std::string full;     ///< "foo@bar.service"
    std::string name;     ///< without the type: "foo@bar"
    std::string prefix;   ///< before the first '@': "foo"
    std::string instance; ///< between the first '@' and the last '.'; empty for templates and plain units
    std::string type;     ///< "service"
    bool has_at = false;

    bool is_template() const { return has_at && instance.empty(); }
    bool is_instance() const { return has_at && !instance.empty(); }
    /// "foo@.service"; empty where the unit is neither template nor instance.
    std::string template_name() const;
    /// The part after the last '-' of the prefix: %j.
    std::string_view last_dash_part() const;
};

/// Checks and cuts a name. Throws Error(invalid) with fleet's words.
UnitName parse_unit_name(std::string_view name);

/// What a user typed, as a unit's name: without its folder, and with ".service" where it has no type of its own. The
/// result is not checked.
std::string normalise_unit_name(std::string_view typed);

/// systemd's escapes in names: '-' stands for '/', \xHH for a byte.
std::string unescape_unit_name(std::string_view escaped);

} // namespace dfriends::cluster
