// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/result.hpp"

#include <string>
#include <tuple>
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
    bool operator<(const Pending& other) const
    {
        return std::tie(type, name, action) < std::tie(other.type, other.name, other.action);
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
    /// A resource is about to be changed, and will cause these: a run that is killed in the middle of that leaves them
    /// to the next one, which may find the change done.
    virtual void expect(const std::vector<Pending>& notifications) = 0;
    /// A result, and with it the notifications that its change causes. What was expected of it and did not come is
    /// taken back.
    virtual void record(const Result& result, const std::vector<Pending>& caused,
                        const std::vector<Pending>& expected) = 0;
    virtual void delivered(const Pending& notification) = 0;
};

} // namespace dfriends::converge
