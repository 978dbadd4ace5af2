// SPDX-License-Identifier: Apache-2.0
#include "applets/context.hpp"
#include "applets/kv/verbs.hpp"
#include "base/text.hpp"
#include "http/url.hpp"

#include <algorithm>
#include <array>

namespace dfriends::applets::kv {

namespace {

using config::Setting;
using config::SettingType;

constexpr Setting taken(std::string_view name, std::string_view help, std::string_view placeholder,
                        std::string_view fallback, std::string_view environment)
{
    return {.name = name, .help = help, .placeholder = placeholder, .fallback = fallback, .environment = environment};
}

constexpr Setting ignored(std::string_view name, std::string_view environment)
{
    return taken(name, "Ignored: there is one server", "VALUE", "", environment);
}

constexpr Setting ignored_flag(std::string_view name, std::string_view environment)
{
    return {
        .name = name, .type = SettingType::flag, .help = "Ignored: there is one server", .environment = environment};
}

constexpr Setting refused(std::string_view name, std::string_view environment)
{
    return taken(name, "Refused: there is no such thing here", "VALUE", "", environment);
}

constexpr std::array refused_names{"auto-tls", "discovery", "config-file", "discovery-srv", "proxy"};

constexpr std::array etcd_settings{
    taken("name", "Name of the member", "NAME", "default", "ETCD_NAME"),
    taken("data-dir", "Directory of the state database; NAME.etcd without it", "DIR", "", "ETCD_DATA_DIR"),
    taken("listen-client-urls", "Where to listen", "URLS", "http://localhost:2379", "ETCD_LISTEN_CLIENT_URLS"),
    taken("cert-file", "Certificate for TLS, PEM", "FILE", "", "ETCD_CERT_FILE"),
    taken("key-file", "Key of the certificate, PEM", "FILE", "", "ETCD_KEY_FILE"),
    taken("trusted-ca-file", "Serve only clients whose certificate this authority signed, PEM", "FILE", "",
          "ETCD_TRUSTED_CA_FILE"),
    taken("quota-backend-bytes", "Refuse changes of v3 when the state database is larger", "BYTES", "0",
          "ETCD_QUOTA_BACKEND_BYTES"),
    Setting{.name = "enable-v2", .type = SettingType::flag, .help = "Always so", .environment = "ETCD_ENABLE_V2"},
    Setting{.name = "version", .type = SettingType::flag, .help = "Print the version of etcd that this is like"},
    ignored("advertise-client-urls", "ETCD_ADVERTISE_CLIENT_URLS"),
    ignored("listen-peer-urls", "ETCD_LISTEN_PEER_URLS"),
    ignored("initial-advertise-peer-urls", "ETCD_INITIAL_ADVERTISE_PEER_URLS"),
    ignored("initial-cluster", "ETCD_INITIAL_CLUSTER"),
    ignored("initial-cluster-state", "ETCD_INITIAL_CLUSTER_STATE"),
    ignored("initial-cluster-token", "ETCD_INITIAL_CLUSTER_TOKEN"),
    ignored("auto-compaction-mode", "ETCD_AUTO_COMPACTION_MODE"),
    ignored("auto-compaction-retention", "ETCD_AUTO_COMPACTION_RETENTION"),
    ignored("cors", "ETCD_CORS"),
    ignored("election-timeout", "ETCD_ELECTION_TIMEOUT"),
    ignored("heartbeat-interval", "ETCD_HEARTBEAT_INTERVAL"),
    ignored("listen-metrics-urls", "ETCD_LISTEN_METRICS_URLS"),
    ignored("log-level", "ETCD_LOG_LEVEL"),
    ignored("log-outputs", "ETCD_LOG_OUTPUTS"),
    ignored("logger", "ETCD_LOGGER"),
    ignored("max-request-bytes", "ETCD_MAX_REQUEST_BYTES"),
    ignored("max-snapshots", "ETCD_MAX_SNAPSHOTS"),
    ignored("max-txn-ops", "ETCD_MAX_TXN_OPS"),
    ignored("max-wals", "ETCD_MAX_WALS"),
    ignored("metrics", "ETCD_METRICS"),
    ignored("snapshot-count", "ETCD_SNAPSHOT_COUNT"),
    ignored("wal-dir", "ETCD_WAL_DIR"),
    ignored_flag("debug", "ETCD_DEBUG"),
    ignored_flag("enable-pprof", "ETCD_ENABLE_PPROF"),
    ignored_flag("force-new-cluster", "ETCD_FORCE_NEW_CLUSTER"),
    ignored_flag("initial-election-tick-advance", "ETCD_INITIAL_ELECTION_TICK_ADVANCE"),
    ignored_flag("pre-vote", "ETCD_PRE_VOTE"),
    ignored_flag("strict-reconfig-check", "ETCD_STRICT_RECONFIG_CHECK"),
    ignored_flag("unsafe-no-fsync", "ETCD_UNSAFE_NO_FSYNC"),
    refused("config-file", "ETCD_CONFIG_FILE"),
    refused("discovery", "ETCD_DISCOVERY"),
    refused("discovery-srv", "ETCD_DISCOVERY_SRV"),
    refused("proxy", "ETCD_PROXY"),
    Setting{.name = "auto-tls",
            .type = SettingType::flag,
            .help = "Refused: there is no such thing here",
            .environment = "ETCD_AUTO_TLS"},
    Setting{.name = "client-cert-auth",
            .type = SettingType::flag,
            .help = "Implied by --trusted-ca-file",
            .environment = "ETCD_CLIENT_CERT_AUTH"},
};

/// "127.0.0.1:2379" of "http://localhost:2379".
std::string address_of(std::string_view text, bool with_tls)
{
    const http::Url url = http::parse_url(text);
    if ((url.scheme == "https") != with_tls)
        throw Error(ErrorKind::usage, "'{}' cannot be listened at: with --cert-file it must be https, else http",
                    printable(text));
    const std::string host = url.host == "localhost" ? "127.0.0.1" : url.host;
    return fmt::format("{}:{}", host.find(':') == host.npos ? host : "[" + host + "]", url.port);
}

/// Throws for what etcd would do and this does not, and says what makes no difference here.
void look_at_options(Context& context)
{
    for (const std::string_view name : refused_names)
        if (context.settings.is_given(name) && context.settings.text(name) != "false" &&
            context.settings.text(name) != "off")
            throw Error(ErrorKind::usage, "--{} is not supported: this is one server", name)
                .hint("'dfriends help kv serve' tells what there is");
    std::string names;
    for (const Setting& row : etcd_settings)
        if (row.help.starts_with("Ignored") && context.settings.is_given(row.name))
            names += fmt::format("{}--{}", names.empty() ? "" : ", ", row.name);
    if (!names.empty())
        context.say("ignored, since there is one server: " + names);
}

/// etcd's options, and the options of `kv serve` that mean the same.
constexpr std::array<std::pair<const char*, const char*>, 4> same_settings{{
    {"cert-file", "tls-certificate"},
    {"key-file", "tls-key"},
    {"quota-backend-bytes", "quota-backend-bytes"},
    {"trusted-ca-file", "tls-client-ca"},
}};

/// The settings that `kv serve` has, as etcd's options mean them.
config::Settings serve_settings_of(const Context& context)
{
    config::FlagValues flags{{"name", context.settings.text("name")}};
    for (const std::string_view url : split(context.settings.text("listen-client-urls"), ','))
        flags.emplace_back("listen", address_of(trim(url), context.settings.is_given("cert-file")));
    for (const auto& [theirs, ours] : same_settings)
        if (context.settings.is_given(theirs))
            flags.emplace_back(ours, context.settings.text(theirs));
    const auto is_serve = [](const Verb& verb) { return verb.name == "serve"; };
    config::Settings::Sources sources;
    sources.flags = &flags;
    const std::vector<Setting> rows = rows_of(kv_applet, *std::ranges::find_if(kv_applet.verbs, is_serve));
    return config::Settings(rows, sources);
}

int run_as_etcd(Context& context)
{
    if (context.settings.flag("version")) {
        context.write("etcd Version: 3.4.23\nGit SHA: Not provided (dfriends " DFRIENDS_VERSION
                      ")\nGo Version: none\nGo OS/Arch: linux/amd64\n");
        return 0;
    }
    look_at_options(context);
    const std::string& directory = context.settings.text("data-dir");
    context.global.state_directory = directory.empty() ? context.settings.text("name") + ".etcd" : directory;
    context.settings = serve_settings_of(context);
    return serve(context);
}

constexpr Verb etcd_verb{
    .name = "etcd",
    .synopsis = "Serves as 'dfriends kv serve' does, with etcd's own options",
    .run = run_as_etcd,
    .details = "Options that are about several servers are ignored, and said to be. Lists of members show the address "
               "that the client itself used.",
};

} // namespace

constinit const Applet etcd_applet{
    .name = "kv etcd",
    .alias = "etcd",
    .synopsis = "'kv serve' with etcd's own options, for programs that start an etcd",
    .verbs = {},
    .settings = etcd_settings,
    .single_dash_names = true,
    .flag_values = true,
    .alone = &etcd_verb,
};

} // namespace dfriends::applets::kv
