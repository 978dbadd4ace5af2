// SPDX-License-Identifier: Apache-2.0
#include "applets/cluster/verbs.hpp"

#include <array>

namespace dfriends::applets::cluster {

namespace {

using config::Setting;
using config::SettingType;

constexpr std::array common_settings{
    Setting{.name = "kv",
            .help = "Key-value store of the cluster: ours or an etcd",
            .placeholder = "URL",
            .fallback = "http://127.0.0.1:2379,http://127.0.0.1:4001",
            .repeatable = true,
            .environment = "DFRIENDS_CLUSTER_KV"},
    Setting{.name = "endpoint",
            .help = "fleetctl's word for --kv",
            .placeholder = "URL",
            .repeatable = true,
            .environment = "FLEETCTL_ENDPOINT"},
    Setting{.name = "username",
            .help = "Who asks the store",
            .placeholder = "NAME[:PASSWORD]",
            .environment = "DFRIENDS_CLUSTER_USERNAME"},
    Setting{.name = "password",
            .help = "The user's password",
            .placeholder = "PASSWORD",
            .environment = "DFRIENDS_CLUSTER_PASSWORD"},
    Setting{.name = "cert-file",
            .help = "Certificate to show to a store at https",
            .placeholder = "FILE",
            .environment = "FLEETCTL_CERT_FILE"},
    Setting{.name = "key-file", .help = "Its key", .placeholder = "FILE", .environment = "FLEETCTL_KEY_FILE"},
    Setting{.name = "ca-file",
            .help = "Authorities to trust for a store at https",
            .placeholder = "FILE",
            .environment = "FLEETCTL_CA_FILE"},
};

constexpr std::array agent_settings{
    Setting{.name = "listen",
            .help = "Address that answers for states and journals; the public address at 49154 where there is one",
            .placeholder = "ADDR:PORT",
            .fallback = "127.0.0.1:49154",
            .repeatable = true},
    Setting{.name = "public-ip", .help = "Address of this machine, as the others see it", .placeholder = "ADDR"},
    Setting{.name = "metadata",
            .help = "What units may ask for by MachineMetadata=",
            .placeholder = "KEY=VALUE,...",
            .repeatable = true},
    Setting{.name = "machine-id", .help = "Instead of what /etc/machine-id says", .placeholder = "ID"},
    Setting{.name = "hostname", .help = "Instead of the host's name", .placeholder = "NAME"},
    Setting{.name = "runtime-dir", .help = "Folder of the units; /run/dfriends/cluster for root", .placeholder = "DIR"},
    Setting{.name = "keep-units",
            .type = SettingType::flag,
            .help = "Leave the units running when the agent is told to stop"},
};

constexpr Setting full{
    .name = "full", .type = SettingType::flag, .help = "Do not shorten ids and hashes", .letter = 'l'};
constexpr Setting no_legend{.name = "no-legend", .type = SettingType::flag, .help = "Leave the headings out"};

constexpr std::array list_machines_settings{
    full,
    no_legend,
    Setting{.name = "fields", .help = "Columns: machine, ip, metadata, hostname", .placeholder = "FIELD,..."},
};
constexpr std::array list_units_settings{
    full,
    no_legend,
    Setting{.name = "fields", .help = "Columns: unit, load, active, sub, machine, hash", .placeholder = "FIELD,..."},
};
constexpr std::array list_unit_files_settings{
    full,
    no_legend,
    Setting{.name = "fields",
            .help = "Columns: unit, global, dstate, target, state, hash, desc",
            .placeholder = "FIELD,..."},
};

constexpr Setting replace{
    .name = "replace", .type = SettingType::flag, .help = "Take the file's text where the cluster has another one"};
constexpr Setting no_block{.name = "no-block", .type = SettingType::flag, .help = "Do not wait"};
constexpr Setting block_attempts{.name = "block-attempts",
                                 .type = SettingType::number,
                                 .help = "Wait for so many times 2 s; 0 for ever",
                                 .placeholder = "N",
                                 .fallback = "0"};

constexpr std::array submit_settings{replace};
constexpr std::array load_settings{no_block, block_attempts, replace};
constexpr std::array start_settings{
    no_block,
    block_attempts,
    replace,
    Setting{.name = "instances",
            .type = SettingType::number,
            .help = "Instances that a template starts; 0 means one for each machine",
            .placeholder = "N",
            .fallback = "0"},
};
constexpr std::array stop_settings{no_block, block_attempts};

constexpr std::array journal_settings{
    Setting{.name = "lines",
            .type = SettingType::number,
            .help = "Lines to begin with",
            .placeholder = "N",
            .fallback = "10",
            .letter = 'n'},
    Setting{.name = "follow", .type = SettingType::flag, .help = "Go on with what comes", .letter = 'f'},
    Setting{.name = "output",
            .help = "How lines look: short or cat",
            .placeholder = "FORMAT",
            .fallback = "short",
            .letter = 'o'},
    Setting{.name = "sudo", .type = SettingType::flag, .help = "Accepted: an agent reads every journal"},
};
constexpr std::array lb_settings{
    Setting{.name = "listen",
            .help = "Address to listen on",
            .placeholder = "ADDR:PORT",
            .fallback = "0.0.0.0:80",
            .repeatable = true},
    Setting{.name = "prefix",
            .help = "Where the store has the NAME/HOST:PORT keys",
            .placeholder = "KEY",
            .fallback = "/domains"},
    Setting{.name = "default", .help = "Name that serves hosts without a route", .placeholder = "NAME"},
    Setting{.name = "health-path",
            .help = "Path to ask of each server every second; without one a connection is enough",
            .placeholder = "PATH"},
};
constexpr std::array ssh_settings{
    Setting{.name = "machine", .help = "The machine to go to", .placeholder = "MACHINE", .letter = 'm'},
    Setting{.name = "unit", .help = "The unit whose machine to go to", .placeholder = "UNIT", .letter = 'u'},
    Setting{.name = "forward-agent", .type = SettingType::flag, .help = "Take the ssh agent along", .letter = 'A'},
    Setting{.name = "ssh-port",
            .type = SettingType::number,
            .help = "Port of the machine's sshd",
            .placeholder = "PORT",
            .fallback = "22"},
    Setting{.name = "ssh-username",
            .help = "User on the machine",
            .placeholder = "USER",
            .fallback = "core",
            .environment = "FLEETCTL_SSH_USERNAME"},
};

constexpr std::array up_settings{
    Setting{.name = "machines",
            .type = SettingType::number,
            .help = "How many; 3 where nothing says otherwise",
            .placeholder = "N",
            .fallback = "3",
            .letter = 'n'},
    Setting{.name = "subnet",
            .help = "Their addresses: .101, .102 and so on",
            .placeholder = "RANGE",
            .fallback = "172.17.8.0/24"},
    Setting{.name = "user-data", .help = "A cloud-config for each machine", .placeholder = "FILE"},
    Setting{.name = "config-rb", .help = "A config.rb of coreos-vagrant", .placeholder = "FILE"},
};
constexpr std::array halt_settings{
    Setting{.name = "force", .type = SettingType::flag, .help = "As a power failure: nothing is stopped in order"},
};
constexpr std::array supervise_settings{
    Setting{.name = "machine-id", .help = "Id of the machine, for %m", .placeholder = "ID"},
    Setting{.name = "hostname", .help = "Name of the machine, for %H", .placeholder = "NAME"},
    Setting{.name = "programs", .help = "Folder of programs that stands first in PATH", .placeholder = "DIR"},
};

constexpr std::array cluster_verbs{
    Verb{.name = "agent",
         .synopsis = "Joins this host to a cluster and runs the units that are placed on it",
         .settings = agent_settings,
         .traits = long_running,
         .run = agent,
         .details =
             "A machine that is not heard of for 2 s counts as gone, and its units are placed elsewhere.\nWhile the "
             "key-value store does not answer, everything goes on as it is. Killed and started again, the agent finds "
             "its units as they are; told to stop, it stops them first."},
    Verb{.name = "cat", .usage = "UNIT...", .synopsis = "Prints the text of units", .run = cat},
    Verb{.name = "destroy",
         .usage = "UNIT...",
         .synopsis = "Stops units and removes them from the cluster",
         .settings = stop_settings,
         .run = destroy},
    Verb{.name = "down",
         .synopsis = "Takes the machines of this host away, with all that is theirs",
         .needs = root,
         .run = down},
    Verb{.name = "halt",
         .usage = "[MACHINE...]",
         .synopsis = "Stops machines of this host; up starts them again",
         .settings = halt_settings,
         .needs = root,
         .run = halt},
    Verb{.name = "host", .synopsis = "Holds the machines of this host", .needs = root, .traits = hidden, .run = host},
    Verb{.name = "image load",
         .usage = "IMAGE...",
         .synopsis = "Copies images of this host's engine to its machines",
         .needs = root,
         .run = image_load},
    Verb{.name = "journal",
         .usage = "UNIT",
         .synopsis = "Prints what a unit has written",
         .settings = journal_settings,
         .run = journal},
    Verb{.name = "lb",
         .synopsis = "Balances HTTP requests over the servers that a key-value store names",
         .settings = lb_settings,
         .traits = long_running,
         .run = lb,
         .details = "A key /domains/NAME/HOST:PORT makes requests for the host NAME go to HOST:PORT; without a number "
                    "behind the colon the port is 80. NAME-1, NAME-2 and so on serve NAME together as well."},
    Verb{.name = "list-machines",
         .synopsis = "Lists the machines of the cluster",
         .settings = list_machines_settings,
         .run = list_machines},
    Verb{.name = "list-unit-files",
         .synopsis = "Lists the units that the cluster knows",
         .settings = list_unit_files_settings,
         .run = list_unit_files},
    Verb{.name = "list-units",
         .synopsis = "Lists the units that are on a machine, and how they fare",
         .settings = list_units_settings,
         .run = list_units},
    Verb{.name = "load",
         .usage = "UNIT...",
         .synopsis = "Places units on machines without starting them",
         .settings = load_settings,
         .run = load},
    Verb{.name = "machine",
         .usage = "NAME",
         .synopsis = "Is a machine of this host",
         .needs = root,
         .traits = hidden,
         .run = machine},
    Verb{.name = "ssh",
         .usage = "MACHINE|UNIT [COMMAND...]",
         .synopsis = "Opens a shell on a machine, or runs a command there",
         .settings = ssh_settings,
         .traits = stops_at_argument,
         .run = ssh},
    Verb{.name = "start",
         .usage = "UNIT...",
         .synopsis = "Starts units",
         .settings = start_settings,
         .run = start,
         .details = "Units that the cluster does not know are taken from files. After 2 s it says why a unit finds no "
                    "machine.\nA template (code.it@.service) starts as many instances as there are machines, or "
                    "--instances."},
    Verb{
        .name = "status", .usage = "UNIT...", .synopsis = "Shows how units fare, with their last lines", .run = status},
    Verb{.name = "stop",
         .usage = "UNIT...",
         .synopsis = "Stops units; they stay on their machines",
         .settings = stop_settings,
         .run = stop},
    Verb{.name = "submit",
         .usage = "FILE...",
         .synopsis = "Makes units known to the cluster",
         .settings = submit_settings,
         .run = submit},
    Verb{.name = "supervise",
         .usage = "DIR",
         .synopsis = "Runs the unit in a folder, as the agent has it run",
         .settings = supervise_settings,
         .traits = hidden,
         .run = supervise},
    Verb{.name = "unload",
         .usage = "UNIT...",
         .synopsis = "Stops units and takes them off their machines",
         .settings = stop_settings,
         .run = unload},
    Verb{.name = "up",
         .synopsis = "Makes machines on this host and starts them",
         .settings = up_settings,
         .needs = root,
         .run = up,
         .details =
             "A machine has an address, a name, an id and a Docker Engine of its own, and the key-value store of "
             "the cluster at 127.0.0.1:2379 and :4001."},
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
    .settings = common_settings,
    .single_dash_names = true,
    .report = report,
};

} // namespace dfriends::applets::cluster
