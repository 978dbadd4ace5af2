// SPDX-License-Identifier: Apache-2.0
#include "applets/cache/directory.hpp"
#include "applets/cache/verbs.hpp"

#include <array>

namespace dfriends::applets::cache {

namespace {

using config::Setting;
using config::SettingType;

constexpr std::array<Setting, 2> client_config_settings = {{
    {"dockerfile", SettingType::flag, "Print the RUN line for a Dockerfile"},
    {"port", SettingType::number, "The port that the cache listens on", "PORT", "3142"},
}};

constexpr std::array<Setting, 2> gc_settings = {{
    dir_setting,
    {"max-size", SettingType::size, "Remove what was used least until the content is no larger", "SIZE"},
}};

constexpr std::array<Setting, 2> import_settings = {{
    dir_setting,
    {"dry-run", SettingType::flag, "Only count"},
}};

constexpr std::array<Setting, 2> purge_settings = {{
    dir_setting,
    {"dry-run", SettingType::flag, "Only print the URLs"},
}};

constexpr std::array<Setting, 2> verify_settings = {{
    dir_setting,
    {"repair", SettingType::flag, "Remove what is not sound, so that it is fetched again"},
}};

constexpr std::array<Setting, 4> warm_settings = {{
    {"architecture", SettingType::text, "Debian's word for the images' architecture; by default this host's", "ARCH"},
    {"no-recommends", SettingType::flag, "Leave out what packages only recommend"},
    {"proxy", SettingType::text, "Where the cache listens", "URL", "http://127.0.0.1:3142"},
    {"suite",
     SettingType::text,
     "Look in this suite instead of those that the cache has adopted",
     "URL/dists/SUITE",
     {},
     0,
     true},
}};

constexpr Setting remap_setting{
    "remap", SettingType::text, "Serve mirrors under a name, as /NAME/path", "NAME=URL[,URL...]", {}, 0, true};

constexpr std::array<Setting, 2> why_settings = {{dir_setting, remap_setting}};

constexpr std::array<Setting, 10> serve_settings = {{
    {"allow-client",
     SettingType::text,
     "Serve clients of this address range too, not only local ones",
     "CIDR",
     {},
     0,
     true},
    {"allow-upstream",
     SettingType::text,
     "Let the cache connect to this host or address range although it is not public",
     "HOST[:PORT]|CIDR",
     {},
     0,
     true},
    dir_setting,
    {"keyring",
     SettingType::text,
     "Check signatures of suites by these keys, not by those that apt trusts here",
     "FILE",
     {},
     0,
     true},
    {"listen", SettingType::text, "Where to listen", "ADDR:PORT", "0.0.0.0:3142", 0, true},
    {"max-size", SettingType::size, "Remove what was used least when the content exceeds this", "SIZE"},
    {"offline", SettingType::flag, "Never ask upstream: serve what is there, and a final error for the rest"},
    {"registry", SettingType::text, "Answer /v2/ as a mirror of this registry for images", "URL"},
    remap_setting,
    {"upstream-proxy", SettingType::text, "Ask all servers through this proxy", "URL"},
}};

constexpr std::array<Setting, 1> stats_settings = {{dir_setting}};

constexpr std::array<Verb, 10> verbs = {{
    {.name = "client-config",
     .usage = "",
     .synopsis = "Prints the apt configuration that uses the cache",
     .settings = client_config_settings,
     .run = client_config,
     .details = "The address is that of this host on Docker's default bridge, as containers see it.\n\n"
                "  dfriends cache client-config --dockerfile"},
    {.name = "gc",
     .usage = "",
     .synopsis = "Removes content that nothing names any more",
     .settings = gc_settings,
     .needs = state,
     .run = gc,
     .details = "With --max-size also what was used least. What an adopted release needs stays."},
    {.name = "import",
     .usage = "DIRECTORY",
     .synopsis = "Takes over the packages that apt-cacher-ng or apt kept",
     .settings = import_settings,
     .needs = state,
     .run = import,
     .details =
         "What an index knows by another digest is dropped; what no index knows is served once one asks for it.\n\n"
         "  dfriends cache import /var/cache/apt-cacher-ng"},
    {.name = "list",
     .usage = "[PATTERN]",
     .synopsis = "Lists what the cache keeps",
     .needs = state,
     .run = list,
     .details = "PATTERN is a shell pattern over whole URLs, such as '*/nginx_*.deb'."},
    {.name = "purge",
     .usage = "PATTERN",
     .synopsis = "Forgets URLs and the content that only they name",
     .settings = purge_settings,
     .needs = state,
     .run = purge,
     .details = "PATTERN is a shell pattern over whole URLs. What an adopted release needs stays.\n\n"
                "  dfriends cache purge '*/nginx_*.deb'"},
    {.name = "serve",
     .usage = "",
     .synopsis = "Serves the package cache",
     .settings = serve_settings,
     .needs = state,
     .traits = long_running,
     .run = serve,
     .details = "Clients use it as HTTP proxy, or put its address in front of a repository's: "
                "http://HOST:3142/mirror.example/debian.\n\n"
                "  dfriends cache serve --max-size 20G --remap debian=http://mirror.example/debian"},
    {.name = "stats",
     .usage = "",
     .synopsis = "Shows how much the cache keeps, and how its mirrors are",
     .settings = stats_settings,
     .needs = state,
     .run = stats,
     .details = "Mirrors are those of --remap; how they are is known while the service runs."},
    {.name = "verify",
     .usage = "",
     .synopsis = "Reads all content and shows what is not sound",
     .settings = verify_settings,
     .needs = state,
     .run = verify,
     .details = "Ends with 1 where something is found and not repaired."},
    {.name = "warm",
     .usage = "DOCKERFILE|PACKAGE...",
     .synopsis = "Fetches what a build will need into the running cache",
     .settings = warm_settings,
     .needs = state,
     .run = warm,
     .details = "A Dockerfile stands for what its RUN lines install with apt; what these depend on is fetched too.\n\n"
                "  dfriends cache warm Dockerfile\n"
                "  dfriends cache warm --suite http://mirror.example/debian/dists/stable nginx"},
    {.name = "why",
     .usage = "URL",
     .synopsis = "Explains what a request for a URL would get",
     .settings = why_settings,
     .needs = state,
     .run = why,
     .details = "The URL is written as clients write it; names that the service remaps need the same --remap here.\n\n"
                "  dfriends cache why http://mirror.example/debian/pool/main/n/nginx/nginx_1_amd64.deb"},
}};

} // namespace

const Applet cache_applet = {
    .name = "cache", .synopsis = "A cache for package downloads that never serves a wrong byte", .verbs = verbs};

} // namespace dfriends::applets::cache
