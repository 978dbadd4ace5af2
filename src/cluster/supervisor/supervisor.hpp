// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/service.hpp"
#include "cluster/supervisor/process_events.hpp"
#include "cluster/supervisor/unit_state.hpp"

#include <deque>

namespace dfriends::cluster {

/// The files of a unit on its machine, in a folder that has the unit's name.
struct UnitFiles {
    os::Path directory;
    os::Path text() const { return directory / "unit"; }
    os::Path state() const { return directory / "state"; }
    os::Path journal() const { return directory / "journal"; }
    os::Path lock() const { return directory / "lock"; } ///< held by its supervisor
    std::string name() const { return directory.filename().string(); }

    /// As its supervisor wrote it last; a unit that was never started is loaded and dead.
    UnitState read_state() const;
};

/// Runs one service as systemd would, in a process of its own: from ExecStartPre to ExecStopPost, and again as Restart=
/// says. Every process that the unit starts is below this one, whatever it does.
class Supervisor {
  public:
    Supervisor(UnitFiles files, Machine machine);

    /// Returns when the unit has ended for good, or was asked to stop by SIGTERM.
    void run();

  private:
    enum class Ran { ok, failed, stopped, timed_out };
    using Until = std::optional<SteadyTime>;

    void live();
    bool start(Until deadline);
    bool run_start_pre(Until deadline);
    bool start_main(Until deadline);
    bool await_ready(Until deadline);
    bool find_forked_main(Until deadline);
    void stay();
    void stop();
    void stop_post();
    void tell_end();

    Ran run_all(const Commands& commands, const char* active, const char* sub, Until deadline, bool stoppable);
    Ran run_command(const UnitCommand& command, Until deadline, bool stoppable);
    /// Waits until the condition holds; else why not.
    template <class Condition>
    Ran wait_for(Condition condition, Until deadline, bool stoppable);
    void kill_all(const char* term_state, const char* kill_state);
    std::vector<pid_t> kill_targets(bool forced) const;

    pid_t spawn(const UnitCommand& command);
    void watch_main();
    bool has_main_ended();
    bool is_clean(int status) const;
    void fail(std::string_view result);
    void fail(Ran ran);
    std::string result_of(int status) const;
    bool wants_restart() const;
    bool may_start_again();
    void enter(std::string_view active, std::string_view sub);
    void note(const std::string& text);
    Until after(const std::optional<Milliseconds>& time) const;
    std::string title() const;

    UnitFiles files_;
    Machine machine_;
    Service service_;
    JournalWriter journal_;
    ProcessEvents events_;
    UnitState state_;
    Environment environment_;
    std::optional<int> main_status_; ///< wait status of the main process once it has ended
    bool skipped_ = false;           ///< a condition did not hold
    bool ready_ = false;             ///< READY=1 came
    std::deque<SteadyTime> starts_;
};

} // namespace dfriends::cluster
