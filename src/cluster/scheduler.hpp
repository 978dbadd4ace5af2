// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/registry.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace dfriends::cluster {

/// A unit that goes to a machine, or leaves one.
struct Decision {
    std::string unit;
    std::string machine;
    bool leaves = false;
    std::string reason; ///< why it leaves
    bool operator==(const Decision&) const = default;
};

/// What must change so that every unit stands where it is wanted and may be: on the machine with the fewest units
/// (global ones count), the smallest id where several have as few. Departures come first.
std::vector<Decision> schedule(const Snapshot& snapshot);

/// Why a unit cannot run on a machine beside the units that are there; nothing where it can.
std::optional<std::string> find_refusal(const Job& job, const Member& member, const std::set<std::string>& present,
                                        const Snapshot& snapshot);

/// Why a unit is placed nowhere: one line a machine, "core-01 (172.17.8.101): conflicts with 'x.service'".
std::vector<std::string> explain(const Snapshot& snapshot, const Job& job);

/// The global units that run on a machine: those that fit, in the order of their names.
std::set<std::string> global_units_of(const Snapshot& snapshot, const Member& member);

} // namespace dfriends::cluster
