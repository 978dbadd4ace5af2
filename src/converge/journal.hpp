// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/result.hpp"

#include <string>
#include <vector>

namespace dfriends::converge {

/// A notification that a change has caused and that is still to be delivered.
struct Pending {
    std::string type;
    std::string name;
    std::string action; ///< never empty
    std::string source; ///< who changed
    bool operator==(const Pending& other) const
    {
        return type == other.type && name == other.name && action == other.action;
    }
};

/// What outlives a run that is killed. Notifications are on disk when a call returns; results soon after.
class Journal {
  public:
    virtual ~Journal() = default;
    /// What earlier runs left undelivered.
    virtual std::vector<Pending> pending() = 0;
    /// Something is about to be changed: throws where no result could be kept (a full disk). Further calls do nothing.
    virtual void begin() = 0;
    /// A result, and with it the notifications that its change causes.
    virtual void record(const Result& result, const std::vector<Pending>& caused) = 0;
    virtual void delivered(const Pending& notification) = 0;
};

} // namespace dfriends::converge
