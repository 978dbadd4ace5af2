// SPDX-License-Identifier: Apache-2.0
#include "applets/kv/verbs.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

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
    Setting{.name = "username",
            .help = "Who asks",
            .placeholder = "NAME[:PASSWORD]",
            .letter = 'u',
            .environment = "ETCDCTL_USERNAME"},
    Setting{.name = "password",
            .help = "The user's password",
            .placeholder = "PASSWORD",
            .environment = "ETCDCTL_PASSWORD"},
    Setting{.name = "cert-file",
            .help = "Certificate to show for https",
            .placeholder = "FILE",
            .environment = "ETCDCTL_CERT_FILE"},
    Setting{.name = "key-file", .help = "Its key", .placeholder = "FILE", .environment = "ETCDCTL_KEY_FILE"},
    Setting{.name = "ca-file",
            .help = "Authorities to trust for https",
            .placeholder = "FILE",
            .environment = "ETCDCTL_CA_FILE"},
    Setting{.name = "debug", .type = SettingType::flag, .help = "Say each request as a command line of curl"},
    Setting{.name = "discovery-srv",
            .help = "Refused: name the servers",
            .placeholder = "DOMAIN",
            .letter = 'D',
            .environment = "ETCDCTL_DISCOVERY_SRV"},
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
    Setting{.name = "auto-compaction-retention",
            .type = SettingType::duration,
            .help = "Compact revisions of v3 that are older, but never the newest 10000; 0 for never",
            .placeholder = "DURATION",
            .fallback = "1h"},
    Setting{.name = "quota-backend-bytes",
            .type = SettingType::size,
            .help = "Refuse changes of v3 when the state database is larger; 0 for never",
            .placeholder = "SIZE",
            .fallback = "0"},
    Setting{.name = "listen",
            .help = "Address to listen on",
            .placeholder = "ADDR:PORT",
            .fallback = "127.0.0.1:2379,127.0.0.1:4001",
            .repeatable = true},
    Setting{.name = "discovery",
            .type = SettingType::flag,
            .help = "Answer /new and the tokens that it makes, as discovery.etcd.io did"},
    Setting{.name = "name", .help = "Name of the member", .placeholder = "NAME", .fallback = "default"},
    Setting{.name = "tls-certificate",
            .help = "Serve TLS with this certificate, PEM, and what leads to its root",
            .placeholder = "FILE"},
    Setting{.name = "tls-client-ca",
            .help = "Serve only clients whose certificate this authority signed, PEM",
            .placeholder = "FILE"},
    Setting{.name = "tls-key", .help = "Key of the certificate, PEM", .placeholder = "FILE"},
};

constexpr std::array backup_settings{
    Setting{.name = "data-dir", .help = "Directory of the etcd", .placeholder = "DIR"},
    Setting{.name = "backup-dir", .help = "Where the copy goes", .placeholder = "DIR"},
};
constexpr std::array permission_settings{
    Setting{.name = "path",
            .help = "The keys that it is about; a '*' at the end stands for all below",
            .placeholder = "PATH"},
    Setting{.name = "read", .type = SettingType::flag, .help = "To read them"},
    Setting{.name = "write", .type = SettingType::flag, .help = "To write them"},
    Setting{.name = "readwrite", .type = SettingType::flag, .help = "To read and write them"},
    Setting{.name = "rw", .type = SettingType::flag, .help = "The shorter word for --readwrite"},
};
constexpr std::array user_role_settings{
    Setting{.name = "roles", .help = "The roles", .placeholder = "ROLE", .repeatable = true},
};

