// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/timestamp.hpp"

#include <string>
#include <string_view>
#include <sys/types.h>

namespace dfriends::cluster {

/// How a unit fares on its machine, in systemd's words.
struct UnitState {
    std::string load = "loaded";     ///< loaded, not-found, error
    std::string active = "inactive"; ///< active, inactive, failed, activating, deactivating
    std::string sub = "dead";        ///< running, exited, start-pre, stop-sigterm …
    std::string result = "success";  ///< why it failed: exit-code, signal, timeout, resources, start-limit …
    pid_t main_process = 0;          ///< 0: none runs
    int exit_code = 0;      ///< of the main process when it ended: CLD_EXITED, CLD_KILLED, CLD_DUMPED; 0: not yet
    int exit_status = 0;    ///< its exit status or signal
    unsigned restarts = 0;  ///< by Restart=
    TimePoint since;        ///< of `active`
    std::string invocation; ///< id of this run: INVOCATION_ID of all its processes
    std::string hash;       ///< of the text that runs

    /// Something of it runs, or is about to.
    bool is_alive() const { return active != "inactive" && active != "failed"; }
    bool operator==(const UnitState&) const = default;
};

/// "ActiveState=active" lines, as systemctl show prints them.
std::string encode_unit_state(const UnitState& state);
/// Unknown lines are overlooked; what is missing keeps its default.
UnitState decode_unit_state(std::string_view text);

} // namespace dfriends::cluster
