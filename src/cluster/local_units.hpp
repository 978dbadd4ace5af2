// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/supervisor/supervisor.hpp"
#include "os/process.hpp"

#include <map>
#include <string>
#include <vector>

namespace dfriends::cluster {

/// A unit as it is on this machine.
struct LocalUnit {
    UnitState state;
    std::string hash;           ///< of its text
    bool is_launched = false;   ///< it was started and not told to stop since; it may have ended
    bool is_supervised = false; ///< its supervisor lives
    Dependencies dependencies;
};

/// The units of one machine: a folder each, and a supervisor each while they run. What a supervisor does goes on
/// without us, and is found again.
class LocalUnits {
  public:
    /// `supervisor`: the words that start one; the unit's folder is added.
    LocalUnits(os::Path directory, std::vector<std::string> supervisor);

    std::map<std::string, LocalUnit> read();
    UnitFiles files(const std::string& unit) const { return {directory_ / unit}; }

    /// Writes a unit's text anew. A text that cannot be obeyed is loaded too: its state says "error", its journal why.
    void load(const std::string& unit, const std::string& text);
    /// Starts its supervisor; processes that one which was killed has left behind are ended first.
    void start(const std::string& unit);
    /// Asks it to stop; its state tells when it has.
    void stop(const std::string& unit);
    /// Not launched any more: for one that has stopped.
    void reset(const std::string& unit);
    void remove(const std::string& unit);
    /// Takes the exit statuses of supervisors that have ended.
    void reap();

  private:
    const Dependencies& dependencies_of(const std::string& unit, const std::string& text, const std::string& hash);
    os::Path directory_;
    std::vector<std::string> supervisor_;
    std::map<std::string, os::Child> children_;        ///< supervisors that we started, by unit
    std::map<std::string, Dependencies> dependencies_; ///< by unit and hash
};

} // namespace dfriends::cluster
