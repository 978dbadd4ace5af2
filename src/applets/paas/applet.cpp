// SPDX-License-Identifier: Apache-2.0
#include "applets/context.hpp"
#include "applets/paas/verbs.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace dfriends::applets::paas {

namespace {

using config::Setting;
using config::SettingType;

constexpr std::array common_settings{
    Setting{.name = "app", .help = "The app, instead of the first argument", .placeholder = "APP"},
    Setting{.name = "force", .type = SettingType::flag, .help = "Do not ask before what cannot be taken back"},
    Setting{.name = "quiet", .type = SettingType::flag, .help = "Leave headings out", .letter = 'q'},
    Setting{.name = "trace", .type = SettingType::flag, .help = "Accepted for dokku's sake"},
};

constexpr Setting global{.name = "global", .type = SettingType::flag, .help = "Of all apps"};
constexpr Setting merged{.name = "merged", .type = SettingType::flag, .help = "With those of all apps"};
constexpr Setting no_restart{
    .name = "no-restart", .type = SettingType::flag, .help = "Change what the next deploy runs with, and no more"};
constexpr Setting all{.name = "all", .type = SettingType::flag, .help = "Every app"};

constexpr std::array show_settings{global, merged};
constexpr std::array get_settings{global};
constexpr std::array set_settings{
    global,
    no_restart,
    Setting{.name = "encoded", .type = SettingType::flag, .help = "The values are base64"},
};
constexpr std::array unset_settings{
    global,
    no_restart,
    Setting{.name = "all", .type = SettingType::flag, .help = "Every variable"},
};
constexpr std::array export_settings{
    global,
    merged,
    Setting{.name = "format",
            .help = "exports, envfile, shell, docker-args or json",
            .placeholder = "FORMAT",
            .fallback = "exports"},
};
constexpr std::array all_settings{all};
constexpr std::array scale_settings{
    Setting{.name = "skip-deploy", .type = SettingType::flag, .help = "Let the next deploy do it"}};
constexpr std::array logs_settings{
    Setting{.name = "tail", .type = SettingType::flag, .help = "Go on with what comes", .letter = 't'},
    Setting{.name = "num",
            .type = SettingType::number,
            .help = "Lines to begin with",
            .placeholder = "N",
            .fallback = "100",
            .letter = 'n'},
    Setting{.name = "ps", .help = "Only of this process", .placeholder = "TYPE[.N]", .letter = 'p'},
};
constexpr std::array run_settings{
    Setting{.name = "env", .help = "A further variable", .placeholder = "KEY=VALUE", .letter = 'e', .repeatable = true},
};
constexpr std::array plugin_install_settings{Setting{.name = "name", .help = "What to call it", .placeholder = "NAME"}};
constexpr std::array install_settings{
    Setting{.name = "domain", .help = "Apps are served below it; the setup page asks too", .placeholder = "DOMAIN"},
    Setting{.name = "user", .help = "The account that git pushes to", .placeholder = "USER", .fallback = "dokku"},
    Setting{.name = "home", .help = "Its home, where it is made; /home/USER otherwise", .placeholder = "DIR"},
    Setting{.name = "ca-file", .help = "Certificates that builds trust beside the usual ones", .placeholder = "FILE"},
    Setting{.name = "bin-dir",
            .help = "Where the links dokku and sshcommand go",
            .placeholder = "DIR",
            .fallback = "/usr/local/bin"},
};
constexpr std::array uninstall_settings{
    Setting{.name = "user", .help = "Only where it was installed for this account", .placeholder = "USER"},
};
constexpr std::array listen_settings{
    Setting{.name = "listen",
            .help = "Address to listen on",
            .placeholder = "ADDR:PORT",
            .fallback = "0.0.0.0:80",
            .repeatable = true},
};
constexpr std::array stack_settings{
    Setting{.name = "mirror", .help = "Debian mirror; what this host's apt uses otherwise", .placeholder = "URL"},
    Setting{.name = "suite", .help = "Release of Debian", .placeholder = "NAME", .fallback = "bookworm"},
    Setting{.name = "proxy", .help = "Fetch through it; our own cache where one serves", .placeholder = "URL"},
    Setting{.name = "label", .help = "Put a label on it", .placeholder = "KEY=VALUE", .repeatable = true},
    Setting{.name = "image", .help = "Name of the image", .placeholder = "NAME", .fallback = "dfriends/stack"},
};
constexpr std::array acl_list_settings{
    Setting{.name = "json", .type = SettingType::flag, .help = "As a JSON document"},
};

constexpr std::array verbs{
    // Those that are hidden are words of 2014, or not for people.
    Verb{.name = "apps", .synopsis = "Lists the apps", .traits = hidden, .run = apps_list},
    Verb{.name = "apps:create", .usage = "APP", .synopsis = "Makes an app", .run = apps_create},
    Verb{.name = "apps:destroy",
         .usage = "APP",
         .synopsis = "Removes an app with all that is its own",
         .run = apps_destroy},
    Verb{.name = "apps:exists",
         .usage = "APP",
         .synopsis = "Ends with 20 where there is no such app",
         .run = apps_exists},
    Verb{.name = "apps:list", .synopsis = "Lists the apps", .run = apps_list},
    Verb{
        .name = "apps:locked", .usage = "APP", .synopsis = "Says whether an app is being deployed", .run = apps_locked},
    Verb{.name = "apps:report", .usage = "[APP]", .synopsis = "Shows what is known of apps", .run = apps_report},
    Verb{.name = "config",
         .usage = "APP",
         .synopsis = "Shows the variables of an app",
         .settings = show_settings,
         .traits = hidden,
         .run = config_show},
    Verb{.name = "config:export",
         .usage = "APP",
         .synopsis = "Prints variables for other programs",
         .settings = export_settings,
         .run = config_export},
    Verb{.name = "config:get",
         .usage = "APP KEY",
         .synopsis = "Prints the value of a variable",
         .settings = get_settings,
         .run = config_get},
    Verb{.name = "config:keys",
         .usage = "APP",
         .synopsis = "Lists the names of the variables",
         .settings = get_settings,
         .run = config_keys},
    Verb{.name = "config:set",
         .usage = "APP KEY=VALUE...",
         .synopsis = "Sets variables and restarts the app where one changed",
         .settings = set_settings,
         .run = config_set},
    Verb{.name = "config:show",
         .usage = "APP",
         .synopsis = "Shows the variables of an app",
         .settings = show_settings,
         .run = config_show},
    Verb{.name = "config:unset",
         .usage = "APP KEY...",
         .synopsis = "Removes variables and restarts the app",
         .settings = unset_settings,
         .run = config_unset},
    Verb{.name = "create", .usage = "APP", .synopsis = "Makes an app", .traits = hidden, .run = apps_create},
    Verb{.name = "delete", .usage = "APP", .synopsis = "Removes an app", .traits = hidden, .run = apps_destroy},
    Verb{.name = "domains",
         .usage = "APP",
         .synopsis = "Shows the names of apps",
         .traits = hidden,
         .run = domains_report},
    Verb{.name = "domains:add",
         .usage = "APP DOMAIN...",
         .synopsis = "Serves an app under further names",
         .run = domains_add},
    Verb{.name = "domains:clear-global",
         .synopsis = "Serves apps on ports of this host instead of names",
         .run = domains_clear_global},
    Verb{.name = "domains:remove",
         .usage = "APP DOMAIN...",
         .synopsis = "Takes names from an app",
         .run = domains_remove},
    Verb{.name = "domains:report", .usage = "[APP]", .synopsis = "Shows the names of apps", .run = domains_report},
    Verb{.name = "domains:set-global",
         .usage = "DOMAIN",
         .synopsis = "Serves every app as APP.DOMAIN",
         .run = domains_set_global},
    Verb{.name = "enter",
         .usage = "APP [TYPE[.N] [COMMAND...]]",
         .synopsis = "Opens a shell in a container of an app",
         .traits = stops_at_argument,
         .run = enter},
    Verb{.name = "git:set",
         .usage = "APP deploy-branch [BRANCH]",
         .synopsis = "Sets the branch whose push deploys",
         .run = git_set},
    Verb{.name = "install",
         .synopsis = "Makes the user, its forced command, and the links dokku and sshcommand",
         .settings = install_settings,
         .needs = root,
         .run = install,
         .details = "Repeated, it mends what is missing. uninstall takes away again what it made."},
    Verb{.name = "logs",
         .usage = "APP",
         .synopsis = "Prints what an app writes",
         .settings = logs_settings,
         .run = logs},
    Verb{.name = "plugin:disable",
         .usage = "NAME",
         .synopsis = "Stops a plugin from being called",
         .needs = root,
         .run = plugin_disable},
    Verb{.name = "plugin:enable",
         .usage = "NAME",
         .synopsis = "Lets a plugin be called again",
         .needs = root,
         .run = plugin_enable},
    Verb{.name = "plugin:install",
         .usage = "DIR|URL",
         .synopsis = "Takes a plugin from a folder or a git repository",
         .settings = plugin_install_settings,
         .needs = root,
         .run = plugin_install},
    Verb{.name = "plugin:list", .synopsis = "Lists the plugins", .run = plugin_list},
    Verb{.name = "plugin:trigger",
         .usage = "TRIGGER [ARGUMENT...]",
         .synopsis = "Calls a trigger of every plugin",
         .needs = root,
         .traits = stops_at_argument,
         .run = plugin_trigger},
    Verb{.name = "plugin:uninstall",
         .usage = "NAME",
         .synopsis = "Removes a plugin",
         .needs = root,
         .run = plugin_uninstall},
    Verb{.name = "plugins", .synopsis = "Lists the plugins", .traits = hidden, .run = plugin_list},
    Verb{.name = "ps", .usage = "APP", .synopsis = "Lists the containers of an app", .run = ps},
    Verb{.name = "ps:rebuild",
         .usage = "APP",
         .synopsis = "Builds and deploys the serving commit again",
         .run = ps_rebuild},
    Verb{.name = "ps:restart",
         .usage = "APP",
         .synopsis = "Puts new containers in the place of the running ones",
         .settings = all_settings,
         .run = ps_restart},
    Verb{.name = "ps:scale",
         .usage = "APP [TYPE=QUANTITY...]",
         .synopsis = "Says how many containers of each process type run",
         .settings = scale_settings,
         .run = ps_scale},
    Verb{.name = "ps:start",
         .usage = "APP",
         .synopsis = "Starts a stopped app",
         .settings = all_settings,
         .run = ps_start},
    Verb{.name = "ps:stop", .usage = "APP", .synopsis = "Stops an app", .settings = all_settings, .run = ps_stop},
    Verb{
        .name = "rebuild", .usage = "APP", .synopsis = "Builds and deploys again", .traits = hidden, .run = ps_rebuild},
    Verb{.name = "receive",
         .usage = "APP",
         .synopsis = "Builds, releases and deploys what git has received",
         .run = receive,
         .details = "This is the pre-receive hook of every app's repository: stdin has a line OLD NEW REF for each ref "
                    "that is pushed."},
    Verb{.name = "releases", .usage = "APP", .synopsis = "Lists the releases of an app", .run = releases},
    Verb{.name = "rollback",
         .usage = "APP [vN]",
         .synopsis = "Lets an earlier release serve again, with its code and its variables",
         .run = rollback},
    Verb{.name = "run",
         .usage = "APP COMMAND [ARGUMENT...]",
         .synopsis = "Runs a command in a new container of an app",
         .settings = run_settings,
         .traits = stops_at_argument,
         .run = run},
    Verb{.name = "serve",
         .synopsis = "Routes requests to the apps and keeps them running",
         .settings = listen_settings,
         .traits = long_running,
         .run = serve,
         .details =
             "Started as root it becomes the installation's user once it listens. Until the setup is finished it "
             "serves the setup page too."},
    Verb{.name = "setup",
         .synopsis = "Serves the page that finishes the setup, and ends with it",
         .settings = listen_settings,
         .needs = root,
         .traits = long_running,
         .run = setup},
    Verb{.name = "ssh-entry", .synopsis = "Does what an ssh client asks for", .traits = hidden, .run = ssh_entry},
    Verb{.name = "ssh-keys:add",
         .usage = "NAME [FILE]",
         .synopsis = "Lets the owner of a public key push",
         .needs = root,
         .run = ssh_keys_add},
    Verb{.name = "ssh-keys:list", .usage = "[NAME]", .synopsis = "Lists the keys that may push", .run = ssh_keys_list},
    Verb{
        .name = "ssh-keys:remove", .usage = "NAME", .synopsis = "Removes a key", .needs = root, .run = ssh_keys_remove},
    Verb{.name = "stack:build",
         .usage = "[PACKAGE...]",
         .synopsis = "Makes the image below apps without a Dockerfile",
         .settings = stack_settings,
         .run = stack_build,
         .details =
             "It is a Debian system with Node.js, made from packages of the mirror; the first push makes it too."},
    Verb{.name = "static",
         .usage = "DIR",
         .synopsis = "Serves the files of a static site",
         .traits = hidden,
         .run = static_server},
    Verb{.name = "uninstall",
         .synopsis = "Takes away what install made",
         .settings = uninstall_settings,
         .needs = root,
         .run = uninstall},
    Verb{.name = "url", .usage = "APP", .synopsis = "Prints where an app is reached", .traits = hidden, .run = urls},
    Verb{.name = "urls", .usage = "APP", .synopsis = "Prints where an app is reached", .run = urls},
    Verb{.name = "version", .synopsis = "Prints the version", .traits = hidden, .run = version},
};

constexpr Verb other_word{
    .name = "", .synopsis = "Is a word of a plugin", .traits = hidden | own_options, .run = plugin_word};

constexpr std::array sshcommand_verbs{
    Verb{.name = "acl-add",
         .usage = "USER NAME [FILE]",
         .synopsis = "Lets the owner of a public key, from FILE or stdin, run the user's command",
         .run = acl_add},
    Verb{.name = "acl-remove", .usage = "USER NAME", .synopsis = "Removes a key by its name", .run = acl_remove},
    Verb{.name = "acl-remove-by-fingerprint",
         .usage = "USER FINGERPRINT",
         .synopsis = "Removes a key by its fingerprint",
         .run = acl_remove_by_fingerprint},
    Verb{.name = "list",
         .usage = "USER [NAME]",
         .synopsis = "Lists the keys of a user",
         .settings = acl_list_settings,
         .run = acl_list},
};

/// Words that dokku never had report as all else of ours does.
constexpr std::array<std::string_view, 6> own_words{"install", "serve", "setup", "stack:build", "static", "uninstall"};

} // namespace

