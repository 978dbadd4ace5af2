// SPDX-License-Identifier: Apache-2.0
#include "applets/kv/verbs.hpp"

#include <algorithm>
#include <array>

namespace dfriends::applets::kv {

namespace {

using config::Setting;
using config::SettingType;

constexpr Setting ttl{.name = "ttl",
                      .type = SettingType::number,
                      .help = "Seconds to live; 0 for ever",
                      .placeholder = "SECONDS",
                      .fallback = "0"};
constexpr Setting sort{.name = "sort", .type = SettingType::flag, .help = "Sort the keys"};
constexpr Setting quorum{.name = "quorum", .type = SettingType::flag, .help = "Read through the leader", .letter = 'q'};
constexpr Setting recursive{
    .name = "recursive", .type = SettingType::flag, .help = "All that lies below too", .letter = 'r'};
constexpr Setting after_index{.name = "after-index",
                              .type = SettingType::number,
                              .help = "Begin after this index",
                              .placeholder = "INDEX",
                              .fallback = "0"};

constexpr std::array get_settings{sort, quorum};
constexpr std::array ls_settings{
    sort,
    recursive,
    Setting{.name = "slash", .type = SettingType::flag, .help = "Append a slash to directories", .letter = 'p'},
    quorum,
};
constexpr std::array mk_settings{
    Setting{.name = "in-order", .type = SettingType::flag, .help = "Make a key with an ascending number below KEY"},
    ttl,
};
constexpr std::array ttl_settings{ttl};
constexpr std::array rm_settings{
    Setting{.name = "dir", .type = SettingType::flag, .help = "Remove an empty directory too"},
    recursive,
    Setting{.name = "with-value", .help = "Only where it has this value", .placeholder = "VALUE"},
    Setting{.name = "with-index",
            .type = SettingType::number,
            .help = "Only where it was modified at this index",
            .placeholder = "INDEX",
            .fallback = "0"},
};
constexpr std::array set_settings{
    ttl,
    Setting{.name = "swap-with-value", .help = "Only where it has this value", .placeholder = "VALUE"},
    Setting{.name = "swap-with-index",
            .type = SettingType::number,
            .help = "Only where it was modified at this index",
            .placeholder = "INDEX",
            .fallback = "0"},
};
constexpr std::array watch_settings{
    Setting{.name = "forever", .type = SettingType::flag, .help = "Go on after the first event", .letter = 'f'},
    after_index,
    recursive,
};
constexpr std::array exec_watch_settings{after_index, recursive};

constexpr std::array common_settings{
    Setting{.name = "endpoints",
            .help = "Servers to ask",
            .placeholder = "URL",
            .fallback = "http://127.0.0.1:2379,http://127.0.0.1:4001",
            .repeatable = true,
            .environment = "ETCDCTL_ENDPOINTS"},
    Setting{.name = "endpoint",
            .help = "The older word for --endpoints",
            .placeholder = "URL",
            .repeatable = true,
            .environment = "ETCDCTL_ENDPOINT"},
    Setting{.name = "peers",
            .help = "The oldest word for --endpoints",
            .placeholder = "URL",
            .letter = 'C',
            .repeatable = true,
            .environment = "ETCDCTL_PEERS"},
    Setting{.name = "output",
            .help = "How answers look: simple, extended or json",
            .placeholder = "FORMAT",
            .fallback = "simple",
            .letter = 'o'},
    Setting{.name = "no-sync", .type = SettingType::flag, .help = "Accepted: the endpoints are always used as given"},
    Setting{.name = "timeout",
            .type = SettingType::duration,
            .help = "Time for one request",
            .placeholder = "DURATION",
            .fallback = "5s"},
    Setting{.name = "total-timeout",
            .type = SettingType::duration,
            .help = "Accepted for etcdctl's sake",
            .placeholder = "DURATION",
            .fallback = "5s"},
};

constexpr std::array serve_settings{
    Setting{.name = "listen",
            .help = "Address to listen on",
            .placeholder = "ADDR:PORT",
            .fallback = "127.0.0.1:2379,127.0.0.1:4001",
            .repeatable = true},
    Setting{.name = "discovery",
            .type = SettingType::flag,
            .help = "Answer /new and the tokens that it makes, as discovery.etcd.io did"},
    Setting{.name = "name", .help = "Name of the member", .placeholder = "NAME", .fallback = "default"},
};

constexpr std::array ctl_verbs{
    Verb{.name = "cluster-health", .synopsis = "Asks every member whether it is healthy", .run = cluster_health},
    Verb{.name = "exec-watch",
         .usage = "KEY -- COMMAND [ARGUMENT...]",
         .synopsis = "Runs a command at every change of a key",
         .settings = exec_watch_settings,
         .traits = stops_at_argument,
         .run = exec_watch,
         .details = "The command finds ETCD_WATCH_ACTION, ETCD_WATCH_KEY, ETCD_WATCH_VALUE and "
                    "ETCD_WATCH_MODIFIED_INDEX in its environment."},
    Verb{.name = "get", .usage = "KEY", .synopsis = "Prints the value of a key", .settings = get_settings, .run = get},
    Verb{.name = "ls",
         .usage = "[KEY]",
         .synopsis = "Lists the keys of a directory",
         .settings = ls_settings,
         .run = ls},
    Verb{.name = "member list", .synopsis = "Lists the members of the cluster", .run = member_list},
    Verb{.name = "mk",
         .usage = "KEY [VALUE]",
         .synopsis = "Makes a key that must not exist",
         .settings = mk_settings,
         .run = mk,
         .details = "Without VALUE it is read from stdin."},
    Verb{.name = "mkdir",
         .usage = "KEY",
         .synopsis = "Makes a directory that must not exist",
         .settings = ttl_settings,
         .run = mkdir},
    Verb{.name = "rm", .usage = "KEY", .synopsis = "Removes a key", .settings = rm_settings, .run = rm},
    Verb{.name = "rmdir", .usage = "KEY", .synopsis = "Removes a key or an empty directory", .run = rmdir},
    Verb{.name = "set",
         .usage = "KEY [VALUE]",
         .synopsis = "Sets a key",
         .settings = set_settings,
         .run = set,
         .details = "Without VALUE it is read from stdin."},
    Verb{.name = "setdir",
         .usage = "KEY",
         .synopsis = "Makes a directory, or a directory of a file",
         .settings = ttl_settings,
         .run = setdir},
    Verb{.name = "update",
         .usage = "KEY [VALUE]",
         .synopsis = "Changes a key that must exist",
         .settings = ttl_settings,
         .run = update,
         .details = "Without VALUE it is read from stdin."},
    Verb{.name = "updatedir",
         .usage = "KEY",
         .synopsis = "Changes the time to live of a directory that must exist",
         .settings = ttl_settings,
         .run = updatedir},
    Verb{.name = "watch",
         .usage = "KEY",
         .synopsis = "Waits for a change of a key and prints it",
         .settings = watch_settings,
         .run = watch},
};

constexpr Verb serve_verb{
    .name = "serve",
    .synopsis = "Serves etcd's v2 API",
    .settings = serve_settings,
    .needs = state,
    .traits = long_running,
    .run = serve,
    .details = "Everything is kept in the state database; a change that was answered is on disk.\nWith --discovery, "
               "'curl http://ADDR:PORT/new?size=3' prints a URL by "
               "which three etcd servers find each other.",
};

/// etcdctl's words and serve, sorted.
constexpr auto with_serve()
{
    std::array<Verb, ctl_verbs.size() + 1> all{};
    std::ranges::copy(ctl_verbs, all.begin());
    all.back() = serve_verb;
    std::ranges::sort(all, {}, &Verb::name);
    return all;
}

constexpr auto kv_verbs = with_serve();

} // namespace

constinit const Applet kv_applet{
    .name = "kv",
    .alias = "",
    .synopsis = "A key-value store that speaks etcd's API, and etcdctl's words for it and for a real etcd",
    .verbs = kv_verbs,
    .settings = common_settings,
    .single_dash_names = true,
    .report = report,
};

constinit const Applet ctl_applet{
    .name = "kv ctl",
    .alias = "etcdctl",
    .synopsis = "etcdctl's words, for our key-value store and for a real etcd",
    .verbs = ctl_verbs,
    .settings = common_settings,
    .single_dash_names = true,
    .report = report,
};

} // namespace dfriends::applets::kv
