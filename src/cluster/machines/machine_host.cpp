// SPDX-License-Identifier: Apache-2.0
#include "cluster/machines/machine_host.hpp"

#include "base/error.hpp"
#include "cluster/machines/network.hpp"
#include "os/process.hpp"

#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace dfriends::cluster {

namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

/// A child that ends with us, and writes into a log of its own.
pid_t start_child(const std::vector<std::string>& words, const fs::path& log, const std::vector<int>& sockets = {})
{
    const pid_t self = ::getpid();
    const pid_t id = ::fork();
    if (id != 0)
        return id;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != self)
        ::_exit(1);
    const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    ::dup2(out, 1);
    ::dup2(out, 2);
    std::vector<int> high; // first out of the way of the numbers that they will have
    for (const int socket : sockets)
        high.push_back(::fcntl(socket, F_DUPFD_CLOEXEC, 256));
    for (std::size_t index = 0; index < high.size(); ++index)
        ::dup2(high[index], static_cast<int>(3 + index));
    os::Command command{.words = words};
    if (!sockets.empty())
        command.environment = {{"LISTEN_FDS", std::to_string(sockets.size())},
                               {"LISTEN_PID", std::to_string(::getpid())}};
    try {
        os::execute(command);
    } catch (const Error& error) {
        fmt::print(stderr, "{}\n", error.what());
    }
    ::_exit(127);
}

class MachineHost {
  public:
    MachineHost(const LocalFiles& files, const os::Path& state_directory)
        : files_(files), self_(fs::read_symlink("/proc/self/exe")), state_(state_directory.string())
    {
        sigemptyset(&signals_);
        for (const int number : {SIGCHLD, SIGTERM, SIGINT, SIGHUP})
            sigaddset(&signals_, number);
        ::sigprocmask(SIG_BLOCK, &signals_, nullptr);
    }

    int run()
    {
        adjust();
        for (;;) {
            const int number = wait(std::chrono::seconds(1));
            if (number == SIGTERM || number == SIGINT)
                break;
            if (number == SIGHUP)
                adjust();
            else if (store_ == 0 && steady_clock::now() - store_started_ > std::chrono::milliseconds(300))
                start_store();
        }
        end();
        return 0;
    }

  private:
    int wait(std::chrono::milliseconds time)
    {
        const timespec span{time.count() / 1000, time.count() % 1000 * 1'000'000};
        const int number = ::sigtimedwait(&signals_, nullptr, &span);
        while (const pid_t ended = ::waitpid(-1, nullptr, WNOHANG)) {
            if (ended < 0)
                break;
            if (ended == store_)
                store_ = 0;
            std::erase_if(machines_, [ended](const auto& machine) { return machine.second == ended; });
        }
        return number;
    }

    /// Makes what runs what the description says.
    void adjust()
    {
        const auto cluster = files_.read();
        if (!cluster)
            return;
        bool grown = sockets_.empty();
        if (grown)
            sockets_.push_back(listen_here(parse_subnet(cluster->subnet).gateway, 2379));
        for (const LocalMachine& machine : cluster->machines)
            if (!known_.contains(machine.name)) {
                for (const unsigned port : {2379U, 4001U})
                    sockets_.push_back(listen_inside(machine, "127.0.0.1", port));
                known_.emplace(machine.name, machine);
                grown = true;
            }
        if (grown && store_ != 0)
            ::kill(store_, SIGTERM); // it comes back with all sockets; who asks meanwhile waits in their queues
        else if (grown)
            start_store();
        for (const auto& [name, machine] : known_)
            if (fs::exists(files_.halted(name)))
                signal_machine(name, SIGTERM);
            else if (!machines_.contains(name))
                machines_[name] = start_child({self_, "--state-dir", state_, "cluster", "machine", name},
                                              files_.of(name) / "init.log");
    }

    void start_store()
    {
        std::vector<int> numbers;
        for (const os::Descriptor& socket : sockets_)
            numbers.push_back(socket.number());
        os::make_directories(files_.store(), 0750);
        store_started_ = steady_clock::now();
        store_ = start_child({self_, "--state-dir", files_.store().string(), "kv", "serve", "--discovery"},
                             files_.directory / "kv.log", numbers);
    }

    void signal_machine(const std::string& name, int number)
    {
        if (const auto first = files_.find_machine(name))
            ::kill(*first, number);
    }

    void end()
    {
        for (const auto& [name, process] : machines_)
            signal_machine(name, SIGTERM);
        const auto last = steady_clock::now() + std::chrono::seconds(25);
        while (!machines_.empty() && steady_clock::now() < last)
            (void)wait(std::chrono::milliseconds(200));
        for (const auto& [name, process] : machines_)
            ::kill(process, SIGKILL);
        if (store_ != 0)
            ::kill(store_, SIGTERM);
        while (store_ != 0 && steady_clock::now() < last)
            (void)wait(std::chrono::milliseconds(100));
    }

    const LocalFiles& files_;
    std::string self_, state_;
    sigset_t signals_{};
    std::vector<os::Descriptor> sockets_;
    std::map<std::string, LocalMachine> known_;
    std::map<std::string, pid_t> machines_; ///< those that run
    pid_t store_ = 0;
    steady_clock::time_point store_started_{};
};

} // namespace

int hold_machines(const LocalFiles& files, const os::Path& state_directory)
{
    const auto lock = os::FileLock::try_lock(files.host_lock());
    if (!lock)
        throw Error(ErrorKind::conflict, "the machines are held already, by process {}",
                    os::FileLock::holder(files.host_lock()));
    return MachineHost(files, state_directory).run();
}

} // namespace dfriends::cluster