int version(Context& context)
{
    context.write("dokku version " DFRIENDS_VERSION " (dfriends)\n");
    return 0;
}

bool is_local_word(std::string_view word)
{
    constexpr std::array<std::string_view, 3> others{"receive", "ssh-entry", "sshcommand"};
    return std::ranges::find(own_words, word) != own_words.end() || std::ranges::find(others, word) != others.end();
}

int report(const Error& error, const Context& context)
{
    const Verb* verb = context.verb;
    if (error.kind() == ErrorKind::interrupted || error.kind() == ErrorKind::internal ||
        (verb != nullptr && std::ranges::find(own_words, verb->name) != own_words.end()))
        return -1;
    fmt::print(stderr, " !     {}\n", printable(error.message()));
    if (error.position().line != 0)
        fmt::print(stderr, " !     {}:{}: {}\n", error.position().file, error.position().line,
                   printable(error.position().text));
    if (!error.hint().empty())
        fmt::print(stderr, " !     {}\n", printable(error.hint()));
    constexpr int no_such_app = 20;
    return error.kind() == ErrorKind::not_found && error.message().starts_with("App ") ? no_such_app : 1;
}

constinit const Applet paas_applet{
    .name = "paas",
    .alias = "dokku",
    .synopsis = "Apps by git push, with dokku's words",
    .verbs = verbs,
    .settings = common_settings,
    .report = report,
    .other = &other_word,
};

constinit const Applet sshcommand_applet{
    .name = "paas sshcommand",
    .alias = "sshcommand",
    .synopsis = "Keys that may run a user's one command",
    .verbs = sshcommand_verbs,
    .report = report,
};

} // namespace dfriends::applets::paas
