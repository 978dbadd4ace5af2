// SPDX-License-Identifier: Apache-2.0
#include "applets/house/demo/demo.hpp"

#include "applets/house/demo/removal.hpp"
#include "applets/house/demo/walk.hpp"
#include "applets/house/wire.hpp"
#include "base/error.hpp"
#include "base/scope_exit.hpp"
#include "base/text.hpp"
#include "engine/client.hpp"
#include "net/loop.hpp"
#include "net/tcp.hpp"
#include "os/process.hpp"
#include "os/user.hpp"

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <net/if.h>
#include <unistd.h>

namespace dfriends::applets::house::demo {

namespace {

namespace fs = std::filesystem;
using Kind = Ledger::Kind;

/// The first that is free, from the usual one on.
std::uint16_t free_port(std::uint16_t usual, std::uint16_t otherwise)
{
    for (std::uint16_t port = usual; port < otherwise + 100; port = port == usual ? otherwise : port + 1) {
        try {
            net::Listener::tcp({"0.0.0.0", port});
            return port;
        } catch (const Error&) { // taken
        }
    }
    throw Error(ErrorKind::conflict, "the ports {} and from {} on are taken", usual, otherwise);
}

/// A name that nothing of the engine's has.
std::string free_name(Context& context, const std::string& wanted)
{
    engine::Client& engine = context.engine();
    const bool is_taken = net::run(engine.containers().find(wanted)) || net::run(engine.volumes().find(wanted));
    return is_taken ? wanted + "-demo" : wanted;
}

void require_programs()
{
    struct Program {
        const char *name, *package, *purpose;
    };
    for (const auto& [name, package, purpose] :
         std::initializer_list<Program>{{"ip", "iproute2", "machines"},
                                        {"iptables", "iptables", "machines"},
                                        {"dockerd", "docker.io", "machines"},
                                        {"git", "git", "pushes"},
                                        {"useradd", "passwd", "the account that git pushes to"}})
        if (!os::find_program(name))
            throw Error(ErrorKind::not_found, "the demo needs '{}' for {}, which is not installed", name, purpose)
                .hint(fmt::format("install {} (on Debian: apt-get install {})", name, package));
}

/// What the demo could not tell from its own afterwards.
void refuse_conflicts(Context& context)
{
    for (const char* name : {"code.it", "code.it-puppet"})
        if (net::run(context.engine().containers().find(name)))
            throw Error(ErrorKind::conflict, "there is a container '{}' already, which the demo would change", name)
                .hint(fmt::format("rename it: docker rename {} {}-mine", name, name));
    if (os::find_user("dokku"))
        throw Error(ErrorKind::conflict, "there is a user 'dokku' already, whose apps the demo would change")
            .hint("show the demo on a host without one");
    if (::if_nametoindex("dfriends0") != 0)
        throw Error(ErrorKind::conflict, "this host has machines already (interface 'dfriends0')")
            .hint("'dfriends cluster down' takes them away; give it the --state-dir that they were made with");
}

/// What commands typed here would find: our names first in PATH, a state directory and a configuration of their own.
void set_environment(const Ledger& ledger)
{
    const char* path = std::getenv("PATH");
    const std::string usual = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    for (const auto& [name, value] : std::initializer_list<std::pair<const char*, std::string>>{
             {"PATH", ledger.programs().string() + ":" + (path != nullptr ? path : "") + ":" + usual},
             {"DFRIENDS_STATE_DIR", ledger.state().string()},
             {"DFRIENDS_CONFIG", (ledger.work() / "dfriends.yaml").string()},
             {"TMPDIR", ledger.temporary().string()},
             {variable, ledger.mark()},
             {"ETCDCTL_API", "2"},
             {"LC_ALL", "C"}})
        ::setenv(name, value.c_str(), 1);
    for (const char* name : {"ETCDCTL_ENDPOINTS", "ETCDCTL_PEERS", "FLEETCTL_ENDPOINT", "DFRIENDS_CLUSTER_KV",
                             "LISTEN_FDS", "LISTEN_PID", "NOTIFY_SOCKET"})
        ::unsetenv(name);
}

void make_folders(const Ledger& ledger)
{
    for (const os::Path& folder : {ledger.state(), ledger.work(), ledger.logs(), ledger.programs(), ledger.temporary()})
        os::make_directories(folder, 0750);
    os::write_file(ledger.work() / "dfriends.yaml", "");
    const fs::path self = fs::read_symlink("/proc/self/exe");
    fs::create_symlink(self, ledger.programs() / "dfriends");
    for (const Applet& applet : table())
        if (!applet.alias.empty())
            fs::create_symlink(self, ledger.programs() / applet.alias);
}

Stage set_stage(Context& context, Ledger& ledger)
{
    const bool has_volume = net::run(context.engine().volumes().find("apt_cache")).has_value();
    Stage stage{.ledger = ledger};
    stage.ports = {.dashboard = free_port(4700, 4701),
                   .cache = free_port(3142, 13142),
                   .kv = free_port(2379, 12379),
                   .app = free_port(8000, 18000),
                   .balancer = free_port(8080, 18080),
                   .web = free_port(80, 10080),
                   .ssh = free_port(2222, 12222)};
    stage.cache_container = free_name(context, "apt_cacher");
    stage.cache_volume = has_volume ? "apt_cache-demo" : "apt_cache";
    return stage;
}

/// Ctrl-C leaves what was made, and says how it goes.
void end_on_signals()
{
    const auto handler = [](int) {
        constexpr const char* text = "\ninterrupted; 'dfriends down --demo' takes away what was made\n";
        (void)!::write(STDERR_FILENO, text, std::strlen(text));
        ::_exit(130);
    };
    ::signal(SIGINT, handler);
    ::signal(SIGTERM, handler);
}

void print_addresses(Context& context, const Ledger& ledger)
{
    const auto addresses = ledger.lines(Kind::address);
    if (context.global.json) {
        std::vector<Link> links;
        for (const Ledger::Line& line : addresses)
            links.push_back({line.before, line.name});
        context.write(encode_links(links));
        return;
    }
    context.write("\n" + context.out_colour.bold("Open") + "\n");
    for (const Ledger::Line& line : addresses)
        context.print("  {:<32}{}\n", line.before, line.name);
    context.write("\nAll of it stays up until: dfriends down --demo\n");
}

/// True where there is nothing to walk through, since it is all there.
bool find_earlier(Context& context, const Ledger& ledger)
{
    if (!ledger.exists())
        return false;
    if (ledger.is_finished() && is_alive(ledger)) {
        context.say("the demo is up already");
        return true;
    }
    context.say("an earlier demo is not whole: it is taken away first");
    remove_everything(context, ledger);
    return false;
}

os::FileLock take_lock(const Ledger& ledger)
{
    os::make_directories(ledger.folder(), 0755);
    auto lock = os::FileLock::try_lock(ledger.lock());
    if (!lock)
        throw Error(ErrorKind::conflict, "the demo is being shown already, by process {}",
                    os::FileLock::holder(ledger.lock()))
            .hint("'dfriends down --demo' ends it");
    return std::move(*lock);
}

} // namespace

int show(Context& context)
{
    const auto begin = std::chrono::steady_clock::now();
    (void)net::run(context.engine().ping());
    Ledger ledger(folder_of(context));
    std::optional<os::FileLock> lock = take_lock(ledger);
    ScopeExit nothing_made([&ledger] {
        std::error_code ignored;
        if (!ledger.exists())
            fs::remove_all(ledger.folder(), ignored);
    });
    if (find_earlier(context, ledger)) {
        print_addresses(context, ledger);
        return 0;
    }
    lock.reset();
    lock = take_lock(ledger); // the folder may have gone with what was there before
    if (os::is_root()) {
        require_programs();
        refuse_conflicts(context);
    } else {
        context.say("machines, pushes, recipes and images need root; without it only the rest is shown");
    }
    Stage stage = set_stage(context, ledger);
    end_on_signals();
    make_folders(ledger);
    set_environment(ledger);
    walk(context, stage, steps());
    ledger.note(Kind::finished, "all");
    print_addresses(context, ledger);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    context.say(fmt::format("The walk took {:.0f} s.", taken.count()));
    return 0;
}

} // namespace dfriends::applets::house::demo
