// SPDX-License-Identifier: Apache-2.0
#include "applets/house/check.hpp"

#include "applets/context.hpp"
#include "assets/assets.hpp"
#include "base/size.hpp"
#include "base/text.hpp"
#include "engine/client.hpp"
#include "net/loop.hpp"
#include "net/tcp.hpp"
#include "net/tls.hpp"
#include "os/process.hpp"
#include "os/user.hpp"
#include "state/backup.hpp"
#include "state/store.hpp"

#include <unistd.h>

namespace dfriends::applets::house {

namespace {

namespace fs = std::filesystem;
using Verdict = Check::Verdict;

constexpr std::uint64_t little_space = 1ULL << 30U; ///< less is a warning
constexpr std::uint64_t no_space = 64ULL << 20U;    ///< less is bad

/// Runs a check; an Error that leaves it is its finding.
template <class Look>
Check guarded(std::string subject, Verdict worst, Look look)
{
    try {
        Check check = look();
        check.subject = std::move(subject);
        return check;
    } catch (const Error& error) {
        return {.subject = std::move(subject), .verdict = worst, .found = error.what(), .mend = error.hint()};
    }
}

Check check_user()
{
    if (os::is_root())
        return {.subject = "user", .found = "root"};
    return {.subject = "user",
            .verdict = Verdict::warning,
            .found = os::user_name(::geteuid()),
            .mend = "converge (packages, services, files of the system) needs root; the other commands do not"};
}

Check check_engine(Context& context)
{
    return guarded("engine", Verdict::bad, [&context] {
        engine::Client& client = context.engine();
        const std::string api = net::run(client.ping());
        const auto summary = net::run(client.info());
        return Check{.found = fmt::format("Docker {}, API {}, {} at {}", summary.server_version, api,
                                          summary.storage_driver, client.host().text())};
    });
}

Check check_program(const std::string& name, const std::string& purpose)
{
    if (const auto path = os::find_program(name))
        return {.subject = name, .found = path->string()};
    return {.subject = name, .verdict = Verdict::warning, .found = "not installed", .mend = purpose};
}

Check check_trust()
{
    return guarded("TLS roots", Verdict::warning, [] {
        net::TlsContext::client({});
        if (const auto file = net::find_trust_file())
            return Check{.found = file->string()};
        if (assets::find("tls/roots.pem"))
            return Check{.found = "this machine has none, so those that the executable carries count"};
        return Check{.verdict = Verdict::warning,
                     .found = "none",
                     .mend = "install ca-certificates: https upstreams and registries need them"};
    });
}

/// Where a long-running command listens unless told otherwise: free, ours, or somebody else's.
Check check_port(Context& context, const Applet& applet, const Verb& verb, std::string_view address)
{
    const std::string section = section_of(applet, verb);
    const std::string name = fmt::format("{}{}{}", applet.name, applet.name.empty() ? "" : " ", verb.name);
    return guarded("port " + std::string(address), Verdict::warning, [&] {
        if (const auto process = state::ServiceLock::find_holder(context.state_directory(), section))
            return Check{.found = fmt::format("'{}' runs already (process {})", name, *process)};
        net::Listener::tcp(net::parse_endpoint(address));
        return Check{.found = fmt::format("free for '{}'", name)};
    });
}

void check_ports(Context& context, std::vector<Check>& checks)
{
    for (const Applet& applet : table())
        for (const Verb& verb : applet.verbs)
            for (const config::Setting& setting : verb.settings)
                if (setting.name == "listen" && (verb.traits & long_running) != 0)
                    for (const std::string_view address : split(setting.fallback, ','))
                        checks.push_back(check_port(context, applet, verb, address));
}

Check check_space(const fs::path& directory)
{
    fs::path existing = directory;
    std::error_code code;
    while (!fs::exists(existing, code) && existing.has_relative_path())
        existing = existing.parent_path();
    const fs::space_info space = fs::space(existing, code);
    if (code)
        return {.subject = "disk",
                .verdict = Verdict::bad,
                .found = fmt::format("'{}': {}", existing.string(), code.message())};
    Check check{.subject = "disk",
                .found = fmt::format("{} free under '{}'", render_size(space.available), existing.string())};
    if (space.available < little_space) {
        check.verdict = space.available < no_space ? Verdict::bad : Verdict::warning;
        check.mend = "make room, or keep the state elsewhere with --state-dir";
    }
    return check;
}

Check check_state(const fs::path& directory)
{
    return guarded("state", Verdict::bad, [&directory]() -> Check {
        const fs::path file = directory / "state.db";
        std::error_code code;
        if (!fs::exists(file, code))
            return {.found = fmt::format("none yet in '{}'", directory.string())};
        if (::access(file.c_str(), R_OK | W_OK) != 0)
            return {.verdict = Verdict::bad,
                    .found = fmt::format("'{}' is not yours to write", file.string()),
                    .mend = "run as its owner, or choose a directory with --state-dir"};
        if (const auto faults = state::check(file); !faults.empty())
            return {.verdict = Verdict::bad,
                    .found = fmt::format("'{}' is damaged: {}", file.string(), faults.front()),
                    .mend = "restore a backup with 'dfriends state restore FILE'"};
        return {.found = fmt::format("'{}' is sound", file.string())};
    });
}

Check check_configuration(Context& context)
{
    return guarded("configuration", Verdict::bad, [&context] {
        return Check{.found = context.configuration().is_null() ? "none, so every default counts" : "valid"};
    });
}

} // namespace

std::vector<Check> check_host(Context& context)
{
    std::vector<Check> checks;
    checks.push_back(check_user());
    checks.push_back(check_engine(context));
    checks.push_back(check_configuration(context));
    checks.push_back(check_state(context.state_directory()));
    checks.push_back(check_space(context.state_directory()));
    check_ports(context, checks);
    checks.push_back(check_program("git", "install git: pushes of applications need it"));
    checks.push_back(check_program("sshd", "install openssh-server: pushes of applications arrive through it"));
    checks.push_back(check_trust());
    return checks;
}

} // namespace dfriends::applets::house
