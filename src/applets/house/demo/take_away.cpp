// SPDX-License-Identifier: Apache-2.0
#include "applets/house/demo/demo.hpp"
#include "applets/house/demo/processes.hpp"
#include "applets/house/demo/removal.hpp"
#include "applets/house/wire.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/report.hpp"
#include "config/paths.hpp"
#include "engine/client.hpp"
#include "net/loop.hpp"
#include "os/process.hpp"
#include "os/user.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <set>
#include <sys/mount.h>

namespace dfriends::applets::house::demo {

namespace {

namespace fs = std::filesystem;
using Kind = Ledger::Kind;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

/// The services of the ledger that still run, and all that was started from the demo.
std::set<pid_t> find_processes(const Ledger& ledger)
{
    std::set<pid_t> found;
    for (const pid_t process : find_marked(variable, ledger.mark()))
        found.insert(process);
    for (const Ledger::Line& line : ledger.lines(Kind::process)) {
        const auto process = static_cast<pid_t>(parse_unsigned(line.name).value_or(0));
        if (process > 1 && !line.before.empty() && birth_of(process) == line.before)
            found.insert(process);
    }
    return found;
}

/// SIGTERM, and SIGKILL for what is there a second later.
void end_processes(const Ledger& ledger)
{
    const auto begin = steady_clock::now();
    for (int signal = SIGTERM; steady_clock::now() - begin < 10s;) {
        const std::set<pid_t> processes = find_processes(ledger);
        if (processes.empty())
            return;
        for (const pid_t process : processes)
            ::kill(process, signal);
        for (const auto end = steady_clock::now() + 1s; steady_clock::now() < end && !find_processes(ledger).empty();)
            net::run(net::sleep(50ms));
        signal = SIGKILL;
    }
    throw Error(ErrorKind::failed, "processes of the demo do not end");
}

/// Takes things away one after the other, and keeps what went wrong.
class Removal {
  public:
    Removal(Context& context, const Ledger& ledger)
        : context_(context), ledger_(ledger), filters_{{"label", {fmt::format("{}={}", label, ledger.mark())}}}
    {
    }

    void run()
    {
        attempt([this] { end_processes(ledger_); });
        if (!ledger_.lines(Kind::machines).empty())
            attempt([this] { run_own({"cluster", "down"}, "machines"); });
        attempt([this] { keep_images(); });
        for (const Ledger::Line& line : ledger_.lines(Kind::user))
            attempt([&] { remove_user(line.name); });
        attempt([this] { clear_engine(); });
        for (const Ledger::Line& line : ledger_.lines(Kind::tree))
            attempt([&] { remove_tree(line.name); });
        if (!problems_.empty())
            throw Error(ErrorKind::failed, "not all of the demo could be taken away: {}", join(problems_, "; "))
                .hint("mend that, and call 'dfriends down --demo' again: the ledger is kept");
        unmount_below(ledger_.folder());
        fs::remove_all(ledger_.folder());
    }

  private:
    template <class Function>
    void attempt(Function function)
    {
        try {
            function();
        } catch (const Error& error) {
            problems_.emplace_back(error.what());
        } catch (const fs::filesystem_error& error) {
            problems_.push_back(fmt::format("'{}': {}", error.path1().string(), error.code().message()));
        }
    }

    void tell(const std::string& what)
    {
        if (!context_.global.json && !context_.global.quiet)
            context_.print("gone: {}\n", what);
    }

    /// A verb of ours, on the demo's state.
    std::vector<std::string> own_words(std::vector<std::string> words) const
    {
        words.insert(words.begin(), {fs::read_symlink("/proc/self/exe"), "--state-dir", ledger_.state().string()});
        return words;
    }

    void run_own(std::vector<std::string> words, const std::string& what)
    {
        (void)os::run_checked({.words = own_words(std::move(words))});
        tell(what);
    }

    /// The user, its apps and their images. There was none of that name before the demo.
    void remove_user(const std::string& name)
    {
        const std::optional<os::User> user = os::find_user(name);
        for (const pid_t process : user && user->id != 0 ? find_owned(user->id) : std::vector<pid_t>())
            ::kill(process, SIGKILL); // a push that goes on without who pushes
        const os::Outcome outcome = os::run({.words = own_words({"paas", "uninstall", "--force", "--user", name})});
        if (user && os::find_user(name)) { // an installation that was broken off
            (void)os::run_checked({.words = {"userdel", "--force", name}});
            fs::remove_all(user->home);
        } else if (!outcome.ok() && outcome.status != cli::exit_code(ErrorKind::not_found)) {
            throw Error(ErrorKind::failed, "'paas uninstall' failed: {}", trim(outcome.error));
        }
        if (user)
            tell("user " + name);
    }

    static std::string kept_name(std::size_t number) { return fmt::format("dfriends-demo/kept:{}", number); }

    /// Images that had a name before the demo outlive whoever removes what has it now.
    void keep_images()
    {
        std::size_t number = 0;
        for (const Ledger::Line& line : ledger_.lines(Kind::image)) {
            ++number;
            if (!line.before.empty() && net::run(context_.engine().images().find(line.before)))
                net::run(context_.engine().images().tag(line.before, kept_name(number)));
        }
    }

