// SPDX-License-Identifier: Apache-2.0
#include "applets/cluster/verbs.hpp"

#include <array>

namespace dfriends::applets::cluster {

namespace {

using config::Setting;
using config::SettingType;

constexpr std::array supervise_settings{
    Setting{.name = "machine-id", .help = "Id of the machine, for %m", .placeholder = "ID"},
    Setting{.name = "hostname", .help = "Name of the machine, for %H", .placeholder = "NAME"},
    Setting{.name = "programs", .help = "Folder of programs that stands first in PATH", .placeholder = "DIR"},
};

constexpr std::array cluster_verbs{
    Verb{.name = "supervise",
         .usage = "DIR",
         .synopsis = "Runs the unit in a folder, as the agent has it run",
         .settings = supervise_settings,
         .traits = hidden,
         .run = supervise},
    Verb{.name = "verify",
         .usage = "UNIT...",
         .synopsis = "Checks unit files",
         .run = verify,
         .details = "What cannot be obeyed is an error, what is odd a warning, each with file:line:column.\nNothing is "
                    "asked of a cluster."},
};

} // namespace

constinit const Applet cluster_applet{
    .name = "cluster",
    .alias = "fleetctl",
    .synopsis = "Units on several machines, and fleetctl's words for them",
    .verbs = cluster_verbs,
    .single_dash_names = true,
};

} // namespace dfriends::applets::cluster
