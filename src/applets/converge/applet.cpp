// SPDX-License-Identifier: Apache-2.0
#include "applets/converge/verbs.hpp"

#include <array>

namespace dfriends::applets::converge {

namespace {

using config::Setting;
using config::SettingType;

constexpr std::array run_settings{
    Setting{.name = "detailed-exitcode",
            .type = SettingType::flag,
            .help = "Exit with 2 for changes, 4 for failures, 6 for both"},
};
constexpr std::array history_settings{
    Setting{.name = "limit",
            .type = SettingType::number,
            .help = "Runs to list at most",
            .placeholder = "N",
            .fallback = "20"},
};

constexpr std::string_view manifests_help = "A FILE is a manifest (.yaml), a Chef recipe (.rb) or a Puppet manifest "
                                            "(.pp), or a folder of them. Resources of all files form one\n"
                                            "catalog, in their order.";

constexpr std::array verbs{
    Verb{.name = "apply",
         .usage = "FILE...",
         .synopsis = "Brings this host to the declared state",
         .settings = run_settings,
         .needs = state,
         .run = apply,
         .details = manifests_help},
    Verb{.name = "drift",
         .usage = "[FILE...]",
         .synopsis = "Shows what is no longer as the last apply left it",
         .settings = run_settings,
         .needs = state,
         .run = drift,
         .details = "Without FILE, the files of the last apply are compared."},
    Verb{.name = "history",
         .usage = "[ID]",
         .synopsis = "Lists past runs, or what one of them did",
         .settings = history_settings,
         .needs = state,
         .run = history},
    Verb{.name = "plan",
         .usage = "FILE...",
         .synopsis = "Shows what an apply would change",
         .settings = run_settings,
         .run = plan,
         .details = manifests_help},
    Verb{.name = "show",
         .usage = "RESOURCE",
         .synopsis = "Shows what past runs did to a resource",
         .needs = state,
         .run = show,
         .details = "RESOURCE is written as TYPE[NAME]: 'docker_container[web]'."},
    Verb{.name = "translate",
         .usage = "FILE...",
         .synopsis = "Prints recipes as a native manifest",
         .run = translate,
         .details = manifests_help},
    Verb{.name = "validate",
         .usage = "FILE...",
         .synopsis = "Reads and checks files; nothing else is asked",
         .run = validate,
         .details = manifests_help},
};

} // namespace

constinit const Applet converge_applet{
    .name = "converge",
    .alias = "",
    .synopsis = "Brings hosts to a declared state, as Chef and Puppet do",
    .verbs = verbs,
};

} // namespace dfriends::applets::converge
