// SPDX-License-Identifier: Apache-2.0
#include "applets/house/verbs.hpp"

#include <array>

namespace dfriends::applets::house {

namespace {

using config::Setting;
using config::SettingType;

constexpr std::array link_settings{
    Setting{.name = "symbolic",
            .type = SettingType::flag,
            .help = "Make symbolic links instead of hard ones",
            .letter = 's'},
    Setting{.name = "force",
            .type = SettingType::flag,
            .help = "Replace files of those names that are something else",
            .letter = 'f'},
};

constexpr Setting demo{
    .name = "demo", .type = SettingType::flag, .help = "The walk through all that dfriends does, on real parts"};

constexpr std::array up_settings{
    demo,
    Setting{.name = "listen",
            .help = "Address of the dashboard",
            .placeholder = "ADDR:PORT",
            .fallback = "127.0.0.1:4700",
            .repeatable = true},
    Setting{
        .name = "link", .help = "An address that the dashboard shows", .placeholder = "TITLE=URL", .repeatable = true},
};

constexpr std::array down_settings{demo};

constexpr std::array verbs{
    Verb{.name = "__complete",
         .usage = "WORD...",
         .synopsis = "Prints what may stand in the last word's place",
         .traits = hidden | stops_at_argument,
         .run = complete},
    Verb{.name = "__detached",
         .usage = "LOG COMMAND...",
         .synopsis = "Starts a command that stays, and prints its process",
         .traits = hidden | stops_at_argument,
         .run = start_detached},
    Verb{.name = "__table",
         .synopsis = "Prints the table of applets and verbs as JSON",
         .traits = hidden,
         .run = print_table},
    Verb{.name = "applets", .synopsis = "Lists the applets and the file names that call them", .run = list_applets},
    Verb{.name = "doctor",
         .synopsis = "Checks this host and says how to mend what is wrong",
         .run = doctor,
         .details =
             "Looks at the Docker Engine, the configuration, the state directory, free space, the ports that the "
             "services want, and the\n"
             "programs of others that some commands need. Ends with 1 where something is bad; a warning is not."},
    Verb{.name = "down",
         .synopsis = "Stops what 'up' started; with --demo, takes every trace of the demo away",
         .settings = down_settings,
         .run = down},
    Verb{.name = "help",
         .usage = "[COMMAND...]",
         .synopsis = "Explains a command",
         .traits = stops_at_argument,
         .run = help},
    Verb{.name = "install-links",
         .usage = "DIR",
         .synopsis = "Makes links by which the executable is called as the tools it replaces",
         .settings = link_settings,
         .run = install_links},
    Verb{.name = "state backup",
         .usage = "FILE",
         .synopsis = "Copies the state database while services run",
         .needs = state,
         .run = backup_state},
    Verb{.name = "state check", .synopsis = "Checks the state database for damage", .run = check_state},
    Verb{.name = "state restore",
         .usage = "FILE",
         .synopsis = "Puts a backup in the place of the state database",
         .run = restore_state,
         .details = "The services of that state directory must be stopped. What stood there before is kept beside it "
                    "as state.db.replaced."},
    Verb{.name = "status", .synopsis = "Shows the engine and the services on one screen", .run = show_status},
    Verb{.name = "up",
         .synopsis = "Runs every service that the configuration names, and the dashboard",
         .settings = up_settings,
         .traits = long_running,
         .run = up,
         .details =
             "Each section of the configuration file that belongs to a long-running command (cache, kv, cluster.lb, "
             "...) stands for that\ncommand. All run in this process, and end together. With --demo it walks through "
             "all that dfriends does, on real parts, and leaves\nthem up until 'dfriends down --demo'; machines, users "
             "and files of the system need root."},
};

} // namespace

constinit const Applet house_applet{
    .name = "",
    .alias = "",
    .synopsis = "Everything around Docker in one executable",
    .verbs = verbs,
};

} // namespace dfriends::applets::house
