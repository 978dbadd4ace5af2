// SPDX-License-Identifier: Apache-2.0
#include "cluster/machines/machine_init.hpp"

#include "base/error.hpp"
#include "base/scope_exit.hpp"
#include "base/text.hpp"
#include "cluster/cloud_config.hpp"
#include "cluster/environment_file.hpp"
#include "cluster/machines/network.hpp"
#include "os/process.hpp"
#include "os/user.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace dfriends::cluster {

namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

[[noreturn]] void fail(const char* doing, const std::string& what)
{
    throw Error(ErrorKind::unavailable, "cannot {} '{}': {}", doing, what, describe_errno(errno));
}

void mount_file_system(const char* type, const fs::path& where, unsigned long flags, const std::string& options)
{
    if (::mount(type, where.c_str(), type, flags, options.c_str()) != 0)
        fail("mount", where.string());
}

/// A folder of the host's that the machine may change for itself.
void mount_private(const std::string& folder, const std::string& lower)
{
    const fs::path own = "/run/private" + replace_all(folder, "/", "-");
    os::make_directories(own / "upper");
    os::make_directories(own / "work");
    mount_file_system(
        "overlay", folder, 0,
        fmt::format("lowerdir={},upperdir={},workdir={}", lower, (own / "upper").string(), (own / "work").string()));
}