    void clear_engine()
    {
        engine::Client& engine = context_.engine();
        for (int tries = 0; tries < 5; ++tries) { // what a build has just begun may come late
            const auto containers = net::run(engine.containers().list(true, filters_));
            for (const auto& one : containers)
                remove_container(engine, one);
            if (containers.empty())
                break;
        }
        while (remove_images(engine)) {
        }
        std::size_t number = 0;
        for (const Ledger::Line& line : ledger_.lines(Kind::image))
            give_back(engine, line, kept_name(++number));
        for (const Ledger::Line& line : ledger_.lines(Kind::volume))
            if (net::run(engine.volumes().find(line.name))) {
                net::run(engine.volumes().remove(line.name));
                tell("volume " + line.name);
            }
    }

    void remove_container(engine::Client& engine, const engine::ContainerSummary& one)
    {
        try {
            net::run(engine.containers().remove(one.id, true, true));
            tell("container " + (one.names.empty() ? one.id.substr(0, 12) : one.names.front()));
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::not_found && error.kind() != ErrorKind::conflict)
                throw;
        }
    }

    /// Children before their parents: those that go in this round. False once there is nothing left that goes.
    bool remove_images(engine::Client& engine)
    {
        bool any = false;
        for (const engine::ImageSummary& image : net::run(engine.images().list(true, filters_))) {
            try {
                (void)net::run(engine.images().remove(image.id, true));
                any = true;
                if (!image.tags.empty())
                    tell("image " + join(image.tags, ", "));
            } catch (const Error& error) {
                if (error.kind() != ErrorKind::not_found && error.kind() != ErrorKind::conflict)
                    throw;
            }
        }
        return any;
    }

    /// A name stands for what it did before the demo: for another image, or for none.
    void give_back(engine::Client& engine, const Ledger::Line& line, const std::string& kept)
    {
        const auto now = net::run(engine.images().find(line.name));
        if (line.before.empty() && now) {
            (void)net::run(engine.images().remove(line.name, true));
            tell("image " + line.name);
        }
        if (line.before.empty() || !net::run(engine.images().find(kept)))
            return;
        if (!now || now->id != line.before) {
            net::run(engine.images().tag(kept, line.name));
            tell("the demo's " + line.name + "; it is what it was before");
        }
        (void)net::run(engine.images().remove(kept));
    }

    void remove_tree(const std::string& path)
    {
        if (fs::remove_all(path) > 0)
            tell(path);
    }

    /// What is still mounted below the folder must not be emptied with it.
    static void unmount_below(const fs::path& folder)
    {
        const std::string mounts = os::find_file("/proc/self/mounts", 16U << 20U).value_or("");
        std::vector<std::string> below;
        for (const std::string_view line : lines(mounts)) {
            const auto fields = words(line);
            if (fields.size() > 1 && fields[1].starts_with(folder.string() + "/"))
                below.emplace_back(fields[1]);
        }
        std::ranges::reverse(below);
        for (const std::string& mount : below)
            if (::umount2(mount.c_str(), MNT_DETACH) != 0)
                throw Error(ErrorKind::failed, "cannot unmount '{}': {}", mount, describe_errno(errno));
    }

    Context& context_;
    const Ledger& ledger_;
    engine::Filters filters_;
    std::vector<std::string> problems_;
};

/// An `up --demo` that still walks is ended first; what it made, it has noted.
void stop_walk(const Ledger& ledger)
{
    for (int tries = 0; const auto walker = os::FileLock::find_holder(ledger.lock()); ++tries) {
        if (tries == 0)
            ::kill(*walker, SIGTERM);
        else if (tries == 40)
            ::kill(*walker, SIGKILL);
        else if (tries > 80)
            throw Error(ErrorKind::failed, "the demo of process {} does not end", *walker);
        net::run(net::sleep(50ms));
    }
}

} // namespace

os::Path folder_of(const Context& context)
{
    if (context.global.state_directory)
        return fs::absolute(*context.global.state_directory).lexically_normal();
    if (os::is_root())
        return "/var/lib/dfriends-demo";
    return config::state_directory(std::nullopt).string() + "-demo";
}

bool is_alive(const Ledger& ledger)
{
    return std::ranges::all_of(ledger.lines(Kind::process), [](const Ledger::Line& line) {
        return birth_of(static_cast<pid_t>(parse_unsigned(line.name).value_or(0))) == line.before;
    });
}

void remove_everything(Context& context, const Ledger& ledger)
{
    Removal(context, ledger).run();
}

int take_away(Context& context)
{
    const Ledger ledger(folder_of(context));
    std::error_code ignored;
    if (!fs::exists(ledger.lock(), ignored)) {
        context.say("there is no demo to take away");
        return 0;
    }
    stop_walk(ledger);
    const auto begin = steady_clock::now();
    remove_everything(context, ledger);
    const double seconds = std::chrono::duration<double>(steady_clock::now() - begin).count();
    if (context.global.json)
        context.write(encode_step(
            {.name = "take-away", .title = "Every trace of the demo", .state = "done", .seconds = seconds}));
    else
        context.say(fmt::format("nothing of the demo is left ({:.1f} s)", seconds));
    return 0;
}

} // namespace dfriends::applets::house::demo
