// SPDX-License-Identifier: Apache-2.0
#include "applets/context.hpp"
#include "applets/house/verbs.hpp"
#include "base/error.hpp"
#include "os/file.hpp"
#include "state/backup.hpp"
#include "state/store.hpp"

namespace dfriends::applets::house {

int backup_state(Context& context)
{
    context.expect_arguments(1, 1);
    state::backup(context.store().file(), context.arguments[0]);
    context.say("wrote " + context.arguments[0]);
    return 0;
}

int restore_state(Context& context)
{
    context.expect_arguments(1, 1);
    const auto file = context.state_directory() / "state.db";
    state::restore(context.arguments[0], file);
    context.say("restored " + file.string());
    return 0;
}

int check_state(Context& context)
{
    context.expect_arguments(0, 0);
    const auto file = context.state_directory() / "state.db";
    if (!std::filesystem::exists(file))
        throw Error(ErrorKind::not_found, "there is no state database '{}' yet", file.string());
    const auto faults = state::check(file);
    for (const std::string& fault : faults)
        context.print("{}\n", fault);
    if (!faults.empty())
        throw Error(ErrorKind::failed, "the state database '{}' is damaged", file.string())
            .hint("restore a backup with 'dfriends state restore FILE'");
    context.print("{}: good\n", file.string());
    return 0;
}

} // namespace dfriends::applets::house