void write_text(const fs::path& path, const std::string& text, mode_t mode = 0644)
{
    os::make_directories(path.parent_path());
    const os::Descriptor file = os::open_file(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
    os::write_all(file.number(), text, path);
    ::fchmod(file.number(), mode);
}

/// docker, etcdctl and fleetctl in /usr/bin, as far as the host has none.
void provide_own_programs()
{
    const fs::path folder = "/run/dfriends/bin";
    os::make_directories(folder);
    const fs::path self = fs::read_symlink("/proc/self/exe");
    bool missing = false;
    for (const char* name : {"docker", "etcdctl", "fleetctl"})
        if (::access((std::string("/usr/bin/") + name).c_str(), X_OK) != 0) {
            fs::create_symlink(self, folder / name);
            missing = true;
        }
    if (missing)
        mount_private("/usr/bin", folder.string() + ":/usr/bin");
}

/// Only below these folders does a machine have files of its own.
bool is_own_path(const std::string& path)
{
    for (const char* root : {"/etc/", "/opt/", "/home/", "/run/", "/srv/"})
        if (path.starts_with(root) && path.find("/../") == path.npos)
            return true;
    return false;
}

void apply_cloud_config(const LocalFiles& files, const LocalMachine& machine)
{
    const auto text = os::find_file(files.user_data(), 1U << 20U);
    if (!text)
        return;
    const CloudConfig config =
        parse_cloud_config(*text, "user-data", {{"public_ipv4", machine.address}, {"private_ipv4", machine.address}});
    for (const CloudConfig::File& file : config.files) {
        if (is_own_path(file.path))
            write_text(file.path, file.content, file.mode);
        else
            fmt::print(
                stderr,
                "user-data: '{}' is not written: a machine has only /etc, /home, /opt, /run and /srv of its own\n",
                file.path);
    }
}

void set_up_files(const LocalFiles& files, const LocalMachine& machine)
{
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
        fail("make private", "/");
    const std::string resolver = os::find_file("/etc/resolv.conf", 65536).value_or(""); // often a link into /run
    mount_file_system("proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, "");
    mount_file_system("tmpfs", "/run", MS_NOSUID | MS_NODEV, "mode=755");
    for (const char* folder : {"/etc", "/home", "/opt", "/srv"})
        if (fs::exists(folder))
            mount_private(folder, folder);
    provide_own_programs();
    std::error_code ignored;
    fs::remove("/etc/resolv.conf", ignored);
    write_text("/etc/resolv.conf", resolver);
    write_text("/etc/hostname", machine.name + "\n");
    fs::remove("/etc/machine-id", ignored);
    write_text("/etc/machine-id", machine.id + "\n", 0444);
    write_text("/etc/hosts", "127.0.0.1 localhost\n" + machine.address + " " + machine.name + "\n");
    write_text("/etc/environment", fmt::format("COREOS_PUBLIC_IPV4={0}\nCOREOS_PRIVATE_IPV4={0}\n", machine.address));
    apply_cloud_config(files, machine);
}

/// A program that the machine keeps running.
struct Kept {
    std::vector<std::string> words;
    fs::path log;
    pid_t process = 0;
    steady_clock::time_point started{};

    void start()
    {
        started = steady_clock::now();
        process = ::fork();
        if (process != 0)
            return;
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::setsid();
        const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0640);
        const int none = ::open("/dev/null", O_RDONLY);
        ::dup2(none, 0);
        ::dup2(out, 1);
        ::dup2(out, 2);
        try {
            os::execute({.words = words});
        } catch (const Error& error) {
            fmt::print(stderr, "{}\n", error.what());
        }
        ::_exit(127);
    }
};

/// True where a socket's other side accepts.
bool listens(const char* path)
{
    const os::Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{.sun_family = AF_UNIX};
    std::strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    return ::connect(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

/// The machine's process 1: reaps, keeps its programs running, and stops them in order.
class Init {
  public:
    Init(const LocalFiles& files, const LocalMachine& machine)
    {
        const fs::path own = files.of(machine.name);
        const std::string self = fs::read_symlink("/proc/self/exe");
        engine_.words = {"dockerd",
                         "--host=unix:///run/docker.sock",
                         "--data-root=" + (own / "docker").string(),
                         "--exec-root=/run/docker",
                         "--pidfile=/run/docker.pid",
                         "--cgroup-parent=/dfriends/" + machine.name};
        engine_.log = own / "dockerd.log";
        agent_.words = {self,          "cluster",       "agent",        "--kv",    "http://127.0.0.1:2379",
                        "--public-ip", machine.address, "--machine-id", machine.id};
        if (!machine.metadata.empty())
            agent_.words.insert(agent_.words.end(), {"--metadata", machine.metadata});
        agent_.log = own / "agent.log";
        sigemptyset(&signals_);
        for (const int number : {SIGCHLD, SIGTERM, SIGINT, SIGHUP})
            sigaddset(&signals_, number);
        ::sigprocmask(SIG_BLOCK, &signals_, nullptr);
    }

    void run()
    {
        engine_.start();
        if (wait_for_engine()) // units are started as soon as the agent is there, and most want the engine
            agent_.start();
        while (!is_told_to_stop_ && !wait(std::chrono::seconds(1)))
            for (Kept* kept : {&engine_, &agent_})
                if (kept->process == 0 && steady_clock::now() - kept->started > std::chrono::seconds(1))
                    kept->start();
        stop(agent_, std::chrono::seconds(10)); // it ends the units first: some ask the engine to
        stop(engine_, std::chrono::seconds(10));
    }

  private:
    /// False where the machine was told to stop. An engine that does not come keeps the agent only for a while.
    bool wait_for_engine()
    {
        const auto end = steady_clock::now() + std::chrono::seconds(15);
        while (!is_told_to_stop_ && !listens("/run/docker.sock") && steady_clock::now() < end)
            is_told_to_stop_ = wait(std::chrono::milliseconds(50));
        return !is_told_to_stop_;
    }

    /// True once the machine was told to stop.
    bool wait(std::chrono::milliseconds time)
    {
        const timespec span{time.count() / 1000, time.count() % 1000 * 1'000'000};
        const int number = ::sigtimedwait(&signals_, nullptr, &span);
        while (const pid_t ended = ::waitpid(-1, nullptr, WNOHANG)) {
            if (ended < 0)
                break;
            for (Kept* kept : {&engine_, &agent_})
                if (kept->process == ended)
                    kept->process = 0;
        }
        return number == SIGTERM || number == SIGINT;
    }

    void stop(Kept& kept, std::chrono::milliseconds patience)
    {
        const auto end = steady_clock::now() + patience;
        if (kept.process != 0)
            ::kill(kept.process, SIGTERM);
        while (kept.process != 0 && steady_clock::now() < end)
            (void)wait(std::chrono::milliseconds(100));
    }

    Kept engine_, agent_;
    bool is_told_to_stop_ = false;
    sigset_t signals_{};
};

[[noreturn]] void run_first_process(const LocalFiles& files, const LocalMachine& machine)
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    try {
        if (::sethostname(machine.name.c_str(), machine.name.size()) != 0)
            throw Error(kind_of_errno(errno), "cannot name the machine '{}'{}", machine.name, describe_errno(errno));
        set_up_files(files, machine);
        Init(files, machine).run();
    } catch (const std::exception& failure) {
        fmt::print(stderr, "{}\n", failure.what());
        ::_exit(1);
    }
    ::_exit(0);
}

void enter(const os::Descriptor& space, int kind, const char* what)
{
    if (::setns(space.number(), kind) != 0)
        fail("enter the machine's", what);
}

} // namespace

int run_machine(const LocalFiles& files, const LocalMachine& machine)
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    enter(os::open_file("/run/netns/" + namespace_of(machine), O_RDONLY), CLONE_NEWNET, "network");
    if (::unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC) != 0)
        fail("make namespaces for", machine.name);
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &signals, nullptr); // process 1 would not hear one that came before it listens
    const pid_t first = ::fork();
    if (first < 0)
        fail("start", machine.name);
    if (first == 0)
        run_first_process(files, machine);
    os::write_file(files.pid(machine.name), std::to_string(first) + "\n");
    int status = 0;
    while (::waitpid(first, &status, 0) < 0 && errno == EINTR) {
    }
    std::error_code ignored;
    fs::remove(files.pid(machine.name), ignored);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int run_inside(pid_t machine, const std::vector<std::string>& words)
{
    const fs::path root = fmt::format("/proc/{}/ns", machine);
    struct Space {
        const char* name;
        int kind;
        os::Descriptor descriptor;
    };
    std::array<Space, 5> spaces{{{"net", CLONE_NEWNET, {}},
                                 {"uts", CLONE_NEWUTS, {}},
                                 {"ipc", CLONE_NEWIPC, {}},
                                 {"pid", CLONE_NEWPID, {}},
                                 {"mnt", CLONE_NEWNS, {}}}};
    for (Space& space : spaces)
        space.descriptor = os::open_file(root / space.name, O_RDONLY);
    for (const Space& space : spaces)
        enter(space.descriptor, space.kind, space.name);
    os::Command command;
    command.words = words.empty() ? std::vector<std::string>{"/bin/bash", "-l"} : words;
    if (words.size() == 1 && words[0].find_first_of(" \t;|&$<>'\"") != std::string::npos)
        command.words = {"/bin/sh", "-c", words[0]}; // as sshd does with a command line; the user's own words
    command.directory = "/root";
    command.inherit_output = true;
    command.environment = {{"HOME", "/root"}, {"USER", "core"}, {"LOGNAME", "core"}, {"ETCDCTL_API", "2"}};
    for (auto& [name, value] : parse_environment_file(os::find_file("/etc/environment", 65536).value_or("")))
        command.environment[name] = value;
    return os::Child::start(command).wait();
}

} // namespace dfriends::cluster
