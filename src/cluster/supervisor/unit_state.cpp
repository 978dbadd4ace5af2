// SPDX-License-Identifier: Apache-2.0
#include "cluster/supervisor/unit_state.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace dfriends::cluster {

using std::chrono::duration_cast;
using std::chrono::microseconds;

std::string encode_unit_state(const UnitState& state)
{
    return fmt::format("LoadState={}\nActiveState={}\nSubState={}\nResult={}\nMainPID={}\nExecMainCode={}\n"
                       "ExecMainStatus={}\nNRestarts={}\nStateChangeTimestamp={}\nInvocationID={}\nUnitHash={}\n",
                       state.load, state.active, state.sub, state.result, state.main_process, state.exit_code,
                       state.exit_status, state.restarts,
                       duration_cast<microseconds>(state.since.time_since_epoch()).count(), state.invocation,
                       state.hash);
}

UnitState decode_unit_state(std::string_view text)
{
    UnitState state;
    for (const std::string_view line : lines(text)) {
        const auto [name, value] = split_once(line, '=');
        const std::int64_t number = parse_signed(value).value_or(0);
        if (name == "LoadState")
            state.load = value;
        else if (name == "ActiveState")
            state.active = value;
        else if (name == "SubState")
            state.sub = value;
        else if (name == "Result")
            state.result = value;
        else if (name == "MainPID")
            state.main_process = static_cast<pid_t>(number);
        else if (name == "ExecMainCode")
            state.exit_code = static_cast<int>(number);
        else if (name == "ExecMainStatus")
            state.exit_status = static_cast<int>(number);
        else if (name == "NRestarts")
            state.restarts = static_cast<unsigned>(number);
        else if (name == "StateChangeTimestamp")
            state.since = TimePoint(microseconds(number));
        else if (name == "InvocationID")
            state.invocation = value;
        else if (name == "UnitHash")
            state.hash = value;
    }
    return state;
}

} // namespace dfriends::cluster
