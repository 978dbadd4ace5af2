// SPDX-License-Identifier: Apache-2.0
#include "applets/converge/verbs.hpp"

#include <array>

namespace dfriends::applets::converge {

namespace {

using config::Setting;
using config::SettingType;

constexpr Setting allow_engine_restart{.name = "allow-engine-restart",
                                       .type = SettingType::flag,
                                       .help = "Restart a running engine where its daemon.json wants that"};
constexpr Setting detailed_exitcode{.name = "detailed-exitcode",
                                    .type = SettingType::flag,
                                    .help = "Exit with 2 for changes, 4 for failures, 6 for both"};
constexpr Setting deep{.name = "deep",
                       .type = SettingType::flag,
                       .help = "Also look for limits and restart policies that somebody else changed"};
constexpr Setting prune{.name = "prune",
                        .type = SettingType::flag,
                        .help =
                            "Remove containers and networks that an apply has made and that are no longer declared"};

constexpr std::array apply_settings{
    allow_engine_restart,
    Setting{
        .name = "boot", .type = SettingType::flag, .help = "Only start the containers that should run, in their order"},
    deep,
    detailed_exitcode,
    Setting{.name = "engine-timeout",
            .type = SettingType::number,
            .help = "Seconds to wait for an engine that does not answer yet",
            .placeholder = "SECONDS",
            .fallback = "10"},
    Setting{.name = "parallel",
            .type = SettingType::number,
            .help = "Containers and images to work on at once",
            .placeholder = "N",
            .fallback = "16"},
    Setting{
        .name = "plan", .help = "Apply what a plan was saved for, if it still says the same", .placeholder = "PLAN"},
    prune,
};
constexpr std::array plan_settings{
    allow_engine_restart,
    deep,
    detailed_exitcode,
    Setting{.name = "out", .help = "Save the plan for apply --plan", .placeholder = "PLAN"},
    prune,
};
constexpr std::array drift_settings{
    detailed_exitcode,
    Setting{.name = "watch", .type = SettingType::flag, .help = "Look again whenever the engine tells of a change"},
};
constexpr std::array format_settings{
    Setting{.name = "check",
            .type = SettingType::flag,
            .help = "Change no file; exit with 1 where one is not as it should be"},
    Setting{.name = "diff", .type = SettingType::flag, .help = "Print what changes instead of the files' names"},
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
         .usage = "[FILE...]",
         .synopsis = "Brings this host to the declared state",
         .settings = apply_settings,
         .needs = state,
         .run = apply,
         .details = manifests_help},
    Verb{.name = "drift",
         .usage = "[FILE...]",
         .synopsis = "Shows what is no longer as the last apply left it",
         .settings = drift_settings,
         .needs = state,
         .run = drift,
         .details = "Without FILE, the files of the last apply are compared."},
    Verb{.name = "fmt",
         .usage = "FILE...",
         .synopsis = "Indents and aligns files as their language's style guide says",
         .settings = format_settings,
         .run = format_files,
         .details =
             "A FILE is a manifest (.yaml), a Chef recipe (.rb) or a Puppet manifest (.pp), or a folder of them. "
             "Each is rewritten in place, and named where it changed. What it says stays the same."},
    Verb{.name = "graph",
         .usage = "FILE...",
         .synopsis = "Prints who requires and notifies whom, for Graphviz",
         .run = graph,
         .details = manifests_help},
    Verb{.name = "history",
         .usage = "[ID]",
         .synopsis = "Lists past runs, or what one of them did",
         .settings = history_settings,
         .needs = state,
         .run = history},
    Verb{.name = "import",
         .usage = "[CONTAINER...]",
         .synopsis = "Prints a manifest of the containers, networks and volumes that there are",
         .needs = engine,
         .run = import,
         .details =
             "Without CONTAINER all of them, otherwise those and what they use. To apply the manifest takes them over "
             "and changes nothing."},
    Verb{.name = "plan",
         .usage = "FILE...",
         .synopsis = "Shows what an apply would change",
         .settings = plan_settings,
         .run = plan,
         .details = manifests_help},
    Verb{.name = "schema", .synopsis = "Prints the JSON schema of native manifests, for editors", .run = schema},
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
