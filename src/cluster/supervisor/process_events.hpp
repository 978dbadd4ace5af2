// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/supervisor/journal.hpp"
#include "cluster/supervisor/unit_process.hpp"

#include <chrono>
#include <list>
#include <map>
#include <optional>
#include <string>

namespace dfriends::cluster {

using SteadyTime = std::chrono::steady_clock::time_point;

/// What happens around the processes of one unit, for a supervisor that waits: their ends, their output (which goes to
/// the journal), their notifications, and our own SIGTERM. Belongs to a process with one thread, whose children and
/// their orphans are all the unit's.
class ProcessEvents {
  public:
    explicit ProcessEvents(JournalWriter& journal);

    /// Hands the process's output to the journal until it ends.
    void add(UnitProcess process);
    /// Waits until something has happened, or for that time. No time: as long as it takes.
    void wait(std::optional<SteadyTime> until);

    /// SIGTERM or SIGINT came.
    bool is_stop_requested() const { return stop_requested_; }
    /// The wait status of a child that has ended, once; nothing while it lives.
    std::optional<int> take_end(pid_t process);
    /// Forgets the ends that nobody asked for.
    void forget_ends() { ends_.clear(); }

    /// Opens the socket that Type=notify speaks to, and returns what NOTIFY_SOCKET must be.
    std::string open_notify_socket(const std::string& name);
    struct Notification {
        pid_t sender;
        std::map<std::string, std::string> values; ///< "READY": "1"
    };
    std::optional<Notification> take_notification();

  private:
    struct Output {
        UnitProcess process;
        std::string rest;
    };
    void take_signals();
    void reap();
    /// False at its end.
    bool take_output(Output& output);
    void write_lines(Output& output, bool all);
    void receive_notification();

    JournalWriter& journal_;
    os::Descriptor signals_, notify_;
    std::list<Output> outputs_;
    std::map<pid_t, int> ends_;
    std::list<Notification> notifications_;
    bool stop_requested_ = false;
};

} // namespace dfriends::cluster
