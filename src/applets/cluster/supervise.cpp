// SPDX-License-Identifier: Apache-2.0
#include "applets/cluster/verbs.hpp"
#include "applets/context.hpp"
#include "base/error.hpp"
#include "cluster/supervisor/supervisor.hpp"
#include "os/user.hpp"

#include <unistd.h>

namespace dfriends::applets::cluster {

int supervise(Context& context)
{
    context.expect_arguments(1, 1);
    const dfriends::cluster::UnitFiles files{std::filesystem::absolute(context.arguments[0])};
    const auto lock = os::FileLock::try_lock(files.lock());
    if (!lock)
        throw Error(ErrorKind::conflict, "'{}' is supervised already, by process {}", files.name(),
                    os::FileLock::holder(files.lock()));
    ::setsid(); // an interrupt at the terminal of who started us is not meant for the unit
    dfriends::cluster::Machine machine = dfriends::cluster::host_machine();
    if (context.settings.is_given("machine-id"))
        machine.id = context.settings.text("machine-id");
    if (context.settings.is_given("hostname"))
        machine.host_name = context.settings.text("hostname");
    machine.programs = context.settings.text("programs");
    machine.environment["ETCDCTL_API"] =
        "2"; // units were written for etcdctl's v2 words; newer ones of it need to be told
    if (!os::find_user("core"))
        machine.users["core"] = "root"; // the user of CoreOS, whom most units name
    dfriends::cluster::Supervisor(files, machine).run();
    return 0;
}

} // namespace dfriends::applets::cluster
