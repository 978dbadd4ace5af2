// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/unit_name.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace dfriends::cluster {

/// What a unit may ask about the machine that it runs on.
struct Machine {
    std::string id;                                 ///< %m
    std::string boot_id;                            ///< %b
    std::string host_name;                          ///< %H
    std::string kernel;                             ///< %v
    std::string architecture;                       ///< %a, systemd's word: "x86-64"
    std::map<std::string, std::string> environment; ///< every command of every unit gets it
    std::map<std::string, std::string> users;       ///< users of units that are others here: core → root
    std::string programs;                           ///< a folder that stands before all others in PATH; may be empty
};

/// The host itself: what a machine is where nobody says otherwise.
Machine host_machine();

/// systemd's % specifiers, for one unit on one machine.
class Specifiers {
  public:
    Specifiers(UnitName unit, Machine machine) : unit_(std::move(unit)), machine_(std::move(machine)) {}

    /// User= of the unit, for %u, %U, %h and %s; root until then.
    void set_user(std::string name) { user_ = std::move(name); }

    /// An unknown specifier stays as it is, and `on_unknown` hears of its place.
    std::string expand(std::string_view text,
                       const std::function<void(std::size_t offset, char which)>& on_unknown) const;

    const UnitName& unit() const { return unit_; }
    const Machine& machine() const { return machine_; }

  private:
    bool append(std::string& to, char which) const;
    bool append_user(std::string& to, char which) const;

    UnitName unit_;
    Machine machine_;
    std::string user_ = "root";
};

/// %n %N %p and %i only: what fleet knows in [X-Fleet].
std::string expand_name_specifiers(std::string_view text, const UnitName& unit);

} // namespace dfriends::cluster