constexpr std::array ctl_verbs{
    Verb{.name = "auth disable", .synopsis = "Lets everybody read and change everything", .run = auth_disable},
    Verb{.name = "auth enable", .synopsis = "Asks everybody for a name and a password", .run = auth_enable},
    Verb{.name = "backup",
         .synopsis = "Refused: it is about the files of an etcd",
         .settings = backup_settings,
         .run = backup},
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
    Verb{.name = "member add", .usage = "NAME URL", .synopsis = "Adds a member to the cluster", .run = member_add},
    Verb{.name = "member list", .synopsis = "Lists the members of the cluster", .run = member_list},
    Verb{.name = "member remove", .usage = "ID", .synopsis = "Removes a member from the cluster", .run = member_remove},
    Verb{.name = "member update",
         .usage = "ID URL[,URL...]",
         .synopsis = "Changes the URLs of a member",
         .run = member_update},
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
    Verb{.name = "role add", .usage = "ROLE", .synopsis = "Makes a role", .run = role_add},
    Verb{.name = "role get", .usage = "ROLE", .synopsis = "Prints what a role permits", .run = role_get},
    Verb{.name = "role grant",
         .usage = "ROLE",
         .synopsis = "Permits something to a role",
         .settings = permission_settings,
         .run = role_grant},
    Verb{.name = "role list", .synopsis = "Lists the roles", .run = role_list},
    Verb{.name = "role remove", .usage = "ROLE", .synopsis = "Removes a role", .run = role_remove},
    Verb{.name = "role revoke",
         .usage = "ROLE",
         .synopsis = "Takes a permission back",
         .settings = permission_settings,
         .run = role_revoke},
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
    Verb{.name = "user add",
         .usage = "USER[:PASSWORD]",
         .synopsis = "Makes a user",
         .run = user_add,
         .details = "Without PASSWORD it is read as one line of stdin."},
    Verb{.name = "user get", .usage = "USER", .synopsis = "Prints the roles of a user", .run = user_get},
    Verb{.name = "user grant",
         .usage = "USER",
         .synopsis = "Gives a user roles",
         .settings = user_role_settings,
         .run = user_grant},
    Verb{.name = "user list", .synopsis = "Lists the users", .run = user_list},
    Verb{.name = "user passwd",
         .usage = "USER",
         .synopsis = "Changes the password of a user",
         .run = user_passwd,
         .details = "It is read as one line of stdin."},
    Verb{.name = "user remove", .usage = "USER", .synopsis = "Removes a user", .run = user_remove},
    Verb{.name = "user revoke",
         .usage = "USER",
         .synopsis = "Takes roles from a user",
         .settings = user_role_settings,
         .run = user_revoke},
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

constexpr Setting only{.name = "only", .help = "One API alone: v2 or v3", .placeholder = "API"};
constexpr Setting hidden_directory{.name = "hidden",
                                   .help =
                                       "A directory of v2 whose name begins with '_', beside /_coreos.com and /_etcd",
                                   .placeholder = "KEY",
                                   .repeatable = true};
constexpr std::array copy_settings{
    Setting{.name = "from", .help = "Server to read", .placeholder = "URL"},
    Setting{.name = "to", .help = "Server to write to", .placeholder = "URL"},
    only,
    hidden_directory,
};
constexpr std::array export_settings{only, hidden_directory};
constexpr std::array import_settings{only};
constexpr std::array migrate_settings{
    Setting{.name = "no-ttl", .type = SettingType::flag, .help = "Leave keys with a time to live out"},
    hidden_directory,
};

constexpr std::array own_verbs{
    Verb{.name = "copy",
         .synopsis = "Brings the keys of both APIs from one server to another",
         .settings = copy_settings,
         .run = copy,
         .details = "Either may be a real etcd. What is there already as it should be is left alone, so that it may be "
                    "run again. Keys with a time to live keep their moment, leases keep their numbers."},
    Verb{.name = "export",
         .usage = "[FILE]",
         .synopsis = "Writes the keys of both APIs to a file, as lines of JSON",
         .settings = export_settings,
         .run = export_keys,
         .details = "All keys are as they were at one index of v2 and one revision of v3. Without FILE they go to "
                    "stdout."},
    Verb{.name = "import",
         .usage = "FILE",
         .synopsis = "Brings the keys of an export to a server",
         .settings = import_settings,
         .run = import_keys,
         .details = "What is there already as it should be is left alone, and what the file does not name stays."},
    Verb{.name = "migrate",
         .synopsis = "Copies the keys of v2 into v3 of the same server",
         .settings = migrate_settings,
         .run = migrate,
         .details = "Keys keep their names, directories go, and a time to live becomes a lease."},
    serve_verb,
};

/// etcdctl's words and our own, sorted.
constexpr auto all_verbs()
{
    std::array<Verb, ctl_verbs.size() + own_verbs.size()> all{};
    std::ranges::copy(own_verbs, std::ranges::copy(ctl_verbs, all.begin()).out);
    std::ranges::sort(all, {}, &Verb::name);
    return all;
}

constexpr auto kv_verbs = all_verbs();

const Applet* ctl3_if_asked()
{
    const char* const api = std::getenv("ETCDCTL_API");
    return api != nullptr && std::string_view(api) == "3" ? &ctl3_applet : nullptr;
}

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
    .synopsis = "etcdctl's words, for our key-value store and for a real etcd; with ETCDCTL_API=3 those of 'kv ctl3'",
    .verbs = ctl_verbs,
    .settings = common_settings,
    .single_dash_names = true,
    .report = report,
    .instead = ctl3_if_asked,
};

} // namespace dfriends::applets::kv
