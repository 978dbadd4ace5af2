// SPDX-License-Identifier: Apache-2.0
#include "cache/warm.hpp"

#include "applets/cache/verbs.hpp"
#include "applets/cache/wire.hpp"
#include "applets/context.hpp"
#include "base/clock.hpp"
#include "base/size.hpp"
#include "base/text.hpp"
#include "cache/dockerfile_packages.hpp"
#include "cache/moment.hpp"
#include "cache/proxy_request.hpp"
#include "debian/packages.hpp"
#include "net/loop.hpp"
#include "state/store.hpp"

#include <algorithm>
#include <array>
#include <sys/utsname.h>

namespace dfriends::applets::cache {

namespace {

namespace room = dfriends::cache;

/// What Debian calls this machine.
std::string own_architecture()
{
    utsname machine{};
    ::uname(&machine);
    const std::string_view name = machine.machine;
    constexpr std::array<std::pair<std::string_view, std::string_view>, 6> names = {{{"x86_64", "amd64"},
                                                                                     {"aarch64", "arm64"},
                                                                                     {"armv7l", "armhf"},
                                                                                     {"i686", "i386"},
                                                                                     {"ppc64le", "ppc64el"},
                                                                                     {"loongarch64", "loong64"}}};
    const auto found = std::ranges::find(names, name, [](const auto& pair) { return pair.first; });
    return std::string(found == names.end() ? name : found->second);
}

bool is_dockerfile(const std::string& argument)
{
    const auto name = argument.substr(argument.rfind('/') + 1);
    return argument.find('/') != std::string::npos || name.starts_with("Dockerfile") ||
           std::filesystem::is_regular_file(argument);
}

std::vector<room::WarmWish> read_wishes(Context& context)
{
    const bool recommends = !context.settings.flag("no-recommends");
    std::vector<room::WarmWish> wishes;
    room::WarmWish named{{}, recommends, {}};
    for (const auto& argument : context.arguments) {
        if (!is_dockerfile(argument)) {
            if (!debian::is_package_name(argument))
                throw Error(ErrorKind::usage, "'{}' is neither a package nor a file", printable(argument));
            named.packages.push_back(argument);
            continue;
        }
        auto found = room::read_dockerfile(os::read_file(argument, room::dockerfile_limit));
        for (const auto& note : found.notes)
            context.say(fmt::format("{}: {}", argument, note));
        if (found.installs.empty())
            context.say(fmt::format("{}: nothing is installed with apt", argument));
        for (auto& install : found.installs)
            wishes.push_back({std::move(install.packages), install.recommends && recommends, std::move(install.image)});
    }
    if (!named.packages.empty())
        wishes.push_back(std::move(named));
    return wishes;
}

std::vector<room::WarmSuite> read_suites(Context& context)
{
    std::vector<room::WarmSuite> suites;
    for (const auto& text : context.settings.list("suite")) {
        const auto url = http::find_url(text + "/");
        if (!url || url->target.find_first_of("?#") != std::string::npos)
            throw Error(ErrorKind::usage, "'{}' is not the URL of a suite", printable(text))
                .hint("write it as http://mirror.example/debian/dists/stable");
        suites.push_back({room::canonical_key(*url), {}, {}});
    }
    if (!suites.empty())
        return suites;
    room::CacheIndex index(context.store());
    suites = room::adopted_suites(index, room::seconds(system_now()));
    if (suites.empty())
        throw Error(ErrorKind::not_found, "the cache has adopted no suite yet")
            .hint("name one with --suite http://mirror.example/debian/dists/stable");
    return suites;
}

void print_warm(Context& context, const room::WarmReport& report)
{
    if (context.global.json)
        return context.print("{}\n", encode_warm(report));
    if (!report.missing.empty())
        context.say(fmt::format("no suite has, and the image must: {}", printable(join(report.missing, " "))));
    for (const auto& [what, why] : report.failures)
        context.say(fmt::format("failed: {}: {}", printable(what), printable(why)));
    context.print("Warmed {} {}, {}; {} already there, {} failed\n", report.packages,
                  report.packages == 1 ? "package" : "packages", render_size(report.bytes), report.present,
                  report.failures.size());
}

} // namespace

int warm(Context& context)
{
    context.expect_arguments(1);
    room::WarmOptions options;
    const auto proxy = http::find_url(context.settings.text("proxy"));
    if (!proxy || proxy->scheme != "http")
        throw Error(ErrorKind::usage, "'{}' is not the URL of a cache", printable(context.settings.text("proxy")))
            .hint("write it as http://127.0.0.1:3142");
    options.proxy = *proxy;
    options.architecture = context.settings.text("architecture");
    if (options.architecture.empty())
        options.architecture = own_architecture();
    options.on_plan = [&context](std::size_t packages, std::uint64_t bytes) {
        context.say(fmt::format("{} {}, {}", packages, packages == 1 ? "package" : "packages", render_size(bytes)));
    };
    auto wishes = read_wishes(context);
    const auto report = net::run(room::warm(read_suites(context), std::move(wishes), std::move(options)));
    print_warm(context, report);
    return report.failures.empty() ? 0 : 1;
}

} // namespace dfriends::applets::cache
