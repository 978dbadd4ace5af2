// SPDX-License-Identifier: Apache-2.0
#include "applets/kv/ctl3/keys.hpp"
#include "applets/kv/ctl3/verbs.hpp"
#include "applets/kv/verbs.hpp"

#include <array>

namespace dfriends::applets::kv {

namespace {

using config::Setting;
using config::SettingType;

constexpr Setting cluster{
    .name = "cluster", .type = SettingType::flag, .help = "All servers that the list of members names"};
constexpr Setting peer_urls{
    .name = "peer-urls", .help = "The member's URLs for its peers, separated by commas", .placeholder = "URLS"};
constexpr Setting interactive_password{.name = "interactive",
                                       .type = SettingType::flag,
                                       .help = "false reads the password from stdin",
                                       .fallback = "true"};

constexpr std::array cluster_settings{cluster};
constexpr std::array compaction_settings{
    Setting{.name = "physical", .type = SettingType::flag, .help = "Wait until the old revisions are gone"},
};
constexpr std::array elect_settings{
    Setting{.name = "listen", .type = SettingType::flag, .help = "Only tell who leads", .letter = 'l'},
};
constexpr std::array hashkv_settings{
    cluster,
    Setting{.name = "rev",
            .type = SettingType::number,
            .help = "Up to this revision",
            .placeholder = "REVISION",
            .fallback = "0"},
};
constexpr std::array keep_alive_settings{
    Setting{.name = "once", .type = SettingType::flag, .help = "Renew it once and end"},
};
constexpr std::array lock_settings{
    Setting{.name = "ttl",
            .type = SettingType::number,
            .help = "Time after which the lock is free where its holder has died",
            .placeholder = "SECONDS",
            .fallback = "10"},
};
constexpr std::array mirror_settings{
    Setting{.name = "prefix", .help = "Only keys that begin so", .placeholder = "PREFIX"},
    Setting{.name = "dest-prefix", .help = "What stands instead of the prefix there", .placeholder = "PREFIX"},
    Setting{.name = "no-dest-prefix", .type = SettingType::flag, .help = "Take the prefix away there"},
    Setting{.name = "dest-cert", .help = "Certificate to show there", .placeholder = "FILE"},
    Setting{.name = "dest-key", .help = "Its key", .placeholder = "FILE"},
    Setting{.name = "dest-cacert", .help = "Authorities to trust there", .placeholder = "FILE"},
    Setting{.name = "dest-insecure-transport",
            .type = SettingType::flag,
            .help = "Without TLS there, unless its URL says https",
            .fallback = "true"},
};
constexpr std::array member_add_settings{
    peer_urls,
    Setting{.name = "learner", .type = SettingType::flag, .help = "Without a vote"},
};
constexpr std::array member_update_settings{peer_urls};
constexpr std::array permission_settings3{
    Setting{.name = "prefix", .type = SettingType::flag, .help = "All keys that begin with KEY"},
    Setting{.name = "from-key", .type = SettingType::flag, .help = "All keys that are not less than KEY"},
};
constexpr std::array timetolive_settings{
    Setting{.name = "keys", .type = SettingType::flag, .help = "The keys that live with it, too"},
};
constexpr std::array restore_settings{
    Setting{.name = "data-dir", .help = "Directory to make; NAME.etcd without it", .placeholder = "DIR"},
    Setting{.name = "name", .help = "Name of the server", .placeholder = "NAME", .fallback = "default"},
    Setting{.name = "skip-hash-check", .type = SettingType::flag, .help = "Take a file whose digest does not fit"},
};
constexpr std::array txn_settings{
    Setting{.name = "interactive", .type = SettingType::flag, .help = "Say what is read", .letter = 'i'},
};
constexpr std::array user_add_settings{
    interactive_password,
    Setting{.name = "new-user-password", .help = "The password", .placeholder = "PASSWORD"},
    Setting{.name = "no-password", .type = SettingType::flag, .help = "A user who has a certificate only"},
};
constexpr std::array user_get_settings{
    Setting{.name = "detail", .type = SettingType::flag, .help = "What the user's roles permit, too"},
};
constexpr std::array user_passwd_settings{interactive_password};
constexpr std::array watch_settings3{
    Setting{.name = "interactive", .type = SettingType::flag, .help = "Read what to watch from stdin", .letter = 'i'},
    Setting{.name = "prefix", .type = SettingType::flag, .help = "All keys that begin with KEY"},
    Setting{.name = "rev",
            .type = SettingType::number,
            .help = "Begin with this revision",
            .placeholder = "REVISION",
            .fallback = "0"},
    Setting{.name = "prev-kv", .type = SettingType::flag, .help = "What the key held before, too"},
};

constexpr std::array common_settings3{
    Setting{.name = "endpoints",
            .help = "Servers to ask",
            .placeholder = "ADDR:PORT",
            .fallback = "127.0.0.1:2379",
            .repeatable = true,
            .environment = "ETCDCTL_ENDPOINTS"},
    Setting{.name = "write-out",
            .help = "How answers look: simple, json, fields or table",
            .placeholder = "FORMAT",
            .fallback = "simple",
            .letter = 'w',
            .environment = "ETCDCTL_WRITE_OUT"},
    Setting{.name = "hex",
            .type = SettingType::flag,
            .help = "Keys and values in hexadecimal digits",
            .environment = "ETCDCTL_HEX"},
    Setting{.name = "dial-timeout",
            .type = SettingType::duration,
            .help = "Time to reach a server",
            .placeholder = "DURATION",
            .fallback = "2s",
            .environment = "ETCDCTL_DIAL_TIMEOUT"},
    Setting{.name = "command-timeout",
            .type = SettingType::duration,
            .help = "Time for one request",
            .placeholder = "DURATION",
            .fallback = "5s",
            .environment = "ETCDCTL_COMMAND_TIMEOUT"},
    Setting{.name = "user", .help = "Who asks", .placeholder = "NAME[:PASSWORD]", .environment = "ETCDCTL_USER"},
    Setting{.name = "password",
            .help = "The user's password",
            .placeholder = "PASSWORD",
            .environment = "ETCDCTL_PASSWORD"},
    Setting{.name = "cacert",
            .help = "Authorities to trust for https",
            .placeholder = "FILE",
            .environment = "ETCDCTL_CACERT"},
    Setting{.name = "cert", .help = "Certificate to show", .placeholder = "FILE", .environment = "ETCDCTL_CERT"},
    Setting{.name = "key", .help = "Its key", .placeholder = "FILE", .environment = "ETCDCTL_KEY"},
    Setting{.name = "insecure-skip-tls-verify",
            .type = SettingType::flag,
            .help = "Trust any certificate",
            .environment = "ETCDCTL_INSECURE_SKIP_TLS_VERIFY"},
    Setting{.name = "insecure-transport",
            .type = SettingType::flag,
            .help = "false means https where an endpoint does not say",
            .fallback = "true",
            .environment = "ETCDCTL_INSECURE_TRANSPORT"},
    Setting{.name = "discovery-srv",
            .help = "Refused: name the servers",
            .placeholder = "DOMAIN",
            .letter = 'd',
            .environment = "ETCDCTL_DISCOVERY_SRV"},
    Setting{.name = "debug",
            .type = SettingType::flag,
            .help = "Accepted for etcdctl's sake",
            .environment = "ETCDCTL_DEBUG"},
    Setting{.name = "keepalive-time",
            .type = SettingType::duration,
            .help = "Accepted for etcdctl's sake",
            .placeholder = "DURATION",
            .fallback = "2s"},
    Setting{.name = "keepalive-timeout",
            .type = SettingType::duration,
            .help = "Accepted for etcdctl's sake",
            .placeholder = "DURATION",
            .fallback = "6s"},
};

constexpr std::string_view txn_details =
    "Three blocks of lines are read from stdin, each ended by an empty line: comparisons, what is done where all of "
    "them hold, and what is done otherwise.\n"
    "  value(\"key\") = \"text\"      version, create, mod or lease with =, !=, < or > as well\n"
    "\n"
    "  put key \"value\"\n"
    "  get key2\n"
    "\n"
    "  del --prefix key\n";

const std::array verbs3{
    Verb{.name = "alarm disarm", .synopsis = "Takes all alarms back", .run = ctl3::alarm_disarm},
    Verb{.name = "alarm list", .synopsis = "Lists the alarms", .run = ctl3::alarm_list},
    Verb{.name = "auth disable", .synopsis = "Lets everybody read and change everything", .run = ctl3::auth_disable},
    Verb{.name = "auth enable", .synopsis = "Asks everybody for a name and a password", .run = ctl3::auth_enable},
    Verb{.name = "compaction",
         .usage = "REVISION",
         .synopsis = "Drops the history before a revision",
         .settings = compaction_settings,
         .run = ctl3::compaction},
    Verb{.name = "defrag",
         .synopsis = "Gives the space of dropped history back",
         .settings = cluster_settings,
         .run = ctl3::defrag},
    Verb{.name = "del",
         .usage = "KEY [END]",
         .synopsis = "Removes a key, or the keys from KEY up to END",
         .settings = ctl3::del_settings(),
         .run = ctl3::del},
    Verb{.name = "elect",
         .usage = "NAME [PROPOSAL]",
         .synopsis = "Takes part in an election, or tells who leads",
         .settings = elect_settings,
         .run = ctl3::elect},
    Verb{.name = "endpoint hashkv",
         .synopsis = "Prints the hash of each server's history",
         .settings = hashkv_settings,
         .run = ctl3::endpoint_hashkv},
    Verb{.name = "endpoint health",
         .synopsis = "Asks each server whether it is healthy",
         .settings = cluster_settings,
         .run = ctl3::endpoint_health},
    Verb{.name = "endpoint status",
         .synopsis = "Prints how each server is",
         .settings = cluster_settings,
         .run = ctl3::endpoint_status},
    Verb{.name = "get",
         .usage = "KEY [END]",
         .synopsis = "Prints a key, or the keys from KEY up to END",
         .settings = ctl3::get_settings(),
         .run = ctl3::get},
    Verb{.name = "lease grant", .usage = "SECONDS", .synopsis = "Makes a lease", .run = ctl3::lease_grant},
    Verb{.name = "lease keep-alive",
         .usage = "ID",
         .synopsis = "Renews a lease until it is interrupted",
         .settings = keep_alive_settings,
         .run = ctl3::lease_keep_alive},
    Verb{.name = "lease list", .synopsis = "Lists the leases", .run = ctl3::lease_list},
    Verb{.name = "lease revoke",
         .usage = "ID",
         .synopsis = "Ends a lease, and removes its keys",
         .run = ctl3::lease_revoke},
    Verb{.name = "lease timetolive",
         .usage = "ID",
         .synopsis = "Prints how long a lease lives",
         .settings = timetolive_settings,
         .run = ctl3::lease_timetolive},
    Verb{.name = "lock",
         .usage = "NAME [COMMAND [ARGUMENT...]]",
         .synopsis = "Holds a lock until it is interrupted, or while a command runs",
         .settings = lock_settings,
         .run = ctl3::lock},
    Verb{.name = "make-mirror",
         .usage = "ADDR:PORT",
         .synopsis = "Keeps a copy of the keys at another server",
         .settings = mirror_settings,
         .run = ctl3::make_mirror},
    Verb{.name = "member add",
         .usage = "NAME",
         .synopsis = "Adds a member to the cluster",
         .settings = member_add_settings,
         .run = ctl3::member_add},
    Verb{.name = "member list", .synopsis = "Lists the members of the cluster", .run = ctl3::member_list},
    Verb{.name = "member promote",
         .usage = "ID",
         .synopsis = "Gives a member without a vote one",
         .run = ctl3::member_promote},
    Verb{.name = "member remove",
         .usage = "ID",
         .synopsis = "Removes a member from the cluster",
         .run = ctl3::member_remove},
    Verb{.name = "member update",
         .usage = "ID",
         .synopsis = "Changes the URLs of a member",
         .settings = member_update_settings,
         .run = ctl3::member_update},
    Verb{.name = "move-leader", .usage = "ID", .synopsis = "Lets another member lead", .run = ctl3::move_leader},
    Verb{.name = "put",
         .usage = "KEY [VALUE]",
         .synopsis = "Puts a key",
         .settings = ctl3::put_settings(),
         .run = ctl3::put,
         .details = "Without VALUE it is read from stdin."},
    Verb{.name = "role add", .usage = "ROLE", .synopsis = "Makes a role", .run = ctl3::role_add},
    Verb{.name = "role delete", .usage = "ROLE", .synopsis = "Removes a role", .run = ctl3::role_delete},
    Verb{.name = "role get", .usage = "ROLE", .synopsis = "Prints what a role permits", .run = ctl3::role_get},
    Verb{.name = "role grant-permission",
         .usage = "ROLE read|write|readwrite KEY [END]",
         .synopsis = "Permits something to a role",
         .settings = permission_settings3,
         .run = ctl3::role_grant_permission},
    Verb{.name = "role list", .synopsis = "Lists the roles", .run = ctl3::role_list},
    Verb{.name = "role revoke-permission",
         .usage = "ROLE KEY [END]",
         .synopsis = "Takes a permission back",
         .settings = permission_settings3,
         .run = ctl3::role_revoke_permission},
    Verb{.name = "snapshot restore",
         .usage = "FILE",
         .synopsis = "Makes a state directory of a snapshot of dfriends",
         .settings = restore_settings,
         .run = ctl3::snapshot_restore},
    Verb{.name = "snapshot save",
         .usage = "FILE",
         .synopsis = "Copies the server's database to a file",
         .run = ctl3::snapshot_save},
    Verb{.name = "snapshot status",
         .usage = "FILE",
         .synopsis = "Prints what a snapshot of etcd holds",
         .run = ctl3::snapshot_status},
    Verb{.name = "txn",
         .synopsis = "Does several things at once, if some comparisons hold",
         .settings = txn_settings,
         .run = ctl3::txn,
         .details = txn_details},
    Verb{.name = "user add",
         .usage = "USER[:PASSWORD]",
         .synopsis = "Makes a user",
         .settings = user_add_settings,
         .run = ctl3::user_add},
    Verb{.name = "user delete", .usage = "USER", .synopsis = "Removes a user", .run = ctl3::user_delete},
    Verb{.name = "user get",
         .usage = "USER",
         .synopsis = "Prints the roles of a user",
         .settings = user_get_settings,
         .run = ctl3::user_get},
    Verb{.name = "user grant-role",
         .usage = "USER ROLE",
         .synopsis = "Gives a user a role",
         .run = ctl3::user_grant_role},
    Verb{.name = "user list", .synopsis = "Lists the users", .run = ctl3::user_list},
    Verb{.name = "user passwd",
         .usage = "USER",
         .synopsis = "Changes the password of a user",
         .settings = user_passwd_settings,
         .run = ctl3::user_passwd},
    Verb{.name = "user revoke-role",
         .usage = "USER ROLE",
         .synopsis = "Takes a role from a user",
         .run = ctl3::user_revoke_role},
    Verb{.name = "version", .synopsis = "Prints the version of etcdctl that this is like", .run = ctl3::version},
    Verb{.name = "watch",
         .usage = "[KEY [END]] [-- COMMAND [ARGUMENT...]]",
         .synopsis = "Prints every change, or runs a command at each",
         .settings = watch_settings3,
         .traits = keeps_separator,
         .run = ctl3::watch,
         .details = "The command finds ETCD_WATCH_REVISION, ETCD_WATCH_EVENT_TYPE, ETCD_WATCH_KEY and ETCD_WATCH_VALUE "
                    "in its environment."},
};

} // namespace

const Applet ctl3_applet{
    .name = "kv ctl3",
    .alias = "",
    .synopsis = "etcdctl's words for API 3, for our key-value store and for a real etcd; 'kv ctl' with ETCDCTL_API=3",
    .verbs = verbs3,
    .settings = common_settings3,
    .flag_values = true,
    .report = report3,
};

} // namespace dfriends::applets::kv
