// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/local_units.hpp"
#include "cluster/registry.hpp"

#include <map>
#include <string>
#include <vector>

namespace dfriends::cluster {

/// A unit that belongs on a machine.
struct Wanted {
    std::string text;
    std::string hash;
    bool launched = false; ///< or only loaded
};

/// One step of a machine towards what is wanted of it.
struct Step {
    enum class Kind { load, start, stop, reset, remove };
    Kind kind;
    std::string unit;
    bool operator==(const Step&) const = default;
};

/// What is wanted of a machine: what is placed there, and the global units that fit.
std::map<std::string, Wanted> wanted_of(const Snapshot& snapshot, const Member& member);

/// What can be done now; the rest follows when that has had its effect. Within the machine, units wait for those that
/// After= names, pull in what Requires=, Wants= and BindsTo= name, and end those that Conflicts= names, as far as they
/// are loaded here: whatever else is named (docker.service, network-online.target) counts as running.
std::vector<Step> plan(const std::map<std::string, Wanted>& wanted, const std::map<std::string, LocalUnit>& local);

} // namespace dfriends::cluster
